"""Aging evolution with a proxy (Abdelfattah, Mehrotra, Dudziak, Lane, ICLR 2021, section 5), each task by itself.

Warm-up: of many random architectures, those that the proxy rates highest are the first population. Moves: the winner
of a tournament is replaced by that of its neighbours which the proxy rates highest. Else it is regularized evolution:
the child joins, the oldest dies. Where the authors are silent: neighbours that were evaluated are passed over, and a
winner without others gives way to a random architecture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ktnas.errors import ConfigurationError
from ktnas.problem.population import tournament
from ktnas.problem.proxy import Parameters, Proxy, rated
from ktnas.problem.task import Problem
from ktnas.problem.trial import History, Proposal, Trial
from ktnas.rng import Streams
from ktnas.spaces.operators import neighbours, sample_distinct


@dataclass(frozen=True, slots=True)
class ZeroCostState:
    """What has been evaluated, and per task the living architectures, oldest first, failed ones included."""

    problem: Problem
    history: History
    generation: int
    living: Mapping[str, tuple[Trial, ...]]


@dataclass(frozen=True, slots=True)
class ZeroCostEvolution:
    """Aging evolution that a proxy starts and steers.

    Attributes:
        proxy: The free score.
        warmup: Random architectures that the proxy rates at the start.
        population: Number of living architectures.
        tournament_size: Size of the sample (with replacement) whose best is moved on.
    """

    proxy: Proxy = field(default_factory=Parameters)
    warmup: int = 3000
    population: int = 10
    tournament_size: int = 5

    def __post_init__(self) -> None:
        if self.population < 1 or self.tournament_size < 1 or self.warmup < self.population:
            raise ConfigurationError(
                f"population and tournament size must be at least 1, the warm-up at least the population; got {self}"
            )

    @property
    def name(self) -> str:
        return "zero-cost-evolution"

    def with_proxy(self, proxy: Proxy) -> ZeroCostEvolution:
        return replace(self, proxy=proxy)

    def start(self, problem: Problem) -> ZeroCostState:
        """Nothing alive yet."""
        return ZeroCostState(problem, History(), 0, dict.fromkeys(problem.names, ()))

    def ask(self, state: ZeroCostState, remaining: Mapping[str, int], streams: Streams) -> Sequence[Proposal]:
        """The first population, most promising first; then one child per task."""
        proposals: list[Proposal] = []
        for task in remaining:
            rng = streams.rng("zero-cost-evolution", task, state.generation)
            ask = self._move if state.generation else self._first
            proposals.extend(ask(state, task, rng))
        return proposals

    def tell(self, state: ZeroCostState, trials: Sequence[Trial]) -> ZeroCostState:
        """Children join, the oldest die."""
        living = dict(state.living)
        for trial in trials:
            living[trial.task] = (*living[trial.task], trial)[-self.population :]
        history = state.history.extended(trials)
        return replace(state, history=history, generation=state.generation + 1, living=living)

    def generation(self, state: ZeroCostState) -> int:
        """0 for the first population, then the number of the step."""
        return state.generation

    def _first(self, state: ZeroCostState, task: str, rng: np.random.Generator) -> Sequence[Proposal]:
        space = state.problem.space_of(task)
        drawn = sample_distinct(space, self.warmup, rng)
        order = np.argsort(-rated(self.proxy, space, task, drawn), kind="stable")
        return [Proposal(task, drawn[i]) for i in order[: self.population].tolist()]

    def _move(self, state: ZeroCostState, task: str, rng: np.random.Generator) -> Sequence[Proposal]:
        space = state.problem.space_of(task)
        parent = tournament(state.living[task], self.tournament_size, rng).genotype
        unvisited = [g for g in neighbours(space, parent) if state.history.find(task, g) is None]
        if unvisited:
            best = int(np.argmax(rated(self.proxy, space, task, unvisited)))
            return (Proposal(task, unvisited[best], (parent,)),)
        seen = frozenset(trial.genotype for trial in state.history.evaluated(task))
        return [Proposal(task, genotype) for genotype in sample_distinct(space, 1, rng, seen)]
