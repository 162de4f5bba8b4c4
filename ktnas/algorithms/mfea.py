"""Multifactorial evolution over categorical codes (MFEA: Gupta, Ong, Feng, IEEE TEVC 20(3), 2016).

One population per task; parents are drawn from all of them together. Two of the same task mate, two of different tasks
mate with a random mating probability, and whose task a child is evaluated on is drawn: so good genes cross between
tasks. Who mates with what probability, what becomes of parents that do not mate, and which task a child
goes to are parts; MFEA-II (`ktnas.algorithms.mfea2`) and EMT-NAS (`ktnas.algorithms.emt_nas`) exchange them.

In place of simulated binary crossover and polynomial mutation stand uniform crossover and the change of single
positions. The first population of a task is evaluated on that task alone, where the source evaluates everybody on every
task. Survivors are the best of each task, which is what selection by scalar fitness comes to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from ktnas.algorithms.candidates.variation import Child
from ktnas.errors import ConfigurationError
from ktnas.problem.population import Population, survivors
from ktnas.problem.task import Problem
from ktnas.problem.trial import History, Proposal, Trial
from ktnas.rng import Streams
from ktnas.spaces.base import SearchSpace
from ktnas.spaces.operators import crossover, mutate, sample_distinct
from ktnas.typing import FloatArray, Genotype

_TRIES_PER_CHILD = 20


class Mating(Protocol):
    """How likely members of two tasks mate. Its fields are its whole configuration."""

    def probabilities(self, populations: Sequence[Population], cardinalities: Sequence[int]) -> FloatArray:
        """Random mating probabilities ``(tasks, tasks)``, symmetric, in [0, 1]; the diagonal is not looked at."""


@dataclass(frozen=True, slots=True)
class FixedMating:
    """The same probability for all pairs of tasks.

    Attributes:
        probability: Random mating probability.
    """

    probability: float = 0.3

    def __post_init__(self) -> None:
        if not 0 <= self.probability <= 1:
            raise ConfigurationError(f"the random mating probability must be between 0 and 1; got {self.probability}")

    def probabilities(self, populations: Sequence[Population], cardinalities: Sequence[int]) -> FloatArray:
        """`probability` everywhere."""
        return np.full((len(populations), len(populations)), self.probability)


class Unmated(Protocol):
    """What becomes of a parent that was drawn with one of another task and does not mate with it."""

    def child(self, space: SearchSpace, parent: Trial, own: Population, rng: np.random.Generator) -> Child:
        """Its child before mutation; ``own`` is the population of its task, which holds it."""


@dataclass(frozen=True, slots=True)
class Alone:
    """A copy, which mutation will change."""

    def child(self, space: SearchSpace, parent: Trial, own: Population, rng: np.random.Generator) -> Child:
        """The parent itself."""
        return Child(parent.genotype, (parent.genotype,))


class Inheritance(Protocol):
    """Which tasks two children are evaluated on."""

    def tasks(self, parents: tuple[str, str], mated: bool, rng: np.random.Generator) -> tuple[str, str]:
        """The children's tasks, by their parents'; if not ``mated``, child ``i`` descends from parent ``i`` alone."""


@dataclass(frozen=True, slots=True)
class Imitation:
    """Vertical cultural transmission: a child of two imitates one of them, drawn at random."""

    def tasks(self, parents: tuple[str, str], mated: bool, rng: np.random.Generator) -> tuple[str, str]:
        """Each of ``parents`` with probability 1/2, independently; an only parent's own task."""
        first, second = rng.integers(2, size=2).tolist()
        return (parents[first], parents[second]) if mated else parents


@dataclass(frozen=True, slots=True)
class MultifactorialState:
    """Populations and everything evaluated.

    Attributes:
        problem: What is searched.
        history: Every trial.
        generation: 0 while the first populations are evaluated.
        populations: Per task, best first.
    """

    problem: Problem
    history: History
    generation: int
    populations: Mapping[str, Population]


