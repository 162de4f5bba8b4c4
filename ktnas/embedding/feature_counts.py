"""Embedders that count named features of a graph, with the vocabulary taken from a corpus."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ktnas.embedding.graphs import graph_of
from ktnas.embedding.node2vec.vocabulary import Vocabulary
from ktnas.spaces.base import SearchSpace
from ktnas.spaces.graph import OperationGraph
from ktnas.spaces.operators import sample_distinct
from ktnas.store import Arrays
from ktnas.typing import FloatArray, Genotype


@dataclass(frozen=True, slots=True)
class FittedCounts:
    """Counts of the features in a vocabulary.

    Attributes:
        space: The space.
        features: The features of a graph, with repeats.
        vocabulary: The features that have an axis; others are left out.
    """

    space: SearchSpace
    features: Callable[[OperationGraph], Iterable[str]]
    vocabulary: Vocabulary

    def embed(self, genotypes: Sequence[Genotype]) -> FloatArray:
        return self.vocabulary.counts([self.features(graph_of(self.space, g)) for g in genotypes])

    def state(self) -> Arrays:
        return {"words": self.vocabulary.to_array()}


def fit_counts(
    space: SearchSpace,
    features: Callable[[OperationGraph], Iterable[str]],
    corpus_size: int,
    dimensions: int,
    rng: np.random.Generator,
) -> FittedCounts:
    """Give the ``dimensions`` features that occur in the most architectures of a corpus an axis each."""
    corpus = sample_distinct(space, corpus_size, rng)
    bags = (features(graph_of(space, g)) for g in corpus)
    return FittedCounts(space, features, Vocabulary.most_frequent(bags, dimensions))
