"""Steady forms of evolution: it breeds on from those that are alive, whatever is pending.

Regularized evolution and its relatives were conceived so (Real et al., AAAI 2019, section 3: workers take whatever the
population is when they are free). Before the first answer, what exceeds the first population is drawn at random.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ktnas.algorithms.mfea import MFEA, MultifactorialState
from ktnas.algorithms.regularized_evolution import AgingState, RegularizedEvolution
from ktnas.algorithms.steady.base import neediest
from ktnas.algorithms.zero_cost_evolution import ZeroCostEvolution, ZeroCostState
from ktnas.problem.pending import Pending, with_pending
from ktnas.problem.task import Problem
from ktnas.problem.trial import Proposal, Trial
from ktnas.rng import Streams
from ktnas.spaces.operators import sample


@dataclass(frozen=True, slots=True)
class SteadyAging:
    """Regularized evolution: each child is bred from the most recent architectures that were answered."""

    search: RegularizedEvolution

    @property
    def name(self) -> str:
        return self.search.name

    def start(self, problem: Problem) -> AgingState:
        return self.search.start(problem)

    def started_from(self, problem: Problem, beginnings: Sequence[tuple[int, ...]]) -> AgingState:
        return self.search.started_from(problem, beginnings)

    def ask(
        self, state: AgingState, remaining: Mapping[str, int], pending: Sequence[Pending], streams: Streams
    ) -> Sequence[Proposal]:
        if state.generation == 0 and not pending:
            return self.search.ask(state, remaining, streams)
        task = neediest(remaining)
        if not state.living[task]:
            space = state.problem.space_of(task)
            return (Proposal(task, sample(space, streams.rng("regularized-evolution", task))),)
        return self.search.ask(replace(state, generation=max(state.generation, 1)), {task: remaining[task]}, streams)

    def tell(self, state: AgingState, trial: Trial, pending: Sequence[Pending]) -> AgingState:
        return self.search.tell(state, (trial,))

    def generation(self, state: AgingState) -> int:
        return state.generation


@dataclass(frozen=True, slots=True)
class SteadyZeroCost:
    """Aging evolution with a proxy: neighbours that are pending are passed over as those evaluated are."""

    search: ZeroCostEvolution

    @property
    def name(self) -> str:
        return self.search.name

    def start(self, problem: Problem) -> ZeroCostState:
        return self.search.start(problem)

    def ask(
        self, state: ZeroCostState, remaining: Mapping[str, int], pending: Sequence[Pending], streams: Streams
    ) -> Sequence[Proposal]:
        if state.generation == 0 and not pending:
            return self.search.ask(state, remaining, streams)
        task = neediest(remaining)
        if not state.living[task]:
            space = state.problem.space_of(task)
            return (Proposal(task, sample(space, streams.rng("zero-cost-evolution", task))),)
        seen = replace(state, history=with_pending(state.history, pending), generation=max(state.generation, 1))
        return self.search.ask(seen, {task: remaining[task]}, streams)

    def tell(self, state: ZeroCostState, trial: Trial, pending: Sequence[Pending]) -> ZeroCostState:
        return self.search.tell(state, (trial,))

    def generation(self, state: ZeroCostState) -> int:
        return state.generation


@dataclass(frozen=True, slots=True)
class SteadyMultifactorial:
    """MFEA, MFEA-II and EMT-NAS: a child at a time, bred until one comes that the neediest task does not know."""

    search: MFEA

    @property
    def name(self) -> str:
        return self.search.name

    def start(self, problem: Problem) -> MultifactorialState:
        return self.search.start(problem)

    def ask(
        self, state: MultifactorialState, remaining: Mapping[str, int], pending: Sequence[Pending], streams: Streams
    ) -> Sequence[Proposal]:
        if state.generation == 0 and not pending:
            return self.search.ask(state, remaining, streams)
        task = neediest(remaining)
        seen = replace(state, history=with_pending(state.history, pending), generation=max(state.generation, 1))
        return replace(self.search, population=1).ask(seen, {task: remaining[task]}, streams)

    def tell(self, state: MultifactorialState, trial: Trial, pending: Sequence[Pending]) -> MultifactorialState:
        return self.search.tell(state, (trial,))

    def generation(self, state: MultifactorialState) -> int:
        return state.generation
