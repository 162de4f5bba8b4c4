"""A layered layout of an operation graph, from left to right, in abstract units.

Layers by the longest path from the input; an edge that spans layers is led through free places in them
(Sugiyama, Tagawa, Toda 1981), so that it passes no node; a few barycentre sweeps take crossings out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ktnas.spaces.graph import OperationGraph

Point = tuple[float, float]
"""Layer (to the right) and height within it (downwards)."""


_SWEEPS = 8


@dataclass(frozen=True, slots=True)
class Drawing:
    """Where a graph's nodes and edges go.

    Attributes:
        places: Place of each node.
        routes: Per edge, the points it passes, from the place of its first node to that of its second.
        width: The largest layer.
        height: The largest height; the smallest is 0.
    """

    places: tuple[Point, ...]
    routes: tuple[tuple[Point, ...], ...]
    width: float
    height: float


def lay_out(graph: OperationGraph) -> Drawing:
    """A drawing of the graph; the same for the same graph."""
    layer = _layers(graph)
    chains, members = _chains(graph, layer)
    heights = _heights(chains, members)
    places = tuple((float(layer[node]), heights[node]) for node in range(len(graph.operations)))
    level = {point: column for column, points in enumerate(members) for point in points}
    routes = tuple(tuple((float(level[p]), heights[p]) for p in chain) for chain in chains)
    return Drawing(places, routes, max(x for x, _ in places), max(heights.values()))


def _layers(graph: OperationGraph) -> list[int]:
    """The longest path from the input to each node; without a path the output stands apart."""
    layer = [0] * len(graph.operations)
    for a, b in graph.edges:  # sorted, and every edge leads to a higher number: each node is final before it is used
        layer[b] = max(layer[b], layer[a] + 1)
    layer[-1] = max(layer) if graph.edges else 2
    return layer


def _chains(graph: OperationGraph, layer: Sequence[int]) -> tuple[list[list[int]], list[list[int]]]:
    """Per edge the points it passes, one per layer; per layer the points in it. Points beyond the nodes are bends."""
    members: list[list[int]] = [[] for _ in range(max(layer) + 1)]
    for node, column in enumerate(layer):
        members[column].append(node)
    chains: list[list[int]] = []
    bend = len(layer)
    for a, b in graph.edges:
        chain = [a]
        for column in range(layer[a] + 1, layer[b]):
            members[column].append(bend)
            chain.append(bend)
            bend += 1
        chains.append([*chain, b])
    return chains, members


def _heights(chains: Sequence[Sequence[int]], members: Sequence[list[int]]) -> dict[int, float]:
    """Heights one apart within a layer, layers centred on one another, near the mean of their neighbours."""
    left: dict[int, list[int]] = {}
    right: dict[int, list[int]] = {}
    for chain in chains:
        for a, b in pairwise(chain):
            right.setdefault(a, []).append(b)
            left.setdefault(b, []).append(a)
    heights = {point: i - (len(points) - 1) / 2 for points in members for i, point in enumerate(points)}
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        nearby = left if forward else right
        for points in members if forward else reversed(members):
            if points:
                _settle(points, nearby, heights)
    top = min(heights.values())
    return {point: height - top for point, height in heights.items()}


def _settle(points: list[int], nearby: dict[int, list[int]], heights: dict[int, float]) -> None:
    """Order a layer by the mean height of its neighbours on one side, and space it evenly around its mean."""

    def wanted(point: int) -> float:
        others = nearby.get(point)
        return sum(heights[other] for other in others) / len(others) if others else heights[point]

    aims = {point: wanted(point) for point in points}
    points.sort(key=lambda point: (aims[point], heights[point]))
    middle = sum(aims.values()) / len(points)
    for i, point in enumerate(points):
        heights[point] = middle + i - (len(points) - 1) / 2
