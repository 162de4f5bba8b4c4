"""What the words of the skip-gram are: how a node of an architecture's graph is named.

A walk becomes a sentence of its nodes' words. Equal words get equal vectors, in whatever architecture they
stand, so the words decide what the embedding can tell apart. All of them are invariant under isomorphism.

Each node also gets coarser names, to fall back on where a word was not in the corpus.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ktnas.errors import ConfigurationError
from ktnas.spaces.graph import OperationGraph

NodeWords = tuple[tuple[str, ...], ...]
"""For each node its names, from the finest to the coarsest, as many for every node."""


class Words(Protocol):
    """A way to name nodes. Its fields are its whole configuration."""

    @property
    def name(self) -> str:
        """Name used in records."""

    def of(self, graph: OperationGraph) -> NodeWords:
        """Names of each node, in the order of ``graph.operations``, finest first."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A node is its operation."""

    name: str = "operation"

    def of(self, graph: OperationGraph) -> NodeWords:
        return tuple((operation,) for operation in graph.operations)


@dataclass(frozen=True, slots=True)
class OperationAndPosition:
    """A node is its operation and its depth: the length of the longest path that leads to it from the input."""

    name: str = "position"

    def of(self, graph: OperationGraph) -> NodeWords:
        depth = [0] * len(graph.operations)
        for start, stop in graph.edges:  # sorted by start, and nodes are in topological order
            depth[stop] = max(depth[stop], depth[start] + 1)
        return tuple((f"{operation}@{d}", operation) for operation, d in zip(graph.operations, depth, strict=True))


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """A node is its Weisfeiler-Lehman label: its operation, and its neighbours' labels one step shallower.

    Attributes:
        depth: Steps that a label looks around, at least 1. Predecessors and successors are told apart.
    """

    depth: int = 1

    def __post_init__(self) -> None:
        if self.depth < 1:
            raise ConfigurationError(f"a neighbourhood word looks at least 1 step around; got depth {self.depth}")

    @property
    def name(self) -> str:
        return f"neighbourhood{self.depth}"

    def of(self, graph: OperationGraph) -> NodeWords:
        levels = neighbourhood_labels(graph, self.depth)
        return tuple(zip(*reversed(levels), strict=True))


def neighbourhood_labels(graph: OperationGraph, depth: int) -> list[tuple[str, ...]]:
    """Weisfeiler-Lehman labels of every node at the depths 0 (the operation) to ``depth``.

    Predecessors and successors are told apart; labels are equal exactly if what they describe is equal.
    """
    before: list[list[int]] = [[] for _ in graph.operations]
    after: list[list[int]] = [[] for _ in graph.operations]
    for start, stop in graph.edges:
        before[stop].append(start)
        after[start].append(stop)
    levels = [graph.operations]
    for _ in range(depth):
        last = levels[-1]
        levels.append(
            tuple(
                f"{own}<{_joined(last, before[i])}>{_joined(last, after[i])};" for i, own in enumerate(graph.operations)
            )
        )
    return levels


def _joined(labels: Sequence[str], nodes: list[int]) -> str:
    return ",".join(sorted([labels[i] for i in nodes]))
