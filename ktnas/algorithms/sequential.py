"""Chained sequential transfer: task after task, each beginning with the best architectures of the one before.

The plainest transfer there is, and a strong one where tasks are alike: any search that can begin from given
architectures searches one task until it is finished, and only then the next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from ktnas.algorithms.base import Search
from ktnas.algorithms.best_first import BestFirst, BestFirstState
from ktnas.errors import ConfigurationError, unknown_name
from ktnas.problem.population import survivors
from ktnas.problem.task import Problem
from ktnas.problem.trial import History, Proposal, Trial
from ktnas.rng import Streams
from ktnas.typing import Genotype

S = TypeVar("S")


class WarmStarting(Search[S], Protocol[S]):
    """A search that can begin from given architectures."""

    def started_from(self, problem: Problem, beginnings: Sequence[Genotype]) -> S:
        """The state before the first question, which asks for ``beginnings`` on every task; as `start` if empty."""


@dataclass(frozen=True, slots=True)
class SequentialState(Generic[S]):
    """What has been evaluated, and the task being searched.

    Attributes:
        problem: What is searched.
        order: The tasks, in the order they are searched.
        history: Every trial.
        generation: Number of questions answered.
        task: The task that was asked last; None before the first question.
        inner: The inner search's state on that task.
    """

    problem: Problem
    order: tuple[str, ...]
    history: History
    generation: int
    task: str | None
    inner: S | None


@dataclass(frozen=True, slots=True)
class Sequential(Generic[S]):
    """Searches one task after the other.

    Attributes:
        inner: The search of each task.
        beginnings: Architectures of the task before that each task begins with.
        order: Names of all tasks in the order to search them; empty for the problem's order, sources first.
    """

    inner: WarmStarting[S]
    beginnings: int = 4
    order: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.beginnings < 0:
            raise ConfigurationError(f"sequential transfer takes 0 or more beginnings; got {self.beginnings}")

    @property
    def name(self) -> str:
        return "sequential"

    def start(self, problem: Problem) -> SequentialState[S]:
        """Nothing evaluated yet."""
        problem.require_one_space(self.name)
        for task in self.order:
            if task not in problem.names:
                raise unknown_name("task", task, problem.names)
        if self.order and sorted(self.order) != sorted(problem.names):
            raise ConfigurationError(f"the order {self.order} must name each of {', '.join(problem.names)} once")
        sources_first = sorted(problem.names, key=lambda name: name not in problem.sources)
        return SequentialState(problem, self.order or tuple(sources_first), History(), 0, None, None)

    def ask(self, state: SequentialState[S], remaining: Mapping[str, int], streams: Streams) -> Sequence[Proposal]:
        """What the inner search asks on the first unfinished task."""
        task = next(name for name in state.order if name in remaining)
        return self.marked(state, task, self.inner.ask(self.state_of(state, task), {task: remaining[task]}, streams))

    def marked(self, state: SequentialState[S], task: str, proposals: Sequence[Proposal]) -> list[Proposal]:
        """What the inner search asks on a task, with the task that its beginnings come from."""
        donor = _donor(state, task)
        given = self._beginnings(state, donor)
        return [
            replace(p, source_task=donor) if p.genotype in given and not p.parents and donor is not None else p
            for p in proposals
        ]

    def tell(self, state: SequentialState[S], trials: Sequence[Trial]) -> SequentialState[S]:
        """The inner search learns of its task."""
        if not trials:
            return replace(state, generation=state.generation + 1)
        task = trials[0].task
        inner = self.inner.tell(self.state_of(state, task), trials)
        history = state.history.extended(trials)
        return replace(state, history=history, generation=state.generation + 1, task=task, inner=inner)

    def generation(self, state: SequentialState[S]) -> int:
        """Number of the question, over all tasks."""
        return state.generation

    def state_of(self, state: SequentialState[S], task: str) -> S:
        """The inner search's state on a task, begun anew unless it was asked last."""
        if task == state.task and state.inner is not None:
            return state.inner
        alone = Problem(state.problem.space, tuple(t for t in state.problem.tasks if t.name == task))
        return self.inner.started_from(alone, self._beginnings(state, _donor(state, task)))

    def _beginnings(self, state: SequentialState[S], donor: str | None) -> tuple[Genotype, ...]:
        if donor is None:
            return ()
        return tuple(trial.genotype for trial in survivors(state.history.evaluated(donor), self.beginnings))


def _donor(state: SequentialState[S], task: str) -> str | None:
    """The nearest task before this one that may donate to it."""
    before = state.order[: state.order.index(task)]
    donors = state.problem.donors(task)
    return next((name for name in reversed(before) if name in donors), None)


def chained() -> Sequential[BestFirstState]:
    """Best-first expansion, task after task."""
    return Sequential(BestFirst())
