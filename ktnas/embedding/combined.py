"""Several embeddings as blocks of columns, each centred and scaled so that all weigh the same.

One kind of feature predicts best from few architectures and another from many (docs/embedding.md): together they
predict best throughout.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ktnas.embedding.base import Embedder
from ktnas.embedding.node2vec.pooling import Mean
from ktnas.embedding.node2vec.shared_axes import Node2Vec
from ktnas.embedding.node2vec.words import Neighbourhood, Operation, OperationAndPosition
from ktnas.embedding.persistence import PersistentEmbedder, PersistentFitted
from ktnas.embedding.weisfeiler_lehman import WeisfeilerLehman
from ktnas.errors import ConfigurationError
from ktnas.spaces.base import SearchSpace
from ktnas.spaces.operators import sample_distinct
from ktnas.store import Arrays, require
from ktnas.typing import FloatArray, Genotype


@dataclass(frozen=True, slots=True)
class FittedCombination:
    """Fitted embedders and where their blocks go.

    Attributes:
        parts: The fitted embedders.
        centre: ``(dim,)`` mean of the corpus.
        scale: ``(dim,)`` factor on each axis, the same within a block.
        groups: Width of each block.
    """

    parts: tuple[PersistentFitted, ...]
    centre: FloatArray
    scale: FloatArray
    groups: tuple[int, ...]

    def embed(self, genotypes: Sequence[Genotype]) -> FloatArray:
        blocks = [part.embed(genotypes) for part in self.parts]
        return (np.concatenate(blocks, axis=1) - self.centre) * self.scale

    def state(self) -> Arrays:
        nested = {f"{i}.{name}": array for i, part in enumerate(self.parts) for name, array in part.state().items()}
        groups = np.array(self.groups, dtype=np.int64)
        return {**nested, "centre": self.centre, "scale": self.scale, "groups": groups}


@dataclass(frozen=True, slots=True)
class Combined:
    """Several embeddings as blocks of columns, each of mean 0 and of the same mean squared length over the corpus.

    A part without columns in a space is as if it were not there.

    Attributes:
        parts: The embedders, at least one.
        corpus_size: Architectures that the blocks are measured on.
        name: Name used at the command line and in records.
    """

    parts: tuple[PersistentEmbedder, ...]
    corpus_size: int = 500
    name: str = "combined"

    def __post_init__(self) -> None:
        if not self.parts or self.corpus_size < 1:
            raise ConfigurationError(f"a combination needs at least 1 part and 1 architecture; got {self}")

    def fit(self, space: SearchSpace, rng: np.random.Generator) -> FittedCombination:
        own, *others = rng.spawn(len(self.parts) + 1)
        fitted = tuple(part.fit(space, stream) for part, stream in zip(self.parts, others, strict=True))
        corpus = sample_distinct(space, self.corpus_size, own)
        blocks = [part.embed(corpus) for part in fitted]
        count = sum(block.shape[1] > 0 for block in blocks)
        spreads = [float(np.sqrt(block.var(axis=0).sum() * count)) for block in blocks]
        scale = [
            np.full(block.shape[1], 1 / spread if spread else 0.0)
            for block, spread in zip(blocks, spreads, strict=True)
        ]
        centre = np.concatenate(blocks, axis=1).mean(axis=0)
        return FittedCombination(fitted, centre, np.concatenate(scale), tuple(block.shape[1] for block in blocks))

    def restore(self, space: SearchSpace, state: Arrays) -> FittedCombination:
        parts = []
        for i, part in enumerate(self.parts):
            prefix = f"{i}."
            own = {name.removeprefix(prefix): array for name, array in state.items() if name.startswith(prefix)}
            parts.append(part.restore(space, own))
        centre, scale = (require(state, name, np.float64, (None,)) for name in ("centre", "scale"))
        groups = tuple(require(state, "groups", np.int64, (len(parts),)).tolist())
        if min(groups) < 0 or not sum(groups) == len(centre) == len(scale):
            raise ValueError(f"blocks {groups}, centre ({len(centre)}) and scale ({len(scale)}) differ in length")
        return FittedCombination(tuple(parts), centre.astype(np.float64), scale.astype(np.float64), groups)


def beside(embedder: Embedder, part: PersistentEmbedder) -> Combined:
    """An embedder with another beside it; a combination gets it as one more of its parts.

    Raises:
        ConfigurationError: If the embedder's fit cannot be kept, as a combination needs.
    """
    if isinstance(embedder, Combined):
        return replace(embedder, parts=(*embedder.parts, part))
    if not isinstance(embedder, PersistentEmbedder):
        raise ConfigurationError(f"embedder {embedder.name!r} cannot be combined: it does not say how its fit is kept")
    return Combined((embedder, part))


def combined() -> Combined:
    """The default embedder: node2vec with three kinds of words, and Weisfeiler-Lehman counts.

    Chosen by measurement: best on average over four tables at 30, 100 and 300 architectures (docs/embedding.md).
    """
    return Combined(
        (
            Node2Vec(words=Operation(), pooling=Mean()),
            Node2Vec(words=OperationAndPosition()),
            Node2Vec(words=Neighbourhood(1)),
            WeisfeilerLehman(depth=1),
        )
    )
