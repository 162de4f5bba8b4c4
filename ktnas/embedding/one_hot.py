"""One-hot code: one axis per position and value of the genotype."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ktnas.embedding.several_axes import FittedPerSpace
from ktnas.spaces.base import SearchSpace
from ktnas.spaces.several import SeveralSpaces
from ktnas.store import Arrays
from ktnas.typing import FloatArray, Genotype


@dataclass(frozen=True, slots=True)
class FittedOneHot:
    """The axes of a space's one-hot code.

    Attributes:
        cardinalities: Number of values at each position.
    """

    cardinalities: tuple[int, ...]

    def embed(self, genotypes: Sequence[Genotype]) -> FloatArray:
        sizes = np.array(self.cardinalities, dtype=np.int64)
        values = np.array(genotypes, dtype=np.int64).reshape(len(genotypes), len(sizes))
        vectors = np.zeros((len(values), int(sizes.sum())))
        np.put_along_axis(vectors, values + (np.cumsum(sizes) - sizes), 1.0, axis=1)
        return vectors

    def state(self) -> Arrays:
        return {}


@dataclass(frozen=True, slots=True)
class OneHot:
    """One axis per position and value: 1 where the genotype has that value, else 0. No corpus, no graph.

    Of several spaces each has axes of its own, since a position means something else in another.
    """

    @property
    def name(self) -> str:
        return "one-hot"

    def fit(self, space: SearchSpace, rng: np.random.Generator) -> FittedOneHot | FittedPerSpace:
        return self.restore(space, {})

    def restore(self, space: SearchSpace, state: Arrays) -> FittedOneHot | FittedPerSpace:
        if isinstance(space, SeveralSpaces):
            return FittedPerSpace(space, tuple(FittedOneHot(one.cardinalities) for one in space.spaces))
        return FittedOneHot(space.cardinalities)
