"""On how many paths operations lie, and how long the paths are: a network's computation in a few numbers.

A graph is full of names, and most of them say little while little has been seen. What a signal meets on its way from
input to output is said by a handful of numbers that every architecture of a space shares. What hands on its input as
it is (`ktnas.spaces.base.identities`) is no part of a computation and counts neither as an operation nor for a path's
length, so codes of one network, or nearly one, lie together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ktnas.embedding.graphs import graph_of
from ktnas.embedding.node2vec.vocabulary import Vocabulary
from ktnas.errors import ConfigurationError
from ktnas.spaces.base import SearchSpace, identities
from ktnas.spaces.graph import OperationGraph
from ktnas.spaces.operators import sample_distinct
from ktnas.store import Arrays
from ktnas.typing import FloatArray, Genotype


@dataclass(frozen=True, slots=True)
class FittedPathOperations:
    """The axes of the operations and lengths in a vocabulary.

    Attributes:
        space: The space.
        vocabulary: What has an axis.
    """

    space: SearchSpace
    vocabulary: Vocabulary

    def embed(self, genotypes: Sequence[Genotype]) -> FloatArray:
        identity = identities(self.space)
        found = (path_counts(graph_of(self.space, genotype), identity) for genotype in genotypes)
        rows = [[counts.get(word, 0) for word in self.vocabulary.words] for counts in found]
        return np.sqrt(np.array(rows, dtype=np.float64).reshape(len(genotypes), len(self.vocabulary.words)))

    def state(self) -> Arrays:
        return {"words": self.vocabulary.to_array()}


@dataclass(frozen=True, slots=True)
class PathOperations:
    """Square roots of the numbers of paths through every kind of operation, and of the paths of every length.

    Attributes:
        dimensions: Operations and lengths that get an axis, at most: those of the most architectures of the corpus.
        corpus_size: Architectures that they are collected from.
    """

    dimensions: int = 256
    corpus_size: int = 1000

    def __post_init__(self) -> None:
        if self.dimensions < 1 or self.corpus_size < 1:
            raise ConfigurationError(f"path operations need at least 1 dimension and 1 architecture; got {self}")

    @property
    def name(self) -> str:
        return "path-operations"

    def fit(self, space: SearchSpace, rng: np.random.Generator) -> FittedPathOperations:
        identity = identities(space)
        corpus = sample_distinct(space, self.corpus_size, rng)
        bags = (path_counts(graph_of(space, genotype), identity) for genotype in corpus)
        return FittedPathOperations(space, Vocabulary.most_frequent(bags, self.dimensions))

    def restore(self, space: SearchSpace, state: Arrays) -> FittedPathOperations:
        return FittedPathOperations(space, Vocabulary.from_state(state))


def path_counts(graph: OperationGraph, identity: Collection[str] = ()) -> Mapping[str, int]:
    """How many paths from input to output run through nodes of each operation, and how many are of each length.

    A path that runs through an operation twice counts twice. No path is listed, so their number may be exponential.

    Args:
        graph: A pruned graph.
        identity: Operations that are passed over.

    >>> graph = OperationGraph(("input", "conv", "skip", "output"), ((0, 1), (0, 2), (1, 3), (2, 3)))
    >>> dict(path_counts(graph, ["skip"]))
    {'on conv': 1, 'length 0': 1, 'length 1': 1}
    """
    last = len(graph.operations) - 1
    onwards = [0] * last + [1]
    for start, stop in reversed(graph.edges):  # sorted by start, and nodes are in topological order
        onwards[start] += onwards[stop]
    arriving: list[Counter[int]] = [Counter({0: 1}), *(Counter() for _ in range(last))]
    counts: Counter[str] = Counter()
    before: list[list[int]] = [[] for _ in graph.operations]
    for start, stop in graph.edges:
        before[stop].append(start)
    for node in range(1, last + 1):
        step = int(node != last and graph.operations[node] not in identity)
        for start in before[node]:
            for length, ways in arriving[start].items():
                arriving[node][length + step] += ways
        if step:
            counts[f"on {graph.operations[node]}"] += arriving[node].total() * onwards[node]
    for length, ways in sorted(arriving[last].items()):
        counts[f"length {length}"] = ways
    return counts