@dataclass(frozen=True, slots=True)
class MFEA:
    """Multifactorial evolution.

    Attributes:
        mating: Who mates across tasks.
        unmated: What becomes of those who do not.
        inheritance: Which task a child goes to.
        population: Members per task, and children per task and generation.
        mutation_rate: Probability that a position of a child changes; None for one position on average. A child that
            its task knows is changed until it is new.
        label: Name of this composition.
    """

    mating: Mating = field(default_factory=FixedMating)
    unmated: Unmated = field(default_factory=Alone)
    inheritance: Inheritance = field(default_factory=Imitation)
    population: int = 10
    mutation_rate: float | None = None
    label: str = "mfea"

    def __post_init__(self) -> None:
        if self.population < 1 or not (self.mutation_rate is None or 0 <= self.mutation_rate <= 1):
            raise ConfigurationError(
                f"{self.label} needs a population of at least 1 and a mutation rate between 0 and 1; got "
                f"{self.population} and {self.mutation_rate}"
            )

    @property
    def name(self) -> str:
        return self.label

    def start(self, problem: Problem) -> MultifactorialState:
        """No population yet.

        Raises:
            ConfigurationError: If tasks are of different search spaces.
        """
        problem.require_one_space(self.name)
        return MultifactorialState(problem, History(), 0, dict.fromkeys(problem.names, ()))

    def ask(self, state: MultifactorialState, remaining: Mapping[str, int], streams: Streams) -> Sequence[Proposal]:
        """The random first populations, then `population` children per task."""
        children: dict[str, dict[Genotype, Child]] = {task: {} for task in remaining}
        if state.generation:
            self._breed(state, children, streams.rng("multifactorial", state.generation))
        proposals: list[Proposal] = []
        for task, bred in children.items():
            proposals.extend(Proposal(task, child.genotype, child.parents) for child in bred.values())
            if missing := self.population - len(bred):
                known = frozenset(t.genotype for t in state.history.evaluated(task)) | bred.keys()
                rng = streams.rng("multifactorial-random", task, state.generation)
                drawn = sample_distinct(state.problem.space, missing, rng, known)
                proposals.extend(Proposal(task, genotype) for genotype in drawn)
        return proposals

    def tell(self, state: MultifactorialState, trials: Sequence[Trial]) -> MultifactorialState:
        """The best of each population and its children survive."""
        populations = {
            task: survivors((*members, *(t for t in trials if t.task == task)), self.population)
            for task, members in state.populations.items()
        }
        history = state.history.extended(trials)
        return replace(state, history=history, generation=state.generation + 1, populations=populations)

    def generation(self, state: MultifactorialState) -> int:
        """0 for the first populations."""
        return state.generation

    def mating_probabilities(self, state: MultifactorialState) -> FloatArray:
        """Random mating probabilities ``(tasks, tasks)`` of the generation to be asked next."""
        populations = [state.populations[task] for task in state.problem.names]
        return self.mating.probabilities(populations, state.problem.space.cardinalities)

    def _breed(
        self, state: MultifactorialState, children: dict[str, dict[Genotype, Child]], rng: np.random.Generator
    ) -> None:
        """Fill ``children``, by task, from pairs of parents; less than full where nothing new can be bred."""
        number = {task: i for i, task in enumerate(state.problem.names)}
        parents = [trial for members in state.populations.values() for trial in members]
        probabilities = self.mating_probabilities(state)
        for _ in range(_TRIES_PER_CHILD * self.population * len(children) if parents else 0):
            if all(len(bred) == self.population for bred in children.values()):
                return
            first, second = (parents[i] for i in rng.integers(len(parents), size=2).tolist())
            likely = probabilities[number[first.task], number[second.task]]
            mated = first.task == second.task or bool(rng.random() < likely)
            tasks = self.inheritance.tasks((first.task, second.task), mated, rng)
            for task, child, origins in zip(tasks, *self._pair(state, first, second, mated, rng), strict=True):
                open_ = task in children and len(children[task]) < self.population
                if open_ and all(o == task or o in state.problem.donors(task) for o in origins):
                    new = self._new(state, task, child, children[task], rng)
                    if new is not None:
                        children[task][new.genotype] = new

    def _pair(
        self, state: MultifactorialState, first: Trial, second: Trial, mated: bool, rng: np.random.Generator
    ) -> tuple[Sequence[Child], Sequence[tuple[str, ...]]]:
        """Two children before mutation, and the tasks that each descends from."""
        space, pair = state.problem.space, (first, second)
        if not mated:
            alone = [self.unmated.child(space, p, state.populations[p.task], rng) for p in pair]
            return alone, [(p.task,) for p in pair]
        genotypes = (first.genotype, second.genotype)
        origins = genotypes if genotypes[0] != genotypes[1] else genotypes[:1]
        mixed = [Child(crossover(space, *genotypes, rng), origins) for _ in pair]
        return mixed, [(first.task, second.task)] * 2

    def _new(
        self,
        state: MultifactorialState,
        task: str,
        child: Child,
        siblings: Mapping[Genotype, Child],
        rng: np.random.Generator,
    ) -> Child | None:
        """The child mutated, and changed further until its task does not know it; None if that does not succeed."""
        space = state.problem.space
        genotype = mutated(space, child.genotype, self.mutation_rate, rng)
        for _ in range(_TRIES_PER_CHILD):
            if genotype not in siblings and state.history.find(task, genotype) is None:
                return replace(child, genotype=genotype)
            genotype = mutate(space, genotype, rng)
        return None


def mutated(space: SearchSpace, genotype: Genotype, rate: float | None, rng: np.random.Generator) -> Genotype:
    """Every position changed with probability ``rate``, None for one over their number; may change nothing.

    Where a number of tries bring nothing valid, one position is changed.
    """
    sizes = np.array(space.cardinalities)
    rate = 1 / len(sizes) if rate is None else rate
    for _ in range(_TRIES_PER_CHILD):
        changed = (rng.random(len(sizes)) < rate) & (sizes > 1)
        shift = 1 + rng.integers(np.maximum(sizes - 1, 1))
        values = np.where(changed, (np.array(genotype) + shift) % sizes, genotype)
        other = space.normalize(tuple(values.tolist()))
        if space.is_valid(other):
            return other
    return mutate(space, genotype, rng)
