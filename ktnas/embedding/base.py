"""What an embedder promises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np

from ktnas.spaces.base import SearchSpace
from ktnas.typing import FloatArray, Genotype


class FittedEmbedder(Protocol):
    """An embedder with its axes fixed."""

    def embed(self, genotypes: Sequence[Genotype]) -> FloatArray:
        """Vectors ``(n, dim)`` of ``n`` valid genotypes; the same genotype always gets the same vector."""


class Embedder(Protocol):
    """A way to turn the architectures of a space into vectors. Its fields are its whole configuration."""

    @property
    def name(self) -> str:
        """Name used at the command line and in records."""

    def fit(self, space: SearchSpace, rng: np.random.Generator) -> FittedEmbedder:
        """Fix the axes for ``space``; what needs a corpus draws it from the space with ``rng``."""


@runtime_checkable
class Grouped(Protocol):
    """A fitted embedder whose columns fall into groups that a kernel may weigh one by one."""

    @property
    def groups(self) -> tuple[int, ...]:
        """Widths of the groups, in the order of the columns."""


@runtime_checkable
class Expecting(Protocol):
    """A fitted embedder that knows what to expect of architectures before anything is seen, from finished searches."""

    def expected(self, genotypes: Sequence[Genotype]) -> FloatArray | None:
        """What is expected ``(n,)``, in deviations from the mean of the space, higher is better; None if nothing."""


def expected_of(fitted: FittedEmbedder, genotypes: Sequence[Genotype]) -> FloatArray | None:
    """What is expected of architectures ``(n,)``; None where nothing is."""
    return fitted.expected(genotypes) if isinstance(fitted, Expecting) else None


def group_widths(fitted: FittedEmbedder, dim: int) -> tuple[int, ...]:
    """Widths of the groups that have columns; one group of all ``dim`` columns where the embedder names none."""
    return tuple(width for width in fitted.groups if width) if isinstance(fitted, Grouped) else (dim,)
