"""Several embeddings side by side, each block scaled so that all weigh the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ktnas.embedding.persistence import Arrays, PersistentEmbedder, PersistentFitted, require
from ktnas.errors import ConfigurationError
from ktnas.space import SearchSpace, sample_distinct
from ktnas.typing import FloatArray, Genotype


@dataclass(frozen=True, slots=True)
class FittedCombination:
    """Fitted embedders and their weights.

    Attributes:
        parts: The fitted embedders.
        scales: ``(parts,)`` factor on each block.
        groups: Width of each block.
    """

    parts: tuple[PersistentFitted, ...]
    scales: FloatArray
    groups: tuple[int, ...]

    def embed(self, genotypes: Sequence[Genotype]) -> FloatArray:
        blocks = [scale * part.embed(genotypes) for part, scale in zip(self.parts, self.scales, strict=True)]
        return np.concatenate(blocks, axis=1)

    def state(self) -> Arrays:
        nested = {f"{i}.{name}": array for i, part in enumerate(self.parts) for name, array in part.state().items()}
        return {**nested, "scales": self.scales, "groups": np.array(self.groups, dtype=np.int64)}


@dataclass(frozen=True, slots=True)
class Combined:
    """Several embeddings side by side. In each block the mean squared distance to the block's mean is the same.

    Attributes:
        parts: The embedders, at least one.
        corpus_size: Architectures that the scale of a block is measured on.
    """

    parts: tuple[PersistentEmbedder, ...]
    corpus_size: int = 500

    def __post_init__(self) -> None:
        if not self.parts or self.corpus_size < 1:
            raise ConfigurationError(f"a combination needs at least 1 part and 1 architecture; got {self}")

    @property
    def name(self) -> str:
        return "+".join(part.name for part in self.parts)

    def fit(self, space: SearchSpace, rng: np.random.Generator) -> FittedCombination:
        own, *others = rng.spawn(len(self.parts) + 1)
        fitted = tuple(part.fit(space, stream) for part, stream in zip(self.parts, others, strict=True))
        corpus = sample_distinct(space, self.corpus_size, own)
        blocks = [part.embed(corpus) for part in fitted]
        spread = np.array([np.sqrt(block.var(axis=0).sum()) for block in blocks])
        scales = np.where(spread > 0, 1 / np.where(spread > 0, spread, 1.0), 0.0) / np.sqrt(len(fitted))
        return FittedCombination(fitted, scales, tuple(block.shape[1] for block in blocks))

    def restore(self, space: SearchSpace, state: Arrays) -> FittedCombination:
        parts = []
        for i, part in enumerate(self.parts):
            prefix = f"{i}."
            own = {name.removeprefix(prefix): array for name, array in state.items() if name.startswith(prefix)}
            parts.append(part.restore(space, own))
        scales = require(state, "scales", np.float64, (len(parts),))
        groups = require(state, "groups", np.int64, (len(parts),))
        return FittedCombination(tuple(parts), scales.astype(np.float64), tuple(groups.tolist()))
