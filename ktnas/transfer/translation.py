"""Translation: which architecture of a target's space stands for one of another space.

A space may have a rule of its own (`ktnas.spaces.base.Translating`). Else it is the nearest of the target space in the
embedding, by the axes that tell architectures apart in both spaces. A space too large to be listed is searched from the
nearest of a sample, neighbour by neighbour, until none is nearer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ktnas.embedding.base import FittedEmbedder
from ktnas.embedding.several_axes import varying
from ktnas.rng import Streams
from ktnas.spaces.base import SearchSpace, genotypes, is_enumerable
from ktnas.spaces.operators import neighbours, sample_distinct
from ktnas.spaces.several import OneOfSeveral, SeveralSpaces
from ktnas.typing import FloatArray, Genotype

_LISTED = 50_000
"""Spaces with more architectures than this are searched from a sample."""

_SAMPLE = 2_000
_STEPS = 30
"""Moves from neighbour to neighbour, at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Translation:
    """Translation between the parts of several spaces; the same architecture always has the same one.

    Attributes:
        space: The spaces.
        embedder: Fitted to them.
    """

    space: SeveralSpaces
    embedder: FittedEmbedder
    _known: dict[tuple[int, Genotype], Genotype] = field(default_factory=dict, repr=False)
    _axes: dict[int, npt.NDArray[np.bool_]] = field(default_factory=dict, repr=False)
    _vectors: dict[int, tuple[Sequence[Genotype], FloatArray]] = field(default_factory=dict, repr=False)

    def into(self, number: int, genotype: Genotype) -> Genotype:
        """What stands for an architecture in the space of that number: itself, if it is of that space."""
        if genotype[0] == number:
            return genotype
        key = (number, genotype)
        if key not in self._known:
            ruled = self.space.translated(number, genotype)
            self._known[key] = self._nearest(number, genotype) if ruled is None else ruled
        return self._known[key]

    def _nearest(self, number: int, genotype: Genotype) -> Genotype:
        source, target = self.space.part(genotype[0]), self.space.part(number)
        shared = np.flatnonzero(self._varying(source) & self._varying(target))
        goal = self.embedder.embed([genotype])[:, shared]
        candidates, vectors = self._candidates(number, target)
        found, best = _closest(candidates, vectors[:, shared], goal)
        for _ in range(0 if is_enumerable(target) and len(candidates) == len(genotypes(target)) else _STEPS):
            around = neighbours(target, found)
            if not around:
                break
            other, distance = _closest(around, self.embedder.embed(around)[:, shared], goal)
            if distance >= best:
                break
            found, best = other, distance
        return found

    def _varying(self, part: OneOfSeveral) -> npt.NDArray[np.bool_]:
        if part.number not in self._axes:
            self._axes[part.number] = varying(self.embedder, part)
        return self._axes[part.number]

    def _candidates(self, number: int, target: SearchSpace) -> tuple[Sequence[Genotype], FloatArray]:
        if number not in self._vectors:
            whole = is_enumerable(target) and len(genotypes(target)) <= _LISTED
            drawn = genotypes(target) if whole else sample_distinct(target, _SAMPLE, Streams(0).rng("translation"))
            self._vectors[number] = drawn, self.embedder.embed(drawn)
        return self._vectors[number]


def _closest(candidates: Sequence[Genotype], vectors: FloatArray, goal: FloatArray) -> tuple[Genotype, float]:
    """The nearest candidate and its squared distance; the first of equally near ones."""
    distances = np.round(((vectors - goal) ** 2).sum(axis=1), 9)
    nearest = int(distances.argmin())
    return candidates[nearest], float(distances[nearest])
