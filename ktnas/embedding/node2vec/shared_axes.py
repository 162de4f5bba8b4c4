"""node2vec over the architectures of a space, fitted once, so that all vectors share their axes (method section 4).

Second-order walks through the graphs of a corpus become sentences of node words; a skip-gram gives each word a
vector; an architecture's vector is pooled from its nodes' and centred on the corpus. The paper fits a separate
model per architecture instead (`ktnas.embedding.node2vec.separate`), whose vectors cannot be compared.

A word outside the corpus takes the mean vector of the words that share its next coarser name (see
`ktnas.embedding.node2vec.words`), so every architecture has a vector, also where a space is too large to list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ktnas.embedding.graphs import graph_of
from ktnas.embedding.node2vec.pooling import Pooling, Sum
from ktnas.embedding.node2vec.skip_gram import SkipGram
from ktnas.embedding.node2vec.vocabulary import Vocabulary
from ktnas.embedding.node2vec.walks import SecondOrderWalk, adjacency
from ktnas.embedding.node2vec.words import Neighbourhood, Words
from ktnas.errors import ConfigurationError
from ktnas.spaces.base import SearchSpace
from ktnas.spaces.graph import OperationGraph
from ktnas.spaces.operators import sample_distinct
from ktnas.store import Arrays, require
from ktnas.typing import FloatArray, Genotype, IntArray

FloatArray32 = npt.NDArray[np.float32]
"""A float32 array."""


@dataclass(frozen=True, slots=True)
class FittedNode2Vec:
    """Word vectors and the way to pool them.

    Attributes:
        space: The space.
        words: How nodes are named.
        pooling: How nodes are pooled.
        vocabulary: Every name of the corpus, fine and coarse.
        vectors: ``(words, dimensions)`` their vectors.
        centre: ``(pooled_dim,)`` mean of the corpus, subtracted from every vector.
    """

    space: SearchSpace
    words: Words
    pooling: Pooling
    vocabulary: Vocabulary
    vectors: FloatArray32
    centre: FloatArray32

    def embed(self, genotypes: Sequence[Genotype]) -> FloatArray:
        return pooled(self, [graph_of(self.space, g) for g in genotypes]) - self.centre

    def state(self) -> Arrays:
        return {"words": self.vocabulary.to_array(), "vectors": self.vectors, "centre": self.centre}


@dataclass(frozen=True, slots=True)
class Node2Vec:
    """node2vec with shared axes.

    Attributes:
        words: What the words of the skip-gram are.
        pooling: How an architecture's nodes become one vector.
        walk: The walk, with its ``p`` and ``q``.
        walks: Walks in all. They start at the nodes of the corpus in a random order, at every node once before at any
            twice, so that a fit costs the same for large graphs as for small ones.
        walk_length: Nodes per walk.
        skip_gram: The skip-gram, with its dimensions.
        corpus_size: Architectures in the corpus.
    """

    words: Words = field(default_factory=Neighbourhood)
    pooling: Pooling = field(default_factory=Sum)
    walk: SecondOrderWalk = field(default_factory=SecondOrderWalk)
    walks: int = 15_000
    walk_length: int = 12
    skip_gram: SkipGram = field(default_factory=SkipGram)
    corpus_size: int = 1000

    def __post_init__(self) -> None:
        if min(self.walks, self.corpus_size) < 1 or self.walk_length < 2:
            raise ConfigurationError(
                "node2vec needs at least 1 walk, 2 nodes per walk and 1 architecture; got "
                f"walks={self.walks}, walk_length={self.walk_length}, corpus_size={self.corpus_size}"
            )

    @property
    def name(self) -> str:
        return "node2vec"

    def fit(self, space: SearchSpace, rng: np.random.Generator) -> FittedNode2Vec:
        graphs = [graph_of(space, g) for g in sample_distinct(space, self.corpus_size, rng)]
        named = [names for graph in graphs for names in self.words.of(graph)]
        finest = Vocabulary(tuple(sorted({names[0] for names in named})))
        nodes = np.array([finest.index[names[0]] for names in named], dtype=np.int64)
        sentences = nodes[self._walks(graphs, rng)]
        vectors = self.skip_gram.fit(sentences, len(finest.words), rng)
        vocabulary, vectors = _with_coarser_names(finest, vectors, named, nodes)
        zero = np.zeros(self.pooling.pool(vectors[:1], np.zeros(1, dtype=np.int64)).shape[1], dtype=np.float32)
        fitted = FittedNode2Vec(space, self.words, self.pooling, vocabulary, vectors.astype(np.float32), zero)
        zero += pooled(fitted, graphs).mean(axis=0)
        return fitted

    def _walks(self, graphs: Sequence[OperationGraph], rng: np.random.Generator) -> IntArray:
        """Walks ``(walks, walk_length)`` from nodes that have a neighbour."""
        joined = adjacency(graphs)
        nodes = np.flatnonzero(joined.degrees)
        if not len(nodes):
            raise ConfigurationError(
                f"node2vec found no edge in a corpus of {len(graphs)} architectures: their graphs say nothing to learn"
            )
        rounds = -(-self.walks // len(nodes))
        starts = np.concatenate([rng.permutation(nodes) for _ in range(rounds)])[: self.walks]
        return self.walk.walk(joined, starts, self.walk_length, rng)

    def restore(self, space: SearchSpace, state: Arrays) -> FittedNode2Vec:
        vocabulary = Vocabulary.from_state(state)
        vectors = require(state, "vectors", np.float32, (len(vocabulary.words), self.skip_gram.dimensions))
        centre = require(state, "centre", np.float32, (None,))
        return FittedNode2Vec(
            space, self.words, self.pooling, vocabulary, vectors.astype(np.float32), centre.astype(np.float32)
        )


def pooled(fitted: FittedNode2Vec, graphs: Sequence[OperationGraph]) -> FloatArray:
    """Vectors ``(n, pooled_dim)`` of graphs, not centred.

    Nodes are pooled in the order of their words, so isomorphic graphs get equal vectors to the bit.
    """
    index, cache = fitted.vocabulary.index, dict[OperationGraph, list[int]]()
    rows: list[int] = []
    starts = np.empty(len(graphs), dtype=np.int64)
    unknown = len(fitted.vocabulary.words)
    for i, graph in enumerate(graphs):
        starts[i] = len(rows)
        if graph not in cache:
            cache[graph] = sorted(_row(index, names, unknown) for names in fitted.words.of(graph))
        rows.extend(cache[graph])
    padded = np.concatenate([fitted.vectors, np.zeros((1, fitted.vectors.shape[1]), dtype=np.float32)])
    return fitted.pooling.pool(padded[rows].astype(np.float64), starts)


def _row(index: dict[str, int], names: tuple[str, ...], unknown: int) -> int:
    for name in names:
        row = index.get(name)
        if row is not None:
            return row
    return unknown


def _with_coarser_names(
    finest: Vocabulary, vectors: FloatArray, named: Sequence[tuple[str, ...]], nodes: IntArray
) -> tuple[Vocabulary, FloatArray]:
    """The vocabulary extended by coarser names, each with the mean vector of the nodes that it covers.

    Args:
        finest: The words of the skip-gram.
        vectors: ``(words, dimensions)`` their vectors.
        named: All names of each node of the corpus.
        nodes: ``(nodes,)`` the word of each.
    """
    words, blocks = list(finest.words), [vectors]
    for level in range(1, len(named[0])):
        names = Vocabulary(tuple(sorted({own[level] for own in named} - set(words))))
        rows = np.array([names.index.get(own[level], -1) for own in named], dtype=np.int64)
        known = rows >= 0
        sums = np.zeros((len(names.words), vectors.shape[1]))
        np.add.at(sums, rows[known], vectors[nodes[known]])
        blocks.append(sums / np.bincount(rows[known], minlength=len(names.words))[:, None])
        words.extend(names.words)
    return Vocabulary(tuple(words)), np.concatenate(blocks)
