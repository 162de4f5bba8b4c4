"""An embedding in which what often differs weighs more: every column times a power of its own spread.

Counts of rare features are many and say little each; in a distance over all columns they drown the few common ones,
from which most is to be learned while little has been seen (docs/embedding.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ktnas.embedding.persistence import PersistentEmbedder, PersistentFitted
from ktnas.errors import ConfigurationError
from ktnas.spaces.base import SearchSpace
from ktnas.spaces.operators import sample_distinct
from ktnas.store import Arrays, require
from ktnas.typing import FloatArray, Genotype

_PREFIX = "part."


@dataclass(frozen=True, slots=True)
class FittedEmphasis:
    """A fitted embedder and the weight of each of its columns.

    Attributes:
        part: The fitted embedder.
        factors: ``(dim,)`` what its columns are multiplied by.
    """

    part: PersistentFitted
    factors: FloatArray

    def embed(self, genotypes: Sequence[Genotype]) -> FloatArray:
        return self.part.embed(genotypes) * self.factors

    def state(self) -> Arrays:
        return {**{_PREFIX + name: array for name, array in self.part.state().items()}, "factors": self.factors}


@dataclass(frozen=True, slots=True)
class Emphasized:
    """Another embedder's vectors, each column times its standard deviation over a corpus to a power.

    Attributes:
        part: The other embedder.
        power: 0 leaves the columns as they are; the higher, the more the widely spread ones weigh.
        corpus_size: Architectures that the deviations are measured on.
    """

    part: PersistentEmbedder
    power: float = 0.5
    corpus_size: int = 500

    def __post_init__(self) -> None:
        if self.power < 0 or self.corpus_size < 1:
            raise ConfigurationError(f"an emphasis needs a power of 0 or more and 1 architecture; got {self}")

    @property
    def name(self) -> str:
        return f"emphasized-{self.part.name}"

    def fit(self, space: SearchSpace, rng: np.random.Generator) -> FittedEmphasis:
        own, other = rng.spawn(2)
        fitted = self.part.fit(space, other)
        spread = fitted.embed(sample_distinct(space, self.corpus_size, own)).std(axis=0)
        return FittedEmphasis(fitted, spread**self.power)

    def restore(self, space: SearchSpace, state: Arrays) -> FittedEmphasis:
        inner = {name.removeprefix(_PREFIX): array for name, array in state.items() if name.startswith(_PREFIX)}
        factors = require(state, "factors", np.float64, (None,)).astype(np.float64)
        return FittedEmphasis(self.part.restore(space, inner), factors)
