"""Several search spaces as one: what tasks of different spaces are searched in, on shared names of operations.

The paper's own stated limit is one space for all tasks (arXiv 2504.00772, conclusion). What two spaces have in common
is what their graphs are made of: ``nor_conv_3x3`` is one thing in NAS-Bench-201 and in TransNAS-Bench-101 micro. So an
embedder that reads graphs needs no more than a space whose architectures are those of several: operations of one name
get one axis, and every count, neighbourhood and walk is over the vocabulary of all of them.

A genotype of `SeveralSpaces` is the number of a space, the genotype there, and zeros up to the length of the longest.
`OneOfSeveral` is the part that a task is searched in; it samples, lists and varies within its space alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from ktnas.errors import ArchitectureError, ConfigurationError, bad_architecture, listing
from ktnas.rng import Streams
from ktnas.spaces.base import (
    ListedSpace,
    SearchSpace,
    Translating,
    contains,
    genotypes,
    identities,
    is_enumerable,
    quantities,
)
from ktnas.spaces.graph import INPUT, OUTPUT, OperationGraph
from ktnas.spaces.operators import mutate, neighbours, sample, sample_distinct
from ktnas.typing import Genotype

SYNONYMS: tuple[tuple[str, str, str], ...] = (
    ("nasbench101", "conv3x3-bn-relu", "nor_conv_3x3"),
    ("nasbench101", "conv1x1-bn-relu", "nor_conv_1x1"),
    ("nasbench101", "maxpool3x3", "max_pool_3x3"),
)
"""Operations that are one thing under two names: the space, its own name, and the name that others have for it."""

_LOOKED_THROUGH = 256
"""Architectures whose graphs tell which operations a space has."""


@dataclass(frozen=True)
class SeveralSpaces:
    """Several search spaces as one.

    Attributes:
        spaces: Two or more, all different.
        synonyms: Names of operations in place of a space's own, as in `SYNONYMS`.

    >>> from ktnas.spaces.nasbench201 import NASBench201
    >>> from ktnas.spaces.transnas_micro import TransNASMicro
    >>> both = SeveralSpaces((NASBench201(), TransNASMicro()))
    >>> both.parse("transnas101-micro:64-41414-1_02_333")
    (1, 1, 0, 2, 3, 3, 3)
    """

    spaces: tuple[SearchSpace, ...]
    synonyms: tuple[tuple[str, str, str], ...] = SYNONYMS

    def __post_init__(self) -> None:
        if len(set(self.spaces)) != len(self.spaces) or len(self.spaces) < 2:
            raise ConfigurationError(
                f"several spaces are two or more, all different; got {listing([space.name for space in self.spaces])}"
            )

    @property
    def name(self) -> str:
        return "+".join(space.name for space in self.spaces)

    @cached_property
    def cardinalities(self) -> tuple[int, ...]:
        own = [space.cardinalities for space in self.spaces]
        longest = max(map(len, own))
        return (len(own), *(max([sizes[i] for sizes in own if i < len(sizes)]) for i in range(longest)))

    @cached_property
    def identities(self) -> frozenset[str]:
        return frozenset(
            self._names[i].get(operation, operation)
            for i, space in enumerate(self.spaces)
            for operation in identities(space)
        )

    @cached_property
    def _names(self) -> tuple[dict[str, str], ...]:
        return tuple(
            {own: shared for where, own, shared in self.synonyms if where == space.name} for space in self.spaces
        )

    def code(self, number: int, genotype: Genotype) -> Genotype:
        """The genotype here of one of the space of that number."""
        return (number, *genotype, *(0,) * (len(self.cardinalities) - 1 - len(genotype)))

    def own(self, genotype: Genotype) -> tuple[int, Genotype]:
        """The number of the space that a genotype is of, and the genotype there."""
        number = genotype[0]
        return number, genotype[1 : 1 + len(self.spaces[number].cardinalities)]

    def part(self, number: int) -> OneOfSeveral:
        """What is searched where only the space of that number is."""
        return OneOfSeveral(self, number)

    def number_of(self, space: SearchSpace) -> int:
        """The number of a space.

        Raises:
            ConfigurationError: If it is none of them.
        """
        if space not in self.spaces:
            names = listing([one.name for one in self.spaces])
            raise ConfigurationError(f"search space {space.name!r} is none of {names}")
        return self.spaces.index(space)

    def is_valid(self, genotype: Genotype) -> bool:
        number, own = self.own(genotype)
        return contains(self.spaces[number], own) and not any(genotype[1 + len(own) :])

    def normalize(self, genotype: Genotype) -> Genotype:
        number, own = self.own(genotype)
        sizes = self.spaces[number].cardinalities
        if any(value >= size for value, size in zip(own, sizes, strict=True)):
            return genotype
        return self.code(number, self.spaces[number].normalize(own))

    def graph(self, genotype: Genotype) -> OperationGraph:
        """The graph in its own space, operations by their shared names."""
        number, own = self.own(genotype)
        graph, names = self.spaces[number].graph(own), self._names[number]
        if not names:
            return graph
        return OperationGraph(tuple(names.get(operation, operation) for operation in graph.operations), graph.edges)

    def quantities(self, genotype: Genotype) -> Sequence[float]:
        """Those of its own space, on columns that spaces of one kind share; 0 on the columns of others."""
        number, own = self.own(genotype)
        found = list(quantities(self.spaces[number], own))
        kind = _kind(self.spaces[number])
        return [value for other, size in self._columns for value in (found if other is kind else [0.0] * size)]

    @cached_property
    def _columns(self) -> list[tuple[type, int]]:
        sizes: dict[type, int] = {}
        for space in self.spaces:
            example = sample(space, Streams(0).rng("fingerprint"))
            sizes.setdefault(_kind(space), len(quantities(space, example)))
        return list(sizes.items())

    def neighbours(self, genotype: Genotype) -> Sequence[Genotype]:
        number, own = self.own(genotype)
        return [self.code(number, other) for other in neighbours(self.spaces[number], own)]

    def mutated(self, genotype: Genotype, rng: np.random.Generator) -> Genotype:
        number, own = self.own(genotype)
        return self.code(number, mutate(self.spaces[number], own, rng))

    def format(self, genotype: Genotype) -> str:
        number, own = self.own(genotype)
        return f"{self.spaces[number].name}:{self.spaces[number].format(own)}"

    def parse(self, text: str) -> Genotype:
        for number, space in enumerate(self.spaces):
            if text.startswith(f"{space.name}:"):
                try:
                    own = space.parse(text.removeprefix(f"{space.name}:"))
                except ArchitectureError:
                    continue  # two parts of one space have one name
                if contains(space, own):
                    return self.code(number, own)
        forms = " or ".join(f"{space.name}:..." for space in self.spaces)
        raise bad_architecture(self.name, text, f"expected {forms}, and behind it an architecture of that space")

    def is_listed(self) -> bool:
        """Whether every one of the spaces can be listed."""
        return all(map(is_enumerable, self.spaces))

    def listed(self) -> Iterator[Genotype]:
        """Every architecture of the spaces that can be listed, space by space."""
        for number, space in enumerate(self.spaces):
            if is_enumerable(space):
                yield from genotypes(self.part(number))

    def drawn(self, rng: np.random.Generator) -> Genotype:
        """One drawn at random from a space drawn at random, however large each is."""
        number = int(rng.integers(len(self.spaces)))
        return self.code(number, sample(self.spaces[number], rng))

    def translated(self, number: int, genotype: Genotype) -> Genotype | None:
        """What the space of that number says itself to stand for an architecture; None where it does not say."""
        source, own = self.own(genotype)
        target = _whole(self.spaces[number])
        found = target.translated(_whole(self.spaces[source]), own) if isinstance(target, Translating) else None
        return None if found is None or not contains(self.spaces[number], found) else self.code(number, found)


@dataclass(frozen=True)
class OneOfSeveral:
    """The part of several spaces that one of them is. Strings are those of that space, or of the whole.

    Attributes:
        whole: The spaces.
        number: Which of them.
    """

    whole: SeveralSpaces
    number: int

    @property
    def space(self) -> SearchSpace:
        """The space itself."""
        return self.whole.spaces[self.number]

    @property
    def name(self) -> str:
        return self.space.name

    @property
    def cardinalities(self) -> tuple[int, ...]:
        return self.whole.cardinalities

    @property
    def identities(self) -> frozenset[str]:
        return self.whole.identities

    def is_valid(self, genotype: Genotype) -> bool:
        return genotype[0] == self.number and self.whole.is_valid(genotype)

    def normalize(self, genotype: Genotype) -> Genotype:
        return self.whole.normalize(genotype)

    def graph(self, genotype: Genotype) -> OperationGraph:
        return self.whole.graph(genotype)

    def quantities(self, genotype: Genotype) -> Sequence[float]:
        return self.whole.quantities(genotype)

    def neighbours(self, genotype: Genotype) -> Sequence[Genotype]:
        return self.whole.neighbours(genotype)

    def mutated(self, genotype: Genotype, rng: np.random.Generator) -> Genotype:
        return self.whole.mutated(genotype, rng)

    def format(self, genotype: Genotype) -> str:
        return self.whole.format(genotype)

    def parse(self, text: str) -> Genotype:
        return self.whole.code(self.number, self.space.parse(text.removeprefix(f"{self.name}:")))

    def is_listed(self) -> bool:
        """Whether the space can be listed."""
        return is_enumerable(self.space)

    def listed(self) -> Iterator[Genotype]:
        """Every architecture of the space."""
        return (self.whole.code(self.number, genotype) for genotype in genotypes(self.space))

    def drawn(self, rng: np.random.Generator) -> Genotype:
        """One drawn at random."""
        return self.whole.code(self.number, sample(self.space, rng))


@lru_cache(maxsize=16)
def parts(space: SearchSpace) -> tuple[SearchSpace, ...]:
    """What tasks are searched in: the parts of several spaces, or the one space."""
    return tuple(map(space.part, range(len(space.spaces)))) if isinstance(space, SeveralSpaces) else (space,)


def joined(spaces: Sequence[SearchSpace]) -> SearchSpace:
    """The one space that all agree on, or all of them as one, in the order in which they come first."""
    different = tuple(dict.fromkeys(spaces))
    return different[0] if len(different) == 1 else SeveralSpaces(different)


def require_shared(space: SeveralSpaces) -> None:
    """Refuse spaces of which one has no operation in common with any other: nothing could be told between them.

    Raises:
        ConfigurationError: Naming the operations of each.
    """
    named = [_operations(space, number) for number in range(len(space.spaces))]
    for number, own in enumerate(named):
        others = frozenset[str]().union(*(other for i, other in enumerate(named) if i != number))
        if not own & others:
            told = "; ".join(
                f"{one.name} has {listing(sorted(operations), 12)}"
                for one, operations in zip(space.spaces, named, strict=True)
            )
            raise ConfigurationError(
                f"search space {space.spaces[number].name!r} shares no operation with the others, so nothing can be "
                f"told between them: {told}. Search its tasks by themselves, use a method that shares nothing, such as "
                "gp-search, or name operations that are one thing with SeveralSpaces(..., synonyms=...)"
            )


@lru_cache(maxsize=64)
def _operations(space: SeveralSpaces, number: int) -> frozenset[str]:
    drawn = sample_distinct(space.part(number), _LOOKED_THROUGH, Streams(0).rng("fingerprint"))
    found = frozenset(operation for genotype in drawn for operation in space.graph(genotype).operations)
    return found - {INPUT, OUTPUT}


def _whole(space: SearchSpace) -> SearchSpace:
    return space.base if isinstance(space, ListedSpace) else space


def _kind(space: SearchSpace) -> type:
    return type(_whole(space))
