"""Local search (White, Nolen, Savani, UAI 2021), each task by itself, with restarts.

From the best of some random architectures it moves to better neighbours until there is none, and then begins
again. Neighbours evaluated earlier are passed over, as in the authors' code: a walk that moved to them would end,
after every restart, in an optimum that is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from ktnas.errors import ConfigurationError
from ktnas.problem.task import Problem
from ktnas.problem.trial import History, Proposal, Trial
from ktnas.rng import Streams
from ktnas.spaces.operators import neighbours, sample_distinct
from ktnas.typing import Genotype


class Improvement(Protocol):
    """When to move. Its fields are its whole configuration."""

    def asked(self, unknown: Sequence[Genotype], rng: np.random.Generator) -> Sequence[Genotype]:
        """Which of the neighbours not evaluated yet, one at least, to evaluate before deciding on a move."""


@dataclass(frozen=True, slots=True)
class FirstImprovement:
    """Moves to the first better neighbour, in random order."""

    def asked(self, unknown: Sequence[Genotype], rng: np.random.Generator) -> Sequence[Genotype]:
        """One, drawn at random."""
        return (unknown[int(rng.integers(len(unknown)))],)


@dataclass(frozen=True, slots=True)
class BestImprovement:
    """Looks at the whole neighbourhood and moves to the best, if it is better."""

    def asked(self, unknown: Sequence[Genotype], rng: np.random.Generator) -> Sequence[Genotype]:
        """All, in random order."""
        return [unknown[i] for i in rng.permutation(len(unknown)).tolist()]


@dataclass(frozen=True, slots=True)
class LocalState:
    """What has been evaluated, and where each task stands.

    Attributes:
        problem: What is searched.
        beginnings: Asked first, in place of random architectures.
        history: Every trial.
        generation: Number of questions answered.
        points: The current architecture per task; absent before the first answer.
    """

    problem: Problem
    beginnings: tuple[Genotype, ...]
    history: History
    generation: int
    points: Mapping[str, Genotype]


@dataclass(frozen=True, slots=True)
class LocalSearch:
    """Local search with restarts.

    Attributes:
        improvement: When to move.
        initial: Random architectures per start, of which the best is the one to move from.
        label: Name of this composition.
    """

    improvement: Improvement = field(default_factory=FirstImprovement)
    initial: int = 1
    label: str = "local-search"

    def __post_init__(self) -> None:
        if self.initial < 1:
            raise ConfigurationError(f"local search needs at least 1 architecture to start from; got {self.initial}")

    @property
    def name(self) -> str:
        return self.label

    def start(self, problem: Problem) -> LocalState:
        """Nothing evaluated yet."""
        return self.started_from(problem, ())

    def started_from(self, problem: Problem, beginnings: Sequence[Genotype]) -> LocalState:
        """Nothing evaluated yet; the first start is from the best of ``beginnings``."""
        return LocalState(problem, tuple(beginnings), History(), 0, {})

    def ask(self, state: LocalState, remaining: Mapping[str, int], streams: Streams) -> Sequence[Proposal]:
        """Neighbours of each task's current architecture, or architectures to restart from."""
        proposals: list[Proposal] = []
        for task in remaining:
            proposals.extend(self._question(state, task, streams.rng("local-search", task, state.generation)))
        return proposals

    def tell(self, state: LocalState, trials: Sequence[Trial]) -> LocalState:
        """Move to what is better; a restart moves in any case."""
        history = state.history.extended(trials)
        points = dict(state.points)
        for task in dict.fromkeys(trial.task for trial in trials):
            new = [trial for trial in trials if trial.task == task]
            origin = new[0].proposal.parents
            points[task] = max([*origin, *(t.genotype for t in new)], key=lambda g: fitness_in(history, task, g))
        return replace(state, history=history, generation=state.generation + 1, points=points)

    def generation(self, state: LocalState) -> int:
        """Number of the question."""
        return state.generation

    def _question(self, state: LocalState, task: str, rng: np.random.Generator) -> Sequence[Proposal]:
        if task not in state.points and state.beginnings:
            return [Proposal(task, genotype) for genotype in state.beginnings]
        space, point = state.problem.space_of(task), state.points.get(task)
        around = () if point is None else neighbours(space, point)
        unknown = [genotype for genotype in around if state.history.find(task, genotype) is None]
        if point is not None and unknown:
            return [Proposal(task, genotype, (point,)) for genotype in self.improvement.asked(unknown, rng)]
        known = frozenset(trial.genotype for trial in state.history.evaluated(task))
        return [Proposal(task, genotype) for genotype in sample_distinct(space, self.initial, rng, known)]


def fitness_in(history: History, task: str, genotype: Genotype) -> float:
    """Fitness for comparison: a failed architecture is worse than any other."""
    answer = history.find(task, genotype)
    return float("-inf") if answer is None or answer.fitness is None else answer.fitness


def best_improvement() -> LocalSearch:
    """Local search that looks at the whole neighbourhood before it moves."""
    return LocalSearch(BestImprovement(), label="local-search-best")
