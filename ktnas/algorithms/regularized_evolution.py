"""Regularized evolution (Real, Aggarwal, Huang, Le, AAAI 2019, algorithm 1), each task by itself.

A population of the most recent architectures; each step the best of a random sample is mutated, the child
joins and the oldest dies, however good it was. A child evaluated before joins again with its known fitness.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ktnas.errors import ConfigurationError
from ktnas.problem.population import tournament
from ktnas.problem.task import Problem
from ktnas.problem.trial import Proposal, Trial
from ktnas.rng import Streams
from ktnas.spaces.operators import mutate, sample
from ktnas.typing import Genotype


@dataclass(frozen=True, slots=True)
class AgingState:
    """Per task, the living architectures, oldest first, failed ones included; ``beginnings`` open the first ones."""

    problem: Problem
    beginnings: tuple[Genotype, ...]
    generation: int
    living: Mapping[str, tuple[Trial, ...]]


@dataclass(frozen=True, slots=True)
class RegularizedEvolution:
    """Regularized (aging) evolution.

    Attributes:
        population: Number of living architectures.
        tournament_size: Size of the sample (with replacement) whose best is mutated.
    """

    population: int = 10
    tournament_size: int = 5

    def __post_init__(self) -> None:
        if self.population < 1 or self.tournament_size < 1:
            raise ConfigurationError(f"population and tournament size must be at least 1; got {self}")

    @property
    def name(self) -> str:
        return "regularized-evolution"

    def start(self, problem: Problem) -> AgingState:
        """Nothing alive yet."""
        return self.started_from(problem, ())

    def started_from(self, problem: Problem, beginnings: Sequence[Genotype]) -> AgingState:
        """Nothing alive yet; the first populations hold ``beginnings`` before random architectures."""
        return AgingState(problem, tuple(beginnings), 0, dict.fromkeys(problem.names, ()))

    def ask(self, state: AgingState, remaining: Mapping[str, int], streams: Streams) -> Sequence[Proposal]:
        """The random first population, then one child per task."""
        proposals: list[Proposal] = []
        for task in remaining:
            rng = streams.rng("regularized-evolution", task, state.generation)
            living, space = state.living[task], state.problem.space_of(task)
            if state.generation == 0:
                missing = self.population - len(state.beginnings)
                first = (*state.beginnings, *(sample(space, rng) for _ in range(missing)))
                proposals.extend(Proposal(task, genotype) for genotype in first)
            else:
                parent = tournament(living, self.tournament_size, rng).genotype
                proposals.append(Proposal(task, mutate(space, parent, rng), (parent,)))
        return proposals

    def tell(self, state: AgingState, trials: Sequence[Trial]) -> AgingState:
        """Children join, the oldest die."""
        living = dict(state.living)
        for trial in trials:
            living[trial.task] = (*living[trial.task], trial)[-self.population :]
        return replace(state, generation=state.generation + 1, living=living)

    def generation(self, state: AgingState) -> int:
        """0 for the first population, then the number of the step."""
        return state.generation
