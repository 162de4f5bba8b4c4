"""The networks of TransNAS-Bench-101 micro in the order in which they are measured on rendered scenes.

Codes whose pruned cells are isomorphic are one network: 4,096 codes, 1,948 networks. The order is fixed before anything
is measured and depends on no result: networks are drawn at random within strata of parameters and depth, so that the
first 40, 60 or 500 of them represent the whole space.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ktnas.rng import Streams
from ktnas.spaces.base import canonical, genotypes
from ktnas.spaces.graph import OperationGraph
from ktnas.spaces.transnas_micro import TransNASMicro
from ktnas.typing import Genotype

SPACE = TransNASMicro()
LEVELS = 4
"""Strata by parameters: quarters of all networks."""

_WEIGHTS = {"nor_conv_1x1": 1, "nor_conv_3x3": 9}


@dataclass(frozen=True, slots=True)
class Network:
    """A network of the space.

    Attributes:
        genotype: The first of its codes.
        codes: The digits of all its codes, the first one first.
        weights: Parameters of the convolutions of its pruned cell, in units of those of a 1x1 convolution.
        depth: Most convolutions on a path through its pruned cell, 0 to 3.
    """

    genotype: Genotype
    codes: tuple[str, ...]
    weights: int
    depth: int

    @property
    def code(self) -> str:
        """The digits of its first code, such as ``"310133"``."""
        return self.codes[0]


@lru_cache(maxsize=1)
def networks() -> tuple[Network, ...]:
    """All networks, in the order of their first codes."""
    codes: dict[object, list[Genotype]] = defaultdict(list)
    for genotype in genotypes(SPACE):
        codes[canonical(SPACE, genotype)].append(genotype)
    return tuple(_described(same) for same in codes.values())


@lru_cache(maxsize=1)
def in_order() -> tuple[Network, ...]:
    """All networks in the order in which they are measured.

    Within a stratum of ``n`` the order is random, and its ``i``-th stands at ``(i + u) / n`` on the way from 0 to 1,
    with one random number ``u`` per stratum: every beginning of the order has its share of each stratum.
    """
    everything = networks()
    bounds = np.quantile([network.weights for network in everything], np.arange(1, LEVELS) / LEVELS)
    strata: dict[tuple[int, int], list[Network]] = defaultdict(list)
    for network in everything:
        strata[int(np.searchsorted(bounds, network.weights)), network.depth].append(network)
    places = []
    for (level, depth), members in sorted(strata.items()):
        rng = Streams(0).rng("scenes order", level, depth)
        start = rng.random()
        order = rng.permutation(len(members))
        places += [((i + start) / len(members), members[k]) for i, k in enumerate(order)]
    return tuple(network for _, network in sorted(places, key=lambda place: (place[0], place[1].genotype)))


def _described(same: Sequence[Genotype]) -> Network:
    graph = SPACE.graph(same[0])
    codes = tuple("".join(map(str, genotype)) for genotype in same)
    return Network(same[0], codes, sum(_WEIGHTS.get(name, 0) for name in graph.operations), _depth(graph))


def _depth(graph: OperationGraph) -> int:
    """Most convolutions on a path; operations are in topological order."""
    depths = [0] * len(graph.operations)
    for start, stop in graph.edges:  # sorted: all that lead to a node come before those that leave it
        depths[stop] = max(depths[stop], depths[start] + (graph.operations[stop] in _WEIGHTS))
    return depths[-1]
