"""Cells with operations on their edges: those of NAS-Bench-201 and of TransNAS-Bench-101's micro space."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from torch import Tensor, nn

from ktnas.training.networks.operations import Zero

Edge: TypeAlias = tuple[int, int]
"""From node, to node; node 0 is the input."""


class EdgeCell(nn.Module):
    """A cell whose nodes add up what their incoming edges give; the node with the highest number is the output.

    Args:
        edges: Edges in an order in which no node is used before it is complete.
        operations: One per edge.
    """

    def __init__(self, edges: Sequence[Edge], operations: Sequence[nn.Module]) -> None:
        super().__init__()
        self.edges = tuple(edges)
        self.operations = nn.ModuleList(operations)

    def forward(self, inputs: Tensor) -> Tensor:
        nodes = {0: inputs}
        for (start, stop), operation in zip(self.edges, self.operations, strict=True):
            term = operation(nodes[start])
            nodes[stop] = nodes[stop] + term if stop in nodes else term
        return nodes[self.edges[-1][1]]


def build_cell(
    edges: Sequence[Edge], names: Sequence[str], make: Callable[[str, Edge], nn.Module], nothing: Zero, *, prune: bool
) -> nn.Module:
    """A cell of the operations ``names`` on ``edges``.

    Args:
        edges: Edges in order of the nodes that they lead to.
        names: Name of the operation on each edge.
        make: Makes the operation of that name for that edge.
        nothing: What a cell without any path from input to output gives.
        prune: Whether to build only what lies on a path from input to output. What is left out leads nowhere, or
            comes from a node that gets nothing, where convolutions make nothing of zeros (but for the offset that
            their normalization might learn).
    """
    kept = [(edge, name) for edge, name in zip(edges, names, strict=True)]
    if prune:
        alive = live_edges([edge for edge, name in kept if name != "none"], edges[-1][1])
        kept = [(edge, name) for edge, name in kept if edge in alive and name != "none"]
    if not kept:
        return nothing
    return EdgeCell([edge for edge, _ in kept], [make(name, edge) for edge, name in kept])


def live_edges(edges: Sequence[Edge], last: int) -> frozenset[Edge]:
    """The edges on a path from node 0 to node ``last``; edges come in order of the nodes that they lead to."""
    reached, needed = {0}, {last}
    for start, stop in edges:
        if start in reached:
            reached.add(stop)
    for start, stop in reversed(edges):
        if stop in needed:
            needed.add(start)
    return frozenset((start, stop) for start, stop in edges if start in reached and stop in needed)
