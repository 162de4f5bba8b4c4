"""Search spaces: the protocol a space fulfils, and everything that works on any space.

A space is one file that knows its code, its strings and its graph. Sampling, mutation, crossover,
neighbours and enumeration are free functions here, so that a new space need not write them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import Protocol, runtime_checkable

import numpy as np

from ktnas.errors import ArchitectureError, ConfigurationError
from ktnas.spaces.graph import OperationGraph, canonical_form
from ktnas.typing import CanonicalForm, Genotype, IntArray

ENUMERATION_LIMIT = 1_000_000
"""Spaces with more codes than this are searched by proposals only."""


_TRIES = 64


@runtime_checkable
class SearchSpace(Protocol):
    """A set of architectures, each with a genotype, an official string and a graph. Hashable."""

    @property
    def name(self) -> str:
        """Name used at the command line and in records."""

    @property
    def cardinalities(self) -> tuple[int, ...]:
        """Number of values at each position of a genotype."""

    def __hash__(self) -> int:
        """Spaces are values: frozen and hashable, so that what is computed once per space can be cached."""

    def is_valid(self, genotype: Genotype) -> bool:
        """Whether a genotype in range is an architecture of this space."""

    def normalize(self, genotype: Genotype) -> Genotype:
        """The listed code among several codes of one architecture; the genotype itself where codes are unique.

        Called on any genotype in range; the result need not be valid if the genotype was not.
        """

    def graph(self, genotype: Genotype) -> OperationGraph:
        """The pruned operation graph of a valid genotype."""

    def format(self, genotype: Genotype) -> str:
        """The official string of a valid genotype."""

    def parse(self, text: str) -> Genotype:
        """The genotype of an official string.

        Raises:
            ArchitectureError: If the string is no architecture of this space.
        """


@runtime_checkable
class Quantified(Protocol):
    """A space that knows numbers by which its architectures differ, such as channels, resolution or depth.

    To a graph of labelled nodes, 8 channels are as unlike 16 as 64; a number says which are near.
    """

    def quantities(self, genotype: Genotype) -> Sequence[float]:
        """Finite numbers that describe a valid genotype, always equally many, on scales where differences count.

        Where ratios count, as they do for channels, that is the logarithm.
        """


@runtime_checkable
class WithIdentities(Protocol):
    """A space that knows which operations of its graphs hand on what they get, such as ``skip_connect`` or a sum."""

    @property
    def identities(self) -> frozenset[str]:
        """The names of these operations, as they stand in the graphs."""


@runtime_checkable
class WithNeighbourhoods(Protocol):
    """A space that knows its own neighbourhoods, because one position of a code is no small change of a network."""

    def neighbours(self, genotype: Genotype) -> Sequence[Genotype]:
        """Every other architecture one small change away from a valid one, each once, normalized and valid."""

    def mutated(self, genotype: Genotype, rng: np.random.Generator) -> Genotype:
        """One of the neighbours, drawn at random; the genotype itself where what was drawn leads to none."""


@runtime_checkable
class WithOwnListing(Protocol):
    """A space that says itself what it holds, because most of its codes are no architectures."""

    def is_listed(self) -> bool:
        """Whether all of its architectures can be listed."""

    def listed(self) -> Iterable[Genotype]:
        """All of them, each once."""

    def drawn(self, rng: np.random.Generator) -> Genotype:
        """One of them, drawn at random."""


@runtime_checkable
class Translating(Protocol):
    """A space that knows which of its architectures stands for one of another space."""

    def translated(self, space: SearchSpace, genotype: Genotype) -> Genotype | None:
        """The architecture here that stands for a valid one of another space; None where there is no rule."""


@dataclass(frozen=True, eq=False)
class ListedSpace:
    """The part of a space that a table lists; everything else is not valid. Compared by identity.

    Attributes:
        base: The space that the listed genotypes belong to.
        genotypes: The listed genotypes, in the table's order, without repeats.
    """

    base: SearchSpace
    genotypes: tuple[Genotype, ...]

    @cached_property
    def _members(self) -> frozenset[Genotype]:
        return frozenset(self.genotypes)

    @cached_property
    def codes(self) -> IntArray:
        """Codes ``(n, positions)`` of the listed genotypes."""
        return np.array(self.genotypes, dtype=np.int64)

    def __hash__(self) -> int:
        return id(self)

    @property
    def name(self) -> str:
        return self.base.name

    @property
    def cardinalities(self) -> tuple[int, ...]:
        return self.base.cardinalities

    def is_valid(self, genotype: Genotype) -> bool:
        return genotype in self._members

    def normalize(self, genotype: Genotype) -> Genotype:
        return self.base.normalize(genotype)

    def graph(self, genotype: Genotype) -> OperationGraph:
        return self.base.graph(genotype)

    def format(self, genotype: Genotype) -> str:
        return self.base.format(genotype)

    def parse(self, text: str) -> Genotype:
        return self.base.parse(text)


def quantities(space: SearchSpace, genotype: Genotype) -> Sequence[float]:
    """The numbers by which a valid genotype differs from others of its space; none where the space knows none."""
    base = _base(space)
    return base.quantities(genotype) if isinstance(base, Quantified) else ()


def identities(space: SearchSpace) -> frozenset[str]:
    """The operations of a space's graphs that hand on what they get; none where the space knows none."""
    base = _base(space)
    return base.identities if isinstance(base, WithIdentities) else frozenset()


