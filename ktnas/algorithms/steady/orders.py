"""Steady forms of what learns nothing: random search and enumeration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ktnas.algorithms.enumeration import Enumeration, EnumerationState
from ktnas.algorithms.random_search import RandomSearch, RandomState
from ktnas.algorithms.steady.base import neediest
from ktnas.problem.pending import Pending, of_task
from ktnas.problem.task import Problem
from ktnas.problem.trial import Proposal, Trial
from ktnas.rng import Streams


@dataclass(frozen=True, slots=True)
class SteadyRandom:
    """Random search, one architecture at a time."""

    search: RandomSearch

    @property
    def name(self) -> str:
        return self.search.name

    def start(self, problem: Problem) -> RandomState:
        return self.search.start(problem)

    def ask(
        self, state: RandomState, remaining: Mapping[str, int], pending: Sequence[Pending], streams: Streams
    ) -> Sequence[Proposal]:
        task = neediest(remaining)
        drawn = state.drawn[task] | {one.proposal.genotype for one in of_task(pending, task)}
        seen = replace(state, drawn={**state.drawn, task: drawn})
        return replace(self.search, batch=1).ask(seen, {task: remaining[task]}, streams)

    def tell(self, state: RandomState, trial: Trial, pending: Sequence[Pending]) -> RandomState:
        return self.search.tell(state, (trial,))

    def generation(self, state: RandomState) -> int:
        return state.generation


@dataclass(frozen=True, slots=True)
class SteadyEnumeration:
    """Enumeration: what is pending has been asked, so it goes on behind it."""

    search: Enumeration

    @property
    def name(self) -> str:
        return self.search.name

    def start(self, problem: Problem) -> EnumerationState:
        return self.search.start(problem)

    def ask(
        self, state: EnumerationState, remaining: Mapping[str, int], pending: Sequence[Pending], streams: Streams
    ) -> Sequence[Proposal]:
        task = neediest(remaining)
        asked = {**state.asked, task: state.asked[task] + len(of_task(pending, task))}
        ahead = replace(state, asked=asked)
        return replace(self.search, batch=1).ask(ahead, {task: remaining[task]}, streams)

    def tell(self, state: EnumerationState, trial: Trial, pending: Sequence[Pending]) -> EnumerationState:
        return self.search.tell(state, (trial,))

    def generation(self, state: EnumerationState) -> int:
        return state.generation
