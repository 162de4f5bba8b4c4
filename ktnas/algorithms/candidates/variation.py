"""Variation: how offspring are bred from a population and its migrants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ktnas.errors import ConfigurationError
from ktnas.problem.population import tournament
from ktnas.problem.trial import Trial
from ktnas.spaces.base import SearchSpace, neighbourhoods
from ktnas.spaces.operators import crossover, mutate
from ktnas.typing import Genotype

_TRIES_PER_CHILD = 20


@dataclass(frozen=True, slots=True)
class Child:
    """A bred architecture and whom it was bred from."""

    genotype: Genotype
    parents: tuple[Genotype, ...]


@dataclass(frozen=True, slots=True)
class Variation:
    """Tournament selection, uniform crossover, one-position mutation.

    Attributes:
        tournament_size: Members drawn, with replacement, of which the best becomes a parent.
        crossover_probability: Probability that a child has two parents.
        mutation_probability: Probability that a child is mutated; one that equals a parent always is.
    """

    tournament_size: int = 5
    crossover_probability: float = 0.0
    mutation_probability: float = 1.0

    def __post_init__(self) -> None:
        probabilities = (self.crossover_probability, self.mutation_probability)
        if self.tournament_size < 1 or not all(0 <= p <= 1 for p in probabilities):
            raise ConfigurationError(
                f"variation needs a tournament of at least 1 and probabilities between 0 and 1; got {self}"
            )

    def offspring(
        self,
        space: SearchSpace,
        members: Sequence[Trial],
        count: int,
        known: Callable[[Genotype], bool],
        rng: np.random.Generator,
    ) -> tuple[Child, ...]:
        """Up to ``count`` different children that are not ``known``.

        Fewer where the neighbourhood of ``members`` (not empty) is nearly used up. A space that tells its own
        neighbourhoods has small ones: there, what has been bred already is changed once more.
        """
        children: dict[Genotype, Child] = {}
        further = neighbourhoods(space) is not None
        for _ in range(count * _TRIES_PER_CHILD):
            if len(children) == count:
                break
            child = self._child(space, members, rng)
            if further and (child.genotype in children or known(child.genotype)):
                child = Child(mutate(space, child.genotype, rng), child.parents)
            if not known(child.genotype):
                children.setdefault(child.genotype, child)
        return tuple(children.values())

    def _child(self, space: SearchSpace, members: Sequence[Trial], rng: np.random.Generator) -> Child:
        genotype = tournament(members, self.tournament_size, rng).genotype
        parents: tuple[Genotype, ...] = (genotype,)
        if self.crossover_probability and rng.random() < self.crossover_probability:
            other = tournament(members, self.tournament_size, rng).genotype
            if other != genotype:
                parents = (genotype, other)
                genotype = crossover(space, genotype, other, rng)
        if genotype in parents or self.mutation_probability == 1 or rng.random() < self.mutation_probability:
            genotype = mutate(space, genotype, rng)
        return Child(genotype, parents)
