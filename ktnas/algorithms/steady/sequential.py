"""Steady form of sequential transfer: the next task begins when all of the one before is asked for.

It begins with the best that is told by then: to wait for the last answers of a task would leave workers idle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from ktnas.algorithms.sequential import Sequential, SequentialState
from ktnas.algorithms.steady.base import SteadySearch
from ktnas.problem.pending import Pending, of_task
from ktnas.problem.task import Problem
from ktnas.problem.trial import Proposal, Trial
from ktnas.rng import Streams

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class SteadySequential(Generic[S]):
    """Searches one task after the other, each steadily.

    Attributes:
        search: The sequential search.
        inner: Steady form of its inner search, with the same states.
    """

    search: Sequential[S]
    inner: SteadySearch[S]

    @property
    def name(self) -> str:
        return self.search.name

    def start(self, problem: Problem) -> SequentialState[S]:
        return self.search.start(problem)

    def ask(
        self, state: SequentialState[S], remaining: Mapping[str, int], pending: Sequence[Pending], streams: Streams
    ) -> Sequence[Proposal]:
        task = next(name for name in state.order if name in remaining)
        own = of_task(pending, task)
        asked = self.inner.ask(self.search.state_of(state, task), {task: remaining[task]}, own, streams)
        return self.search.marked(state, task, asked)

    def tell(self, state: SequentialState[S], trial: Trial, pending: Sequence[Pending]) -> SequentialState[S]:
        history = state.history.extended((trial,))
        after = replace(state, history=history, generation=state.generation + 1)
        order = state.order
        if state.task is not None and order.index(trial.task) < order.index(state.task):
            return after  # a late answer: the search of its task is over
        own = of_task(pending, trial.task)
        inner = self.inner.tell(self.search.state_of(state, trial.task), trial, own)
        return replace(after, task=trial.task, inner=inner)

    def generation(self, state: SequentialState[S]) -> int:
        return state.generation
