"""Steady forms of local search and best-first expansion: neighbours that are pending are passed over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from ktnas.algorithms.base import Search
from ktnas.algorithms.best_first import BestFirst, BestFirstState
from ktnas.algorithms.local_search import BestImprovement, LocalSearch, LocalState, fitness_in
from ktnas.algorithms.steady.base import neediest, others
from ktnas.problem.pending import Pending, with_pending
from ktnas.problem.population import fitness_of
from ktnas.problem.task import Problem
from ktnas.problem.trial import Proposal, Trial
from ktnas.rng import Streams
from ktnas.spaces.operators import neighbours
from ktnas.typing import Genotype

W = TypeVar("W", LocalState, BestFirstState)


def _asked(
    search: Search[W], state: W, remaining: Mapping[str, int], pending: Sequence[Pending], streams: Streams
) -> Sequence[Proposal]:
    """The first question whole; after it one architecture at a time, as if what is pending were known."""
    if state.generation == 0 and not pending:
        return search.ask(state, remaining, streams)
    task = neediest(remaining)
    seen = replace(state, history=with_pending(state.history, pending), beginnings=())
    return search.ask(seen, {task: remaining[task]}, streams)[:1]


@dataclass(frozen=True, slots=True)
class SteadyLocal:
    """Local search: moves as soon as something better is told, whichever point it was a neighbour of.

    With best improvement it decides on a move when no neighbour of its point is pending. Where all neighbours are
    known or pending, further workers evaluate architectures to restart from; it restarts from the first of them that
    is told once its point has no unknown neighbours left, and before that moves to one that is better.
    """

    search: LocalSearch

    @property
    def name(self) -> str:
        return self.search.name

    def start(self, problem: Problem) -> LocalState:
        return self.search.start(problem)

    def ask(
        self, state: LocalState, remaining: Mapping[str, int], pending: Sequence[Pending], streams: Streams
    ) -> Sequence[Proposal]:
        return _asked(self.search, state, remaining, pending, streams)

    def tell(self, state: LocalState, trial: Trial, pending: Sequence[Pending]) -> LocalState:
        history = state.history.extended((trial,))
        points, task = dict(state.points), trial.task
        point = points.get(task)
        waiting = {one.proposal.genotype for one in others(pending, trial)}
        after = replace(state, history=history, generation=state.generation + 1)
        if point is None or (not trial.proposal.parents and self._is_spent(after, task, point, waiting)):
            points[task] = trial.genotype
        elif not self._waits(after, task, point, waiting):
            best = max([point, *self._around(after, trial, point)], key=lambda g: fitness_in(history, task, g))
            points[task] = best
        return replace(after, points=points)

    def generation(self, state: LocalState) -> int:
        return state.generation

    def _is_spent(self, state: LocalState, task: str, point: Genotype, waiting: set[Genotype]) -> bool:
        """Whether nothing can be learned around a point: all of its neighbours are known, and none is pending."""
        around = neighbours(state.problem.space_of(task), point)
        return all(state.history.find(task, genotype) is not None and genotype not in waiting for genotype in around)

    def _waits(self, state: LocalState, task: str, point: Genotype, waiting: set[Genotype]) -> bool:
        """Whether the whole neighbourhood is to be looked at, and is not known yet."""
        whole = isinstance(self.search.improvement, BestImprovement)
        return whole and not self._is_spent(state, task, point, waiting)

    def _around(self, state: LocalState, trial: Trial, point: Genotype) -> list[Genotype]:
        """Where it may move: to what was told, or after a whole neighbourhood, to all of it."""
        if not isinstance(self.search.improvement, BestImprovement):
            return [trial.genotype]
        return [trial.genotype, *neighbours(state.problem.space_of(trial.task), point)]


@dataclass(frozen=True, slots=True)
class SteadyBestFirst:
    """Best-first expansion: what is told waits to be expanded, whichever expansion it belongs to."""

    search: BestFirst

    @property
    def name(self) -> str:
        return self.search.name

    def start(self, problem: Problem) -> BestFirstState:
        return self.search.start(problem)

    def ask(
        self, state: BestFirstState, remaining: Mapping[str, int], pending: Sequence[Pending], streams: Streams
    ) -> Sequence[Proposal]:
        return _asked(self.search, state, remaining, pending, streams)

    def tell(self, state: BestFirstState, trial: Trial, pending: Sequence[Pending]) -> BestFirstState:
        """Those at the head of the list leave it once nothing is left around them."""
        history, task, space = state.history.extended((trial,)), trial.task, state.problem.space_of(trial.task)
        left = state.waiting[task]
        if not trial.repeat:
            left = tuple(sorted((*left, trial), key=fitness_of, reverse=True))
        while left and all(history.find(task, g) is not None for g in neighbours(space, left[0].genotype)):
            left = left[1:]
        waiting = {**state.waiting, task: left}
        return replace(state, history=history, generation=state.generation + 1, waiting=waiting)

    def generation(self, state: BestFirstState) -> int:
        return state.generation
