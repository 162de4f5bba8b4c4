"""Weisfeiler-Lehman counts (Shervashidze et al., JMLR 2011): how often each neighbourhood occurs in a graph."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ktnas.embedding.feature_counts import FittedCounts, fit_counts
from ktnas.embedding.node2vec.vocabulary import Vocabulary
from ktnas.embedding.node2vec.words import neighbourhood_labels
from ktnas.errors import ConfigurationError
from ktnas.spaces.base import SearchSpace
from ktnas.spaces.graph import OperationGraph
from ktnas.store import Arrays


@dataclass(frozen=True, slots=True)
class WeisfeilerLehman:
    """Counts of node labels at the depths 0 (operations) to ``depth``; predecessors and successors are told apart.

    Attributes:
        depth: Steps that a label looks around, at most.
        dimensions: Labels that get an axis, at most: the most frequent of the corpus.
        corpus_size: Architectures that the labels are collected from.
    """

    depth: int = 1
    dimensions: int = 256
    corpus_size: int = 1000

    def __post_init__(self) -> None:
        if self.depth < 0 or self.dimensions < 1 or self.corpus_size < 1:
            raise ConfigurationError(
                f"Weisfeiler-Lehman counts need a depth of 0 or more, 1 dimension and 1 architecture; got {self}"
            )

    @property
    def name(self) -> str:
        return "weisfeiler-lehman"

    def fit(self, space: SearchSpace, rng: np.random.Generator) -> FittedCounts:
        return fit_counts(space, self.labels, self.corpus_size, self.dimensions, rng)

    def restore(self, space: SearchSpace, state: Arrays) -> FittedCounts:
        return FittedCounts(space, self.labels, Vocabulary.from_state(state))

    def labels(self, graph: OperationGraph) -> list[str]:
        """The labels of all nodes at all depths."""
        return [label for level in neighbourhood_labels(graph, self.depth) for label in level]
