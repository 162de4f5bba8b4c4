"""Steady form of KTNAS: a population per task that each answer may enter, and one proposal at a time.

A task is asked in turn for up to `migrants` migrants and for `offspring` offspring, as in a generation. A migrant is
judged once `offspring` offspring that were asked for after it was known are told: those are the children it can have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ktnas.algorithms.candidates.screening import Ranking
from ktnas.algorithms.multi_population.search import KTNAS
from ktnas.algorithms.multi_population.state import KTNASState
from ktnas.algorithms.steady.base import neediest
from ktnas.algorithms.steady.imagination import Imagination, KrigingBeliever
from ktnas.problem.pending import Pending, of_task, with_pending
from ktnas.problem.population import survivors
from ktnas.problem.task import Problem
from ktnas.problem.trial import Proposal, Trial
from ktnas.rng import Streams
from ktnas.transfer.no_transfer import NoTransfer
from ktnas.transfer.outcome import Outcome, judged
from ktnas.typing import Genotype


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A migrant that is not judged yet.

    Attributes:
        known_at: How many answers had been told when it was known.
        trial: The migrant.
        later: Offspring of its task that were asked for since then, in the order told.
    """

    known_at: int
    trial: Trial
    later: tuple[Trial, ...] = ()


@dataclass(frozen=True, slots=True)
class SteadyKTNASState:
    """KTNAS's state after every answer, and migrants that are not judged.

    Attributes:
        inner: Populations are up to date; its generation is the number of answers told.
        unjudged: Migrants that are not judged, in the order told.
    """

    inner: KTNASState
    unjudged: tuple[Unjudged, ...] = ()


@dataclass(frozen=True, slots=True)
class SteadyKTNAS:
    """KTNAS without generations.

    Attributes:
        search: The method.
        imagination: What its model imagines of pending evaluations.
    """

    search: KTNAS
    imagination: Imagination = field(default_factory=KrigingBeliever)

    @property
    def name(self) -> str:
        return self.search.name

    def start(self, problem: Problem) -> SteadyKTNASState:
        return SteadyKTNASState(self.search.start(problem))

    def ask(
        self, state: SteadyKTNASState, remaining: Mapping[str, int], pending: Sequence[Pending], streams: Streams
    ) -> Sequence[Proposal]:
        inner = state.inner
        if inner.generation == 0 and not pending:
            return self.search.ask(inner, remaining, streams)
        task = neediest(remaining)
        seen = replace(inner, history=with_pending(inner.history, pending), generation=max(inner.generation, 1))
        waiting: dict[str, list[Genotype]] = {}
        for one in pending:
            waiting.setdefault(one.task, []).append(one.proposal.genotype)

        def imagine(ranking: Ranking) -> Ranking:
            return self.imagination.of(ranking, waiting) if waiting else ranking

        one_each = replace(self.search, offspring=1, migrants=min(self.search.migrants, 1))
        plan = one_each.plan(seen, {task: remaining[task]}, streams, imagine)
        return one_each.bred(plan, moving=self._may_move(state, task, pending))[:1]

    def tell(self, state: SteadyKTNASState, trial: Trial, pending: Sequence[Pending]) -> SteadyKTNASState:
        inner, task = state.inner, trial.task
        told = inner.generation + 1
        populations = dict(inner.populations)
        populations[task] = survivors((*populations[task], trial), self.search.population)
        unjudged, outcomes = self._judged(state.unjudged, trial, populations[task])
        if trial.proposal.source_task is not None:
            unjudged = (*unjudged, Unjudged(told, trial))
        after = replace(
            inner,
            history=inner.history.extended((trial,)),
            generation=told,
            populations=populations,
            outcomes={**inner.outcomes, task: (*inner.outcomes[task], *outcomes)},
        )
        return SteadyKTNASState(self._counted(after, trial), unjudged)

    def generation(self, state: SteadyKTNASState) -> int:
        return state.inner.generation

    def outcomes(self, state: SteadyKTNASState) -> Mapping[str, tuple[Outcome, ...]]:
        """Judged transfers per target task, oldest first."""
        return state.inner.outcomes

    def skipped(self, state: SteadyKTNASState) -> Mapping[str, int]:
        """Times per target task that so many offspring as make a generation were told without a migrant."""
        return {} if isinstance(self.search.transfer, NoTransfer) else state.inner.skipped

    def _may_move(self, state: SteadyKTNASState, task: str, pending: Sequence[Pending]) -> bool:
        """Whether it is a migrant's turn, by what the task was asked last."""
        told = [trial.proposal for trial in state.inner.history if trial.task == task]
        asked = [*told, *(one.proposal for one in of_task(pending, task))]
        moved = [proposal.source_task is not None for proposal in asked]
        last = next((i for i, one in enumerate(reversed(moved)) if one != moved[-1]), len(moved))
        if not moved or not moved[-1]:
            return last % self.search.offspring == 0
        return last < self.search.migrants

    def _judged(
        self, unjudged: Sequence[Unjudged], trial: Trial, population: Sequence[Trial]
    ) -> tuple[tuple[Unjudged, ...], list[Outcome]]:
        left: list[Unjudged] = []
        outcomes: list[Outcome] = []
        bred = trial.proposal.source_task is None
        for one in unjudged:
            child = bred and one.trial.task == trial.task and trial.generation >= one.known_at
            now = replace(one, later=(*one.later, trial)) if child else one
            if len(now.later) == self.search.offspring:
                outcomes.extend(judged((now.trial, *now.later), population, self.search.ratio))
            else:
                left.append(now)
        return tuple(left), outcomes

    def _counted(self, state: KTNASState, trial: Trial) -> KTNASState:
        """With this answer among those that make up a generation of the task; a whole one is left behind."""
        task = trial.task
        current = (*state.current[task], trial)
        skipped = state.skipped[task]
        if sum(t.proposal.source_task is None for t in current) >= self.search.offspring:
            moved = any(t.proposal.source_task is not None for t in current)
            beyond_first = len(state.history.evaluated(task)) > self.search.population
            skipped += bool(beyond_first and not moved and state.problem.donors(task))
            current = ()
        return replace(state, current={**state.current, task: current}, skipped={**state.skipped, task: skipped})
