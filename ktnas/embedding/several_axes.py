"""Embeddings of several spaces: axes that they share, and what cannot share any.

What reads graphs (operations on paths, neighbourhoods, paths, node2vec) shares its axes by the names of operations
(`ktnas.spaces.several.SeveralSpaces`). What reads codes does not: position 3 is another thing in another space. Beside
embeddings that share axes it still tells architectures of one space apart, on axes of each space's own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ktnas.embedding.base import FittedEmbedder, group_widths
from ktnas.embedding.persistence import PersistentFitted
from ktnas.rng import Streams
from ktnas.spaces.base import SearchSpace, genotypes, is_enumerable
from ktnas.spaces.operators import sample_distinct
from ktnas.spaces.several import SeveralSpaces
from ktnas.store import Arrays
from ktnas.typing import FloatArray, Genotype

_SAMPLE = 200
"""Architectures of a space that tell which axes vary in it."""


@dataclass(frozen=True, slots=True)
class FittedPerSpace:
    """Embedders of each space by itself, on axes of each space's own: 0 on those of the others.

    Attributes:
        space: The spaces.
        parts: A fitted embedder per space, of the genotypes there.
    """

    space: SeveralSpaces
    parts: tuple[PersistentFitted, ...]

    def embed(self, wanted: Sequence[Genotype]) -> FloatArray:
        owned = [self.space.own(genotype) for genotype in wanted]
        numbers = np.array([number for number, _ in owned], dtype=np.int64)
        blocks = []
        for number, part in enumerate(self.parts):
            rows = np.flatnonzero(numbers == number)
            example = sample_distinct(self.space.spaces[number], 1, Streams(0).rng("fingerprint"))
            vectors = part.embed([owned[row][1] for row in rows.tolist()] or example)
            block = np.zeros((len(wanted), vectors.shape[1]))
            block[rows] = vectors[: len(rows)]
            blocks.append(block)
        return np.concatenate(blocks, axis=1)

    def state(self) -> Arrays:
        parts = enumerate(self.parts)
        return {f"{number}.{name}": array for number, part in parts for name, array in part.state().items()}


@dataclass(frozen=True, eq=False)
class Lifted:
    """A fitted embedder of several spaces as one of the genotypes of a search that knows fewer of them.

    Attributes:
        inner: Fitted to several spaces.
        space: What the genotypes are of.
        lift: A genotype there as one of the several spaces.
    """

    inner: FittedEmbedder
    space: SearchSpace
    lift: Callable[[Genotype], Genotype]

    @property
    def groups(self) -> tuple[int, ...]:
        example = sample_distinct(self.space, 1, Streams(0).rng("fingerprint"))
        return group_widths(self.inner, self.embed(example).shape[1])

    def embed(self, wanted: Sequence[Genotype]) -> FloatArray:
        if is_enumerable(self.space) and wanted is genotypes(self.space):
            return _of_all(self)
        return self.inner.embed([self.lift(genotype) for genotype in wanted])


@lru_cache(maxsize=4)
def _of_all(lifted: Lifted) -> FloatArray:
    """Vectors of a whole space, as a search asks for them again and again."""
    vectors = lifted.inner.embed([lifted.lift(genotype) for genotype in genotypes(lifted.space)])
    vectors.flags.writeable = False
    return vectors


def varying(fitted: FittedEmbedder, space: SearchSpace) -> npt.NDArray[np.bool_]:
    """``(dim,)`` which axes tell architectures of a space apart."""
    x = fitted.embed(sample_distinct(space, _SAMPLE, Streams(0).rng("axes")))
    found: npt.NDArray[np.bool_] = np.ptp(x, axis=0) > 1e-6
    return found
