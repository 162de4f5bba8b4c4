"""Path encoding (White et al., BANANAS, AAAI 2021): which sequences of operations lead from input to output.

Paths are those of the pruned graph. Only the most frequent ones get an axis, as in BANANAS' truncated encoding.
We count a path as often as it occurs, where BANANAS only notes that it does. In a space of chains
(TransNAS-Bench-101 macro) an architecture is its one path, and the encoding says nothing about an unseen one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ktnas.embedding.feature_counts import FittedCounts, fit_counts
from ktnas.embedding.node2vec.vocabulary import Vocabulary
from ktnas.errors import ConfigurationError
from ktnas.spaces.base import SearchSpace
from ktnas.spaces.graph import OperationGraph
from ktnas.store import Arrays

PATH_LIMIT = 10_000
"""Paths of one graph that are counted, at most: a dense graph has exponentially many."""


@dataclass(frozen=True, slots=True)
class PathEncoding:
    """Counts of input-output paths.

    Attributes:
        dimensions: Paths that get an axis, at most: the most frequent of the corpus.
        corpus_size: Architectures that the paths are collected from.
    """

    dimensions: int = 256
    corpus_size: int = 1000

    def __post_init__(self) -> None:
        if self.dimensions < 1 or self.corpus_size < 1:
            raise ConfigurationError(f"a path encoding needs at least 1 dimension and 1 architecture; got {self}")

    @property
    def name(self) -> str:
        return "path-encoding"

    def fit(self, space: SearchSpace, rng: np.random.Generator) -> FittedCounts:
        return fit_counts(space, paths, self.corpus_size, self.dimensions, rng)

    def restore(self, space: SearchSpace, state: Arrays) -> FittedCounts:
        return FittedCounts(space, paths, Vocabulary.from_state(state))


def paths(graph: OperationGraph) -> list[str]:
    """The operations along every path from input to output, each path once; at most `PATH_LIMIT` paths.

    >>> paths(OperationGraph(("input", "conv", "pool", "output"), ((0, 1), (0, 2), (1, 2), (1, 3), (2, 3))))
    ['conv', 'pool', 'conv>pool']
    """
    if not graph.is_connected:
        return []
    arriving: list[list[tuple[str, ...]]] = [[()], *([] for _ in graph.operations[1:])]
    before: list[list[int]] = [[] for _ in graph.operations]
    for start, stop in graph.edges:
        before[stop].append(start)
    last = len(graph.operations) - 1
    for node in range(1, last + 1):
        own = () if node == last else (graph.operations[node],)
        found = (path + own for start in before[node] for path in arriving[start])
        arriving[node] = [path for path, _ in zip(found, range(PATH_LIMIT), strict=False)]
    return [">".join(path) for path in arriving[last]]