@lru_cache(maxsize=16)
def neighbourhoods(space: SearchSpace) -> WithNeighbourhoods | None:
    """The space that knows its own neighbourhoods, or None: then they are the changes of one position."""
    base = _base(space)
    return base if isinstance(base, WithNeighbourhoods) else None


@lru_cache(maxsize=16)
def own_listing(space: SearchSpace) -> WithOwnListing | None:
    """The space that says itself what it holds, or None: then its codes do."""
    return space if isinstance(space, WithOwnListing) else None


def _base(space: SearchSpace) -> SearchSpace:
    return space.base if isinstance(space, ListedSpace) else space


def in_range(space: SearchSpace, genotype: Genotype) -> bool:
    """Whether ``genotype`` has the right length and every value is within its cardinality."""
    return len(genotype) == len(space.cardinalities) and all(
        0 <= value < size for value, size in zip(genotype, space.cardinalities, strict=True)
    )


def contains(space: SearchSpace, genotype: Genotype) -> bool:
    """Whether ``genotype`` is a valid architecture of ``space``."""
    return in_range(space, genotype) and space.is_valid(genotype)


def require_member(space: SearchSpace, genotype: Genotype) -> None:
    """Raise `ArchitectureError`, saying what is wrong, unless ``genotype`` belongs to ``space``."""
    if contains(space, genotype):
        return
    raise ArchitectureError(
        f"genotype {genotype} is no architecture of {space.name!r}; expected {len(space.cardinalities)} integers "
        f"with these numbers of values: {space.cardinalities}"
        + (", and a valid combination" if in_range(space, genotype) else "")
    )


def canonical(space: SearchSpace, genotype: Genotype) -> CanonicalForm:
    """The canonical form of the architecture's pruned graph: equal for isomorphic architectures."""
    return canonical_form(space.graph(genotype))


def network_key(space: SearchSpace, genotype: Genotype) -> bytes:
    """A digest of the canonical form, which is kept: 16 bytes, equal for isomorphic architectures of one space."""
    return _network_key(_base(space), genotype)


@lru_cache(maxsize=100_000)
def _network_key(space: SearchSpace, genotype: Genotype) -> bytes:
    return blake2b(repr(canonical(space, genotype)).encode(), digest_size=16).digest()


def is_enumerable(space: SearchSpace) -> bool:
    """Whether `genotypes` can list the whole space in reasonable time."""
    if isinstance(space, ListedSpace):
        return True
    own = own_listing(space)
    return math.prod(space.cardinalities) <= ENUMERATION_LIMIT if own is None else own.is_listed()


@lru_cache(maxsize=16)
def genotypes(space: SearchSpace) -> tuple[Genotype, ...]:
    """Every architecture of a space, each once, in the order of its codes (a table's order if listed).

    Raises:
        ConfigurationError: If the space is too large to enumerate.
    """
    if isinstance(space, ListedSpace):
        return space.genotypes
    if not is_enumerable(space):
        raise ConfigurationError(
            f"search space {space.name!r} has about {float(math.prod(space.cardinalities)):.1e} codes, more than "
            f"{ENUMERATION_LIMIT:,}: it cannot be enumerated, only sampled"
        )
    own = own_listing(space)
    return tuple(_codes(space) if own is None else own.listed())


def _codes(space: SearchSpace) -> Iterator[Genotype]:
    ranges = [range(size) for size in space.cardinalities]
    return (code for code in itertools.product(*ranges) if space.is_valid(code) and space.normalize(code) == code)
