"""Pools: among which architectures the screening chooses what is evaluated next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from ktnas.algorithms.candidates.variation import Child, Variation
from ktnas.errors import ConfigurationError
from ktnas.problem.trial import Trial
from ktnas.spaces.base import SearchSpace, genotypes, is_enumerable
from ktnas.spaces.operators import hamming, sample_distinct
from ktnas.typing import Genotype

WHOLE_SPACE_LIMIT = 50_000
"""Spaces with more architectures than this are searched through bred offspring only."""


@dataclass(frozen=True, slots=True)
class Breeding:
    """What a pool is made from, for one task.

    Attributes:
        space: The search space.
        members: Population and migrants, best first; never empty.
        count: How many architectures are to be evaluated.
        known: Whether an architecture has been evaluated on the task.
        task: The task's name.
    """

    space: SearchSpace
    members: Sequence[Trial]
    count: int
    known: Callable[[Genotype], bool]
    task: str


class PoolMembers(Protocol):
    """The candidates of one task in one generation."""

    @property
    def genotypes(self) -> Sequence[Genotype]:
        """The candidates; may contain known architectures, which must not be chosen."""

    def child(self, index: int) -> Child:
        """A candidate with its parents."""


class Pool(Protocol):
    """A way to find candidates. Its fields are its whole configuration."""

    def candidates(self, breeding: Breeding, rng: np.random.Generator) -> PoolMembers:
        """The candidates; none where everything within reach is known."""


@dataclass(frozen=True, slots=True)
class Offspring:
    """Offspring of the members.

    Attributes:
        variation: How they are bred.
        per_evaluation: How many are bred for each one that is evaluated.
    """

    variation: Variation = field(default_factory=Variation)
    per_evaluation: int = 1

    def __post_init__(self) -> None:
        if self.per_evaluation < 1:
            raise ConfigurationError(f"at least 1 offspring must be bred per evaluation; got {self.per_evaluation}")

    def candidates(self, breeding: Breeding, rng: np.random.Generator) -> PoolMembers:
        """``count * per_evaluation`` offspring that are not known, or fewer."""
        count = breeding.count * self.per_evaluation
        return _Bred(self.variation.offspring(breeding.space, breeding.members, count, breeding.known, rng))


@dataclass(frozen=True, slots=True)
class _Bred:
    children: tuple[Child, ...]

    @property
    def genotypes(self) -> Sequence[Genotype]:
        return [child.genotype for child in self.children]

    def child(self, index: int) -> Child:
        return self.children[index]


def _many_crossed() -> Offspring:
    return Offspring(Variation(crossover_probability=0.5), 500)


@dataclass(frozen=True, slots=True)
class BredAndRandom:
    """Offspring of the members, and random architectures beside them: for spaces too large to be listed.

    Attributes:
        offspring: How offspring are bred.
        immigrants: Random architectures per pool.
    """

    offspring: Offspring = field(default_factory=_many_crossed)
    immigrants: int = 500

    def __post_init__(self) -> None:
        if self.immigrants < 0:
            raise ConfigurationError(f"the number of immigrants must not be negative; got {self.immigrants}")

    def candidates(self, breeding: Breeding, rng: np.random.Generator) -> PoolMembers:
        """Both, without what is known; a child of the member nearest to it, as in `WholeSpace`."""
        bred = self.offspring.candidates(breeding, rng).genotypes
        drawn = sample_distinct(breeding.space, self.immigrants, rng, frozenset(bred))
        return _Nearest([*bred, *(g for g in drawn if not breeding.known(g))], breeding.members)


@dataclass(frozen=True, slots=True)
class WholeSpace:
    """Every architecture of the space; of one too large for that, those of `BredAndRandom`.

    A chosen architecture counts as a child of the member nearest to it by Hamming distance, the better one of
    equally near ones: the member that it is the least variation of.

    Attributes:
        offspring: Where the space is too large: how offspring are bred.
        immigrants: There, random architectures per pool.
    """

    offspring: Offspring = field(default_factory=_many_crossed)
    immigrants: int = 500

    def __post_init__(self) -> None:
        self._otherwise()

    def _otherwise(self) -> BredAndRandom:
        return BredAndRandom(self.offspring, self.immigrants)

    def candidates(self, breeding: Breeding, rng: np.random.Generator) -> PoolMembers:
        """All architectures, known ones included; or bred and random ones that are not known."""
        space = breeding.space
        if is_enumerable(space) and len(genotypes(space)) <= WHOLE_SPACE_LIMIT:
            return _Nearest(genotypes(space), breeding.members)
        return self._otherwise().candidates(breeding, rng)


@dataclass(frozen=True, slots=True)
class _Nearest:
    genotypes: Sequence[Genotype]
    members: Sequence[Trial]

    def child(self, index: int) -> Child:
        genotype = self.genotypes[index]
        nearest = min(self.members, key=lambda member: hamming(member.genotype, genotype))
        return Child(genotype, (nearest.genotype,))
