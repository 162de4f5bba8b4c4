"""Best-first expansion of neighbourhoods, each task by itself.

Always evaluates the unvisited neighbours of the best architecture that has not been expanded yet. It cannot be
caught in a local optimum: when nothing better turns up, the second best is expanded. White et al. (UAI 2021) have
it as local search that does not stop at a minimum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ktnas.algorithms.local_search import FirstImprovement, Improvement
from ktnas.errors import ConfigurationError
from ktnas.problem.population import fitness_of
from ktnas.problem.task import Problem
from ktnas.problem.trial import History, Proposal, Trial
from ktnas.rng import Streams
from ktnas.spaces.operators import neighbours, sample_distinct
from ktnas.typing import Genotype


@dataclass(frozen=True, slots=True)
class BestFirstState:
    """What has been evaluated, and what can still be expanded.

    Attributes:
        problem: What is searched.
        beginnings: Asked first, in place of random architectures.
        history: Every trial.
        generation: Number of questions answered.
        waiting: Per task, the architectures not expanded yet, best first, failed ones last.
    """

    problem: Problem
    beginnings: tuple[Genotype, ...]
    history: History
    generation: int
    waiting: Mapping[str, tuple[Trial, ...]]


@dataclass(frozen=True, slots=True)
class BestFirst:
    """Best-first neighbourhood expansion.

    Attributes:
        initial: Random architectures to begin with.
    """

    improvement: Improvement = field(default_factory=FirstImprovement)
    initial: int = 1

    def __post_init__(self) -> None:
        if self.initial < 1:
            raise ConfigurationError(f"best-first needs at least 1 architecture to begin with; got {self.initial}")

    @property
    def name(self) -> str:
        return "best-first"

    def start(self, problem: Problem) -> BestFirstState:
        """Nothing evaluated yet."""
        return self.started_from(problem, ())

    def started_from(self, problem: Problem, beginnings: Sequence[Genotype]) -> BestFirstState:
        """Nothing evaluated yet; begins with ``beginnings``."""
        return BestFirstState(problem, tuple(beginnings), History(), 0, dict.fromkeys(problem.names, ()))

    def ask(self, state: BestFirstState, remaining: Mapping[str, int], streams: Streams) -> Sequence[Proposal]:
        """The neighbourhood of each task's best architecture that still has unvisited neighbours."""
        proposals: list[Proposal] = []
        for task in remaining:
            proposals.extend(self._question(state, task, streams))
        return proposals

    def tell(self, state: BestFirstState, trials: Sequence[Trial]) -> BestFirstState:
        """New architectures wait; the expanded one no longer does, nor those before it, which had nothing unvisited."""
        waiting = dict(state.waiting)
        for task in dict.fromkeys(trial.task for trial in trials):
            new = [trial for trial in trials if trial.task == task]
            expanded = [i for i, t in enumerate(waiting[task]) if (t.genotype,) == new[0].proposal.parents]
            left = waiting[task][expanded[0] :] if expanded else ()
            waiting[task] = tuple(sorted((*left, *new), key=fitness_of, reverse=True))
        history = state.history.extended(trials)
        return replace(state, history=history, generation=state.generation + 1, waiting=waiting)

    def generation(self, state: BestFirstState) -> int:
        """Number of the expansion; 0 for the first architectures."""
        return state.generation

    def _question(self, state: BestFirstState, task: str, streams: Streams) -> Sequence[Proposal]:
        rng = streams.rng("best-first", task, state.generation)
        history, space = state.history, state.problem.space_of(task)
        if state.generation == 0 and state.beginnings:
            return [Proposal(task, genotype) for genotype in state.beginnings]
        for trial in state.waiting[task]:
            around = neighbours(space, trial.genotype)
            unvisited = [g for g in around if history.find(task, g) is None]
            if unvisited:
                asked = self.improvement.asked(unvisited, rng)
                return [Proposal(task, genotype, (trial.genotype,)) for genotype in asked]
        known = frozenset(trial.genotype for trial in history.evaluated(task))
        return [Proposal(task, genotype) for genotype in sample_distinct(space, self.initial, rng, known)]
