"""Sampling, neighbours, mutation and crossover on any search space, so that a new space need not write them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from ktnas.errors import ConfigurationError
from ktnas.spaces.base import (
    _TRIES,
    ListedSpace,
    SearchSpace,
    genotypes,
    is_enumerable,
    neighbourhoods,
    own_listing,
)
from ktnas.typing import Genotype


def sample(space: SearchSpace, rng: np.random.Generator) -> Genotype:
    """An architecture drawn at random: uniformly where the space is listed, else uniformly over valid codes."""
    if isinstance(space, ListedSpace):
        return space.genotypes[int(rng.integers(len(space.genotypes)))]
    own = own_listing(space)
    if own is not None:
        return own.drawn(rng)
    high = np.array(space.cardinalities)
    for _ in range(_TRIES * _TRIES):
        genotype = space.normalize(tuple(rng.integers(high).tolist()))
        if space.is_valid(genotype):
            return genotype
    raise ConfigurationError(
        f"no valid architecture of {space.name!r} in {_TRIES * _TRIES:,} random codes: give the space a "
        "`normalize` that repairs codes, or list its members with ListedSpace"
    )


def sample_distinct(
    space: SearchSpace, count: int, rng: np.random.Generator, exclude: frozenset[Genotype] = frozenset()
) -> tuple[Genotype, ...]:
    """Up to ``count`` different architectures drawn at random, none of them in ``exclude``.

    Fewer come back only where the space has fewer left.
    """
    chosen: dict[Genotype, None] = {}
    size = len(space.genotypes) if isinstance(space, ListedSpace) else math.prod(space.cardinalities)
    everything = size <= count and is_enumerable(space)  # to be listed: drawing until the last turns up takes long
    for _ in range(0 if everything else _TRIES * count):
        if len(chosen) == count:
            return tuple(chosen)
        genotype = sample(space, rng)
        if genotype not in exclude:
            chosen[genotype] = None
    if len(chosen) < count and is_enumerable(space):
        left = [g for g in genotypes(space) if g not in exclude and g not in chosen]
        order = rng.permutation(len(left))[: count - len(chosen)]
        chosen.update((left[i], None) for i in order.tolist())
    return tuple(chosen)


def neighbours(space: SearchSpace, genotype: Genotype) -> tuple[Genotype, ...]:
    """Every other architecture one changed position away, each once, in the order of positions and values.

    A space that knows its own neighbourhoods (`ktnas.spaces.base.WithNeighbourhoods`) is asked for them instead. In a
    `ListedSpace` where none is listed, the nearest listed ones by Hamming distance.
    """
    own = neighbourhoods(space)
    around = _one_position_away(space, genotype) if own is None else own.neighbours(genotype)
    found = dict.fromkeys(other for other in around if other != genotype and space.is_valid(other))
    if not found and isinstance(space, ListedSpace):
        return _nearest_listed(space, genotype)
    return tuple(found)


def _one_position_away(space: SearchSpace, genotype: Genotype) -> Iterator[Genotype]:
    for i, size in enumerate(space.cardinalities):
        for value in range(size):
            if value != genotype[i]:
                yield space.normalize((*genotype[:i], value, *genotype[i + 1 :]))


def _nearest_listed(space: ListedSpace, genotype: Genotype) -> tuple[Genotype, ...]:
    distance = (space.codes != np.array(genotype)).sum(axis=1)
    distance[distance == 0] = len(genotype) + 1
    if not len(distance) or distance.min() > len(genotype):
        return ()
    return tuple(space.genotypes[i] for i in np.flatnonzero(distance == distance.min()).tolist())


def mutate(space: SearchSpace, genotype: Genotype, rng: np.random.Generator) -> Genotype:
    """A neighbour: one position changed to another value, both drawn uniformly (Real et al. 2019).

    A space that knows its own neighbourhoods draws from them.

    Raises:
        ConfigurationError: If the architecture has no neighbour at all.
    """
    own = neighbourhoods(space)
    for _ in range(_TRIES):
        other = _changed(space, genotype, rng) if own is None else own.mutated(genotype, rng)
        if other != genotype and space.is_valid(other):
            return other
    others = neighbours(space, genotype)
    if not others:
        raise ConfigurationError(
            f"architecture {space.format(genotype)!r} of {space.name!r} has no neighbour to mutate to"
        )
    return others[int(rng.integers(len(others)))]


def _changed(space: SearchSpace, genotype: Genotype, rng: np.random.Generator) -> Genotype:
    """One position changed to another value; the genotype itself where the position has no other."""
    i = int(rng.integers(len(genotype)))
    size = space.cardinalities[i]
    if size < 2:
        return genotype
    value = (genotype[i] + 1 + int(rng.integers(size - 1))) % size
    return space.normalize((*genotype[:i], value, *genotype[i + 1 :]))


def crossover(space: SearchSpace, first: Genotype, second: Genotype, rng: np.random.Generator) -> Genotype:
    """Uniform crossover: each position from either parent with probability 1/2.

    Where no mixture in a number of tries is valid, one of the parents, drawn at random.
    """
    for _ in range(_TRIES):
        mask = rng.random(len(first)) < 0.5
        mixed = tuple(a if m else b for a, b, m in zip(first, second, mask.tolist(), strict=True))
        child = space.normalize(mixed)
        if space.is_valid(child):
            return child
    return first if rng.random() < 0.5 else second


def hamming(first: Sequence[int], second: Sequence[int]) -> int:
    """Number of positions in which two genotypes of one space differ."""
    return sum(a != b for a, b in zip(first, second, strict=True))
