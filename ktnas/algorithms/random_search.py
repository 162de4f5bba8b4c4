"""Random search: architectures drawn at random, each at most once per task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ktnas.errors import ConfigurationError
from ktnas.problem.task import Problem
from ktnas.problem.trial import Proposal, Trial
from ktnas.rng import Streams
from ktnas.spaces.operators import sample_distinct
from ktnas.typing import Genotype


@dataclass(frozen=True, slots=True)
class RandomState:
    """What has been drawn so far, per task."""

    problem: Problem
    generation: int
    drawn: Mapping[str, frozenset[Genotype]]


@dataclass(frozen=True, slots=True)
class RandomSearch:
    """Draws architectures without replacement.

    Attributes:
        batch: Architectures drawn per task and generation.
    """

    batch: int = 10

    def __post_init__(self) -> None:
        if self.batch < 1:
            raise ConfigurationError(f"random search needs a batch of at least 1; got {self.batch}")

    @property
    def name(self) -> str:
        return "random-search"

    def start(self, problem: Problem) -> RandomState:
        """Nothing drawn yet."""
        return RandomState(problem, 0, dict.fromkeys(problem.names, frozenset()))

    def ask(self, state: RandomState, remaining: Mapping[str, int], streams: Streams) -> Sequence[Proposal]:
        """Up to `batch` new architectures per task."""
        proposals: list[Proposal] = []
        for task, left in remaining.items():
            rng = streams.rng("random-search", task, state.generation)
            count = min(self.batch, left)
            drawn = sample_distinct(state.problem.space_of(task), count, rng, state.drawn[task])
            proposals.extend(Proposal(task, genotype) for genotype in drawn)
        return proposals

    def tell(self, state: RandomState, trials: Sequence[Trial]) -> RandomState:
        """Remember what has been drawn."""
        new = {task: {t.genotype for t in trials if t.task == task} for task in state.drawn}
        drawn = {task: seen | new[task] if new[task] else seen for task, seen in state.drawn.items()}
        return RandomState(state.problem, state.generation + 1, drawn)

    def generation(self, state: RandomState) -> int:
        """Number of the batch to be asked next."""
        return state.generation
