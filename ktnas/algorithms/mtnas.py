"""MTNAS (Zhou et al., IEEE TEVC 28(3), 2024): each round a task evolves itself or learns from another task.

It evolves itself with probability ``sigmoid(d + q - p)``: ``q`` and ``p`` are exponential averages of whether its own
evolution, and what it took from others, improved its incumbent; ``d`` grows with the diversity of its population.
Otherwise it takes the best architecture that improved another task and that it has not used yet, and evaluates it and
those of its unvisited neighbours that a free proxy rates highest.

Where our source says nothing: an improvement counts 1 whatever its size, since the tasks' metrics differ in scale;
``q`` and ``p`` move only when their way was taken; a task's own evolution is a step of regularized evolution
(`ktnas.algorithms.regularized_evolution`), and the best of what was taken joins the population as a child would.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np

from ktnas.errors import ConfigurationError
from ktnas.problem.population import fitness_of, tournament
from ktnas.problem.proxy import Parameters, Proxy
from ktnas.problem.task import Problem
from ktnas.problem.trial import History, Proposal, Trial
from ktnas.rng import Streams
from ktnas.spaces.operators import hamming, mutate, neighbours, sample_distinct
from ktnas.typing import Genotype

Origin = tuple[str, Genotype]
"""A task and an architecture that improved it."""


@dataclass(frozen=True, slots=True)
class TaskState:
    """How far one task has come.

    Attributes:
        living: The population, oldest first, failed ones included.
        improving: Trials that improved the task's incumbent, oldest first.
        used: What it has taken from other tasks.
        own: Average of improvements by its own evolution (q).
        others: Average of improvements by what it took (p).
    """

    living: tuple[Trial, ...] = ()
    improving: tuple[Trial, ...] = ()
    used: frozenset[Origin] = frozenset()
    own: float = 0.0
    others: float = 0.0


@dataclass(frozen=True, slots=True)
class MTNASState:
    """What has been evaluated, and how far each task has come.

    Attributes:
        problem: What is searched.
        history: Every trial.
        generation: Number of rounds answered.
        tasks: Per task.
    """

    problem: Problem
    history: History
    generation: int
    tasks: Mapping[str, TaskState]


@dataclass(frozen=True, slots=True)
class MTNAS:
    """Evolution whose tasks take over one another's best architectures, refined by a proxy (MTNAS).

    Attributes:
        proxy: Rates the neighbours of what is taken from another task.
        population: Living architectures per task.
        tournament_size: Size of the sample (with replacement) whose best is mutated.
        neighbours: Neighbours evaluated of what is taken.
        rate: Weight of the newest improvement in the averages.
        diversity: Weight of the population's diversity.
    """

    proxy: Proxy = field(default_factory=Parameters)
    population: int = 10
    tournament_size: int = 5
    neighbours: int = 10
    rate: float = 0.1
    diversity: float = 0.001

    def __post_init__(self) -> None:
        if self.population < 1 or self.tournament_size < 1 or self.neighbours < 0 or not 0 < self.rate <= 1:
            raise ConfigurationError(f"MTNAS cannot have these settings: {self}")

    @property
    def name(self) -> str:
        return "mtnas"

    def with_proxy(self, proxy: Proxy) -> MTNAS:
        return replace(self, proxy=proxy)

    def start(self, problem: Problem) -> MTNASState:
        """No population yet.

        Raises:
            ConfigurationError: If tasks are of different search spaces.
        """
        problem.require_one_space(self.name)
        return MTNASState(problem, History(), 0, {task: TaskState() for task in problem.names})

    def ask(self, state: MTNASState, remaining: Mapping[str, int], streams: Streams) -> Sequence[Proposal]:
        """The random first populations; then for each task its own mutant, or what it takes from another task."""
        proposals: list[Proposal] = []
        for task in remaining:
            rng = streams.rng("mtnas", task, state.generation)
            if state.generation == 0:
                drawn = sample_distinct(state.problem.space, self.population, rng)
                proposals.extend(Proposal(task, genotype) for genotype in drawn)
                continue
            alone = rng.random() < self.self_evolution(state, task)
            proposals.extend((() if alone else self._taken(state, task, rng)) or self._mutant(state, task, rng))
        return proposals

    def tell(self, state: MTNASState, trials: Sequence[Trial]) -> MTNASState:
        """Survivors, improvements and their averages."""
        return self.with_round(state, trials, trials)

    def with_round(self, state: MTNASState, trials: Sequence[Trial], new: Sequence[Trial]) -> MTNASState:
        """The state after a round, of which the history does not hold ``new`` yet."""
        tasks = dict(state.tasks)
        for task in dict.fromkeys(trial.task for trial in trials):
            tasks[task] = self._advanced(tasks[task], [trial for trial in trials if trial.task == task])
        history = state.history.extended(new)
        return replace(state, history=history, generation=state.generation + 1, tasks=tasks)

    def generation(self, state: MTNASState) -> int:
        """Number of the round; 0 for the first populations."""
        return state.generation

    def self_evolution(self, state: MTNASState, task: str) -> float:
        """Probability that a task evolves itself in the next round, if there is anything to take."""
        current = state.tasks[task]
        pairs = list(combinations((trial.genotype for trial in current.living), 2))
        diversity = self.diversity * (sum(hamming(a, b) for a, b in pairs) - len(pairs))
        return 1 / (1 + math.exp(-(diversity + current.own - current.others)))

    def _advanced(self, current: TaskState, new: Sequence[Trial]) -> TaskState:
        best = max(new, key=fitness_of)
        improved = fitness_of(best) > max(map(fitness_of, current.improving), default=-math.inf)
        own, others, used = current.own, current.others, current.used
        first = new[0].proposal
        if first.source_task is not None:
            used |= {(first.source_task, first.parents[0] if first.parents else first.genotype)}
            others += self.rate * (improved - others)
        elif current.living:
            own += self.rate * (improved - own)
        joining = (best,) if current.living else tuple(new)
        return TaskState(
            living=(*current.living, *joining)[-self.population :],
            improving=(*current.improving, best) if improved else current.improving,
            used=used,
            own=own,
            others=others,
        )

    def _taken(self, state: MTNASState, task: str, rng: np.random.Generator) -> Sequence[Proposal]:
        """The best unused improvement of a donor, donors in random order, and its most promising neighbours."""
        donors, space, history = state.problem.donors(task), state.problem.space, state.history
        order = [donors[i] for i in rng.permutation(len(donors)).tolist()]
        improving = (trial for donor in order for trial in reversed(state.tasks[donor].improving))
        for trial in improving:
            if (trial.task, trial.genotype) in state.tasks[task].used:
                continue
            unvisited = [g for g in neighbours(space, trial.genotype) if history.find(task, g) is None]
            scores = self.proxy.scores(space, task, unvisited)
            chosen = [unvisited[i] for i in np.argsort(-scores, kind="stable")[: self.neighbours].tolist()]
            known = history.find(task, trial.genotype) is not None
            itself = () if known else (Proposal(task, trial.genotype, source_task=trial.task),)
            beside = (Proposal(task, g, (trial.genotype,), source_task=trial.task) for g in chosen)
            if proposals := (*itself, *beside):
                return proposals
        return ()

    def _mutant(self, state: MTNASState, task: str, rng: np.random.Generator) -> Sequence[Proposal]:
        parent = tournament(state.tasks[task].living, self.tournament_size, rng).genotype
        return (Proposal(task, mutate(state.problem.space, parent, rng), (parent,)),)
