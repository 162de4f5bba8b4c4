"""Proxies: what promises a good architecture before anything is evaluated.

A proxy is free: what it says costs no evaluation, and it never sees fitness. Counting parameters is the plainest; a
score of the untrained network (synflow, say) fills the same slot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from ktnas.spaces.base import ListedSpace, SearchSpace
from ktnas.spaces.several import OneOfSeveral, SeveralSpaces
from ktnas.typing import FloatArray, Genotype


class Proxy(Protocol):
    """A free score. Its fields are its whole configuration."""

    @property
    def name(self) -> str:
        """Name used in records."""

    def scores(self, space: SearchSpace, task: str, genotypes: Sequence[Genotype]) -> FloatArray:
        """Scores ``(n,)`` of valid genotypes for a task, finite or minus infinity: the higher, the more promising."""


def rated(proxy: Proxy, space: SearchSpace, task: str, genotypes: Sequence[Genotype]) -> FloatArray:
    """Scores ``(n,)`` by a proxy, which sees an architecture of several spaces in its own."""
    if isinstance(space, OneOfSeveral):
        return proxy.scores(space.space, task, [space.whole.own(genotype)[1] for genotype in genotypes])
    if not isinstance(space, SeveralSpaces):
        return proxy.scores(space, task, genotypes)
    scores = np.empty(len(genotypes))
    for number, part in enumerate(space.spaces):
        rows = [row for row, genotype in enumerate(genotypes) if genotype[0] == number]
        if rows:
            scores[rows] = proxy.scores(part, task, [space.own(genotypes[row])[1] for row in rows])
    return scores


@runtime_checkable
class ParameterCounting(Protocol):
    """A space that knows the size of its networks."""

    def parameters_m(self, genotype: Genotype) -> float:
        """Trainable parameters of the cells, in millions: without what all networks of a task share."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """Trainable parameters where the space counts them (`ParameterCounting`), else operations in the pruned graph.

    >>> from ktnas.spaces.nasbench201 import NASBench201
    >>> Parameters().scores(NASBench201(), "any", [(3, 0, 0, 0, 0, 2)]).tolist()
    [0.27104]
    """

    @property
    def name(self) -> str:
        return "parameters"

    def scores(self, space: SearchSpace, task: str, genotypes: Sequence[Genotype]) -> FloatArray:
        base = space.base if isinstance(space, ListedSpace) else space
        if isinstance(base, ParameterCounting):
            return np.array([base.parameters_m(genotype) for genotype in genotypes], dtype=np.float64)
        return np.array([len(base.graph(genotype).operations) - 2 for genotype in genotypes], dtype=np.float64)
