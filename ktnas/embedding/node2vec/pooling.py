"""From the vectors of an architecture's nodes to the vector of the architecture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ktnas.typing import FloatArray, IntArray


class Pooling(Protocol):
    """A way to pool. Its fields are its whole configuration."""

    @property
    def name(self) -> str:
        """Name used in records."""

    def pool(self, vectors: FloatArray, starts: IntArray) -> FloatArray:
        """Pool each architecture's nodes.

        Args:
            vectors: ``(nodes, dim)`` vectors of the nodes of all architectures, one after another.
            starts: ``(n,)`` where each architecture's nodes start; each has at least one.

        Returns:
            ``(n, pooled_dim)``; a row depends on its own nodes only, to the bit.
        """


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum over nodes: also tells how large an architecture is."""

    name: str = "sum"

    def pool(self, vectors: FloatArray, starts: IntArray) -> FloatArray:
        return _sums(vectors, starts)


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean over nodes."""

    name: str = "mean"

    def pool(self, vectors: FloatArray, starts: IntArray) -> FloatArray:
        sizes = np.diff(np.append(starts, len(vectors)))
        return _sums(vectors, starts) / sizes[:, None]


@dataclass(frozen=True, slots=True)
class Maximum:
    """The largest value over nodes, axis by axis."""

    name: str = "maximum"

    def pool(self, vectors: FloatArray, starts: IntArray) -> FloatArray:
        if not len(starts):
            return np.zeros((0, vectors.shape[1]))
        return np.asarray(np.maximum.reduceat(vectors, starts, axis=0))


@dataclass(frozen=True, slots=True)
class Concatenation:
    """Several poolings, as blocks of columns.

    Attributes:
        parts: The poolings, at least one.
    """

    parts: tuple[Pooling, ...]

    @property
    def name(self) -> str:
        return "+".join(part.name for part in self.parts)

    def pool(self, vectors: FloatArray, starts: IntArray) -> FloatArray:
        return np.concatenate([part.pool(vectors, starts) for part in self.parts], axis=1)


def _sums(vectors: FloatArray, starts: IntArray) -> FloatArray:
    # reduceat adds row after row, so a sum does not depend on what else is in the batch (a matrix product may).
    if not len(starts):
        return np.zeros((0, vectors.shape[1]))
    return np.asarray(np.add.reduceat(vectors, starts, axis=0))
