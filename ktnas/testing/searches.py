"""Conformance of searches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from ktnas.algorithms.base import Search
from ktnas.evaluation.protocol import Evaluate
from ktnas.problem.budget import Budget
from ktnas.problem.task import Problem
from ktnas.problem.trial import Proposal, Trial
from ktnas.rng import Streams
from ktnas.runner.loop import run
from ktnas.spaces.base import contains
from ktnas.testing.expectation import expect

S = TypeVar("S")


def check_search(search: Search[S], problem: Problem, evaluate: Evaluate, *, budget: int = 20, seed: int = 0) -> None:
    """Check a search against everything that `Search` promises, by running it.

    Args:
        search: The search.
        problem: What it searches.
        evaluate: Answers its questions; asked twice, it must answer alike.
        budget: Evaluations per task, at most the number of architectures.
        seed: Seed of the run.

    Raises:
        AssertionError: If a promise is broken.
    """
    expect(bool(search.name), "the name is empty")
    expect(search.generation(search.start(problem)) == 0, "generations do not begin with 0")
    watched = _Watched(search, problem)
    run(problem, watched, evaluate, budget=Budget(budget), seed=seed)
    state = search.start(problem)
    for round_ in watched.rounds[:-1]:
        state = search.tell(state, round_.trials)
    last = watched.rounds[-1]
    replayed = tuple(search.ask(state, last.remaining, Streams(seed)))
    expect(replayed == last.proposals, f"after a replay of its trials, {search.name} asks otherwise")


@dataclass(frozen=True, slots=True)
class _Round:
    """One question and its answers."""

    remaining: Mapping[str, int]
    proposals: tuple[Proposal, ...]
    trials: tuple[Trial, ...]


@dataclass(frozen=True, slots=True)
class _Watched(Generic[S]):
    """A search whose every question and answer is checked."""

    search: Search[S]
    problem: Problem
    asked: list[tuple[S, dict[str, int], Streams]] = field(default_factory=list)
    rounds: list[_Round] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.search.name

    def start(self, problem: Problem) -> S:
        return self.search.start(problem)

    def generation(self, state: S) -> int:
        return self.search.generation(state)

    def ask(self, state: S, remaining: Mapping[str, int], streams: Streams) -> Sequence[Proposal]:
        left = dict(remaining)
        proposals = tuple(self.search.ask(state, remaining, streams))
        expect(dict(remaining) == left, "ask changes the remaining evaluations")
        expect(tuple(self.search.ask(state, left, streams)) == proposals, "asked twice, it asks otherwise")
        expect(len(proposals) > 0, f"nothing is asked, although there are evaluations left: {left}")
        for proposal in proposals:
            self._check(proposal, left)
        self.asked.append((state, left, streams))
        return proposals

    def tell(self, state: S, trials: Sequence[Trial]) -> S:
        asked, left, streams = self.asked[-1]
        before = tuple(self.search.ask(asked, left, streams))
        after = self.search.tell(state, trials)
        expect(tuple(self.search.ask(asked, left, streams)) == before, "tell changes the state that it is given")
        forward = self.search.generation(after) >= self.search.generation(asked)
        expect(forward, f"generation {self.search.generation(asked)} is followed by an earlier one")
        self.rounds.append(_Round(left, before, tuple(trials)))
        return after

    def _check(self, proposal: Proposal, remaining: Mapping[str, int]) -> None:
        expect(proposal.task in remaining, f"{proposal} is for a task that has no evaluation left, or is none")
        space = self.problem.space_of(proposal.task)
        expect(contains(space, proposal.genotype), f"{proposal} is no architecture of the space")
        donors = self.problem.donors(proposal.task)
        expect(proposal.source_task in (None, *donors), f"{proposal} comes from a task that is no donor: {donors}")
