"""node2vec as the paper's authors run it: a separate model per architecture (method section 4). For ablation.

Words are the nodes themselves, walks are those of p = q = 1, and the vector is the mean over nodes. As every
model starts from random vectors of its own, two architectures' vectors share no axes, and operations do not enter
at all: that is the point of comparing it with `ktnas.embedding.node2vec.shared_axes`. Walks are undirected here
as there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ktnas.embedding.node2vec.skip_gram import SkipGram
from ktnas.embedding.node2vec.walks import SecondOrderWalk, adjacency
from ktnas.errors import ConfigurationError
from ktnas.spaces.base import SearchSpace
from ktnas.spaces.graph import OperationGraph, canonical_form
from ktnas.typing import CanonicalForm, FloatArray, Genotype


@dataclass(frozen=True, slots=True)
class Separate:
    """A separate skip-gram per architecture; about 50 ms each, so nothing is computed ahead.

    Attributes:
        walk: The walk.
        walks_per_node: Walks that start at each node.
        walk_length: Nodes per walk.
        skip_gram: The skip-gram.
    """

    walk: SecondOrderWalk = field(default_factory=SecondOrderWalk)
    walks_per_node: int = 10
    walk_length: int = 80
    skip_gram: SkipGram = field(default_factory=lambda: SkipGram(dimensions=128, window=10, epochs=1))

    def __post_init__(self) -> None:
        if self.walks_per_node < 1 or self.walk_length < 2:
            raise ConfigurationError(f"node2vec needs at least 1 walk per node and 2 nodes per walk; got {self}")

    @property
    def name(self) -> str:
        return "node2vec-separate"

    def fit(self, space: SearchSpace, rng: np.random.Generator) -> FittedSeparate:
        return FittedSeparate(self, space, int(rng.integers(2**63)))


@dataclass(frozen=True, slots=True, eq=False)
class FittedSeparate:
    """Models made on demand: one per isomorphism class, seeded by it, so that the order of questions is no matter.

    Attributes:
        settings: How a model is made.
        space: The space.
        seed: Common part of all seeds.
    """

    settings: Separate
    space: SearchSpace
    seed: int
    _known: dict[CanonicalForm, FloatArray] = field(default_factory=dict)

    def embed(self, genotypes: Sequence[Genotype]) -> FloatArray:
        vectors = [self._vector(canonical_form(self.space.graph(g))) for g in genotypes]
        return np.array(vectors).reshape(len(genotypes), self.settings.skip_gram.dimensions)

    def _vector(self, form: CanonicalForm) -> FloatArray:
        if form not in self._known:
            self._known[form] = self._trained(form)
        return self._known[form]

    def _trained(self, form: CanonicalForm) -> FloatArray:
        digest = hashlib.sha256(repr(form).encode()).digest()
        rng = np.random.Generator(np.random.PCG64([self.seed, int.from_bytes(digest[:16], "little")]))
        graph = adjacency([OperationGraph(*form)])
        starts = np.repeat(np.flatnonzero(graph.degrees), self.settings.walks_per_node)
        if not len(starts):
            return np.zeros(self.settings.skip_gram.dimensions)
        walks = self.settings.walk.walk(graph, rng.permutation(starts), self.settings.walk_length, rng)
        vectors = self.settings.skip_gram.fit(walks, len(form[0]), rng)
        return np.asarray(vectors.mean(axis=0))
