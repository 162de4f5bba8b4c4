"""Steady form of any search: it hands out its generation, and waits at the end of it until all is answered.

For searches whose steady form nobody has written: to the search, nothing is different.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from ktnas.algorithms.base import Search
from ktnas.problem.pending import Pending
from ktnas.problem.task import Problem
from ktnas.problem.trial import Proposal, Question, Trial
from ktnas.rng import Streams

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class GenerationalState(Generic[S]):
    """A search's state, and what of its generation is answered.

    Attributes:
        inner: The state after all whole generations.
        order: The generation under way, in the order asked; empty before its first answer.
        answers: Its answers so far, in the order told.
        told: Number of answers in all.
    """

    inner: S
    order: tuple[Question, ...] = ()
    answers: tuple[Trial, ...] = ()
    told: int = 0


@dataclass(frozen=True, slots=True)
class Generational(Generic[S]):
    """A search told generation by generation, however its answers arrive.

    Attributes:
        search: The search.
    """

    search: Search[S]

    @property
    def name(self) -> str:
        return self.search.name

    def start(self, problem: Problem) -> GenerationalState[S]:
        return GenerationalState(self.search.start(problem))

    def ask(
        self, state: GenerationalState[S], remaining: Mapping[str, int], pending: Sequence[Pending], streams: Streams
    ) -> Sequence[Proposal]:
        """A whole generation; nothing while one is under way. Random numbers are those of the run."""
        return () if pending else self.search.ask(state.inner, remaining, Streams(streams.seed))

    def tell(self, state: GenerationalState[S], trial: Trial, pending: Sequence[Pending]) -> GenerationalState[S]:
        order = state.order or tuple(one.question for one in pending)
        answers = (*state.answers, trial)
        if len(answers) < len(order):
            return GenerationalState(state.inner, order, answers, state.told + 1)
        return GenerationalState(self.search.tell(state.inner, _ordered(order, answers)), told=state.told + 1)

    def generation(self, state: GenerationalState[S]) -> int:
        return state.told


def _ordered(order: Sequence[Question], answers: Sequence[Trial]) -> tuple[Trial, ...]:
    """Answers in the order asked; those that were asked twice, in the order told."""
    found: dict[Question, list[Trial]] = {}
    for trial in answers:
        found.setdefault((trial.task, trial.genotype), []).append(trial)
    return tuple(found[question].pop(0) for question in order)
