"""Quantities: the numbers by which a space says that its architectures differ, one axis each.

A graph of labelled nodes knows no order of its labels: 8, 16 and 64 channels are three names, and a network of
four modules is no nearer to one of five than to one of six. Where a space knows such numbers
(`ktnas.spaces.base.Quantified`), near ones can tell of each other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ktnas.errors import ConfigurationError
from ktnas.spaces.base import SearchSpace, quantities
from ktnas.spaces.operators import sample_distinct
from ktnas.store import Arrays, require
from ktnas.typing import FloatArray, Genotype


@dataclass(frozen=True, slots=True)
class FittedQuantities:
    """The axes of a space's quantities.

    Attributes:
        space: The space.
        centre: ``(dim,)`` mean over the corpus.
        spread: ``(dim,)`` standard deviation over the corpus; 1 where there is none.
    """

    space: SearchSpace
    centre: FloatArray
    spread: FloatArray

    def embed(self, genotypes: Sequence[Genotype]) -> FloatArray:
        """Vectors ``(n, dim)``.

        Raises:
            ConfigurationError: If the space gives other than ``dim`` finite quantities for one of them.
        """
        if not len(self.centre):  # most spaces, asked in every generation
            return np.empty((len(genotypes), 0))
        return (_table(self.space, genotypes, len(self.centre)) - self.centre) / self.spread

    def state(self) -> Arrays:
        return {"centre": self.centre, "spread": self.spread}


@dataclass(frozen=True, slots=True)
class Quantities:
    """One axis per quantity, standardized over a corpus; no axis where the space knows no quantity.

    Attributes:
        corpus_size: Architectures that the axes are standardized on.
    """

    corpus_size: int = 500

    def __post_init__(self) -> None:
        if self.corpus_size < 1:
            raise ConfigurationError(f"quantities are standardized on at least 1 architecture; got {self.corpus_size}")

    @property
    def name(self) -> str:
        return "quantities"

    def fit(self, space: SearchSpace, rng: np.random.Generator) -> FittedQuantities:
        corpus = sample_distinct(space, self.corpus_size, rng)
        table = _table(space, corpus, len(quantities(space, corpus[0])))
        spread = table.std(axis=0)
        return FittedQuantities(space, table.mean(axis=0), np.where(spread > 0, spread, 1.0))

    def restore(self, space: SearchSpace, state: Arrays) -> FittedQuantities:
        centre, spread = (require(state, name, np.float64, (None,)).astype(np.float64) for name in ("centre", "spread"))
        if len(centre) != len(spread) or not (spread > 0).all():
            raise ValueError("every quantity needs a mean and a positive spread")
        return FittedQuantities(space, centre, spread)


def _table(space: SearchSpace, genotypes: Sequence[Genotype], dim: int) -> FloatArray:
    """Quantities ``(n, dim)``, checked: they come from whoever wrote the space."""
    rows = [quantities(space, genotype) for genotype in genotypes]
    wrong = next((i for i, row in enumerate(rows) if len(row) != dim or not all(map(math.isfinite, row))), None)
    if wrong is not None:
        raise ConfigurationError(
            f"search space {space.name!r} gives the quantities {tuple(rows[wrong])} for architecture "
            f"{space.format(genotypes[wrong])!r}; expected {dim} finite numbers, as for the others"
        )
    return np.array(rows, dtype=np.float64).reshape(len(genotypes), dim)
