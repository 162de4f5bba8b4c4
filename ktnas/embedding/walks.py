"""Second-order random walks of node2vec (Grover and Leskovec, KDD 2016, section 3.2), many at once.

Any number of graphs becomes one adjacency in compressed sparse rows, and all walkers advance one step at a
time in NumPy. Where a walker came along ``t -> v``, the next node ``x`` among the neighbours of ``v`` has
the unnormalised probability ``1/p`` if ``x = t``, ``1`` if ``x`` is a neighbour of ``t``, and ``1/q``
otherwise. The draws are exact: one alias table per directed edge, built for all edges together.

Graphs are walked as undirected ones: along its arrows, a walk through an architecture would end at the
output after a few steps and never see what a node's successors have in common.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ktnas.errors import ConfigurationError
from ktnas.graph import OperationGraph
from ktnas.typing import FloatArray, IntArray

NO_NODE = -1
"""Stands in a walk after its end; only walks that start at a node without neighbours end early."""


@dataclass(frozen=True, slots=True, eq=False)
class Adjacency:
    """Undirected graphs side by side, their nodes numbered through.

    Attributes:
        graph_starts: ``(graphs + 1,)`` number of each graph's first node; the last entry is the number of nodes.
        row_starts: ``(nodes + 1,)`` position in ``neighbours`` where each node's neighbours start.
        neighbours: ``(2 * edges,)`` neighbours of each node, ascending. A position in it is a directed edge.
    """

    graph_starts: IntArray
    row_starts: IntArray
    neighbours: IntArray

    @property
    def degrees(self) -> IntArray:
        """Number of neighbours ``(nodes,)`` of each node."""
        return np.diff(self.row_starts)


def adjacency(graphs: Sequence[OperationGraph]) -> Adjacency:
    """The graphs side by side, directions dropped and parallel edges merged."""
    sizes = np.fromiter((len(g.operations) for g in graphs), dtype=np.int64, count=len(graphs))
    starts = np.concatenate([[0], np.cumsum(sizes)])
    counts = np.fromiter((len(g.edges) for g in graphs), dtype=np.int64, count=len(graphs))
    pairs = np.array([edge for g in graphs for edge in g.edges], dtype=np.int64).reshape(-1, 2)
    pairs = pairs + np.repeat(starts[:-1], counts)[:, None]
    nodes = int(starts[-1])
    forward, backward = pairs @ np.array([nodes, 1]), pairs @ np.array([1, nodes])
    keys = np.unique(np.concatenate([forward, backward]))
    rows = np.searchsorted(keys, np.arange(nodes + 1) * nodes)
    return Adjacency(starts, rows, keys % max(nodes, 1))


def transition_probabilities(graph: Adjacency, p: float, q: float) -> tuple[IntArray, FloatArray]:
    """The exact distribution of the next node, for every directed edge a walker may have come along.

    Args:
        graph: The graphs.
        p: Return parameter: a large one makes going back at once unlikely.
        q: In-out parameter: a large one keeps a walk near where it came from.

    Returns:
        ``starts (2 * edges + 1,)`` and ``probabilities (starts[-1],)``: the distribution after edge ``e``, the
        position of ``t -> v`` in ``graph.neighbours``, over the neighbours of ``v`` in their order, is
        ``probabilities[starts[e]:starts[e + 1]]``.
    """
    degrees, nodes = graph.degrees, len(graph.row_starts) - 1
    sources = np.repeat(np.arange(nodes), degrees)
    sizes = degrees[graph.neighbours]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    offset = np.arange(starts[-1]) - np.repeat(starts[:-1], sizes)
    candidates = graph.neighbours[np.repeat(graph.row_starts[graph.neighbours], sizes) + offset]
    before = np.repeat(sources, sizes)
    keys = sources * nodes + graph.neighbours
    wanted = before * nodes + candidates
    found = np.searchsorted(keys, wanted)
    shared = keys[np.minimum(found, max(len(keys) - 1, 0))] == wanted
    weights = np.where(candidates == before, 1 / p, np.where(shared, 1.0, 1 / q))
    totals = np.add.reduceat(weights, starts[:-1]) if len(weights) else weights
    return starts, weights / np.repeat(totals, sizes)


def alias_tables(starts: IntArray, probabilities: FloatArray) -> tuple[FloatArray, IntArray]:
    """Alias tables (Walker 1977) of many distributions, built together, one entry of each per pass.

    Args:
        starts: ``(rows + 1,)`` where each distribution starts in ``probabilities``; none is empty.
        probabilities: ``(n,)``, summing to 1 within each distribution.

    Returns:
        ``keep (n,)`` and ``alias (n,)``: an entry drawn uniformly from its distribution stands with probability
        ``keep``; otherwise the entry ``alias`` is taken in its place.
    """
    sizes = np.diff(starts)
    scaled = probabilities * np.repeat(sizes, sizes)
    row = np.repeat(np.arange(len(sizes)), sizes)
    heavy = scaled > 1.0
    order = np.lexsort((heavy, row))
    first_heavy = starts[1:] - (np.add.reduceat(heavy.astype(np.int64), starts[:-1]) if len(sizes) else 0)
    keep, alias = np.ones(len(scaled)), np.arange(len(scaled))
    active = np.flatnonzero(first_heavy < starts[1:])
    light, large = starts[:-1].copy(), first_heavy.copy()
    rest = np.zeros(len(sizes))
    rest[active] = scaled[order[large[active]]]
    while len(active):
        # A row either fills its next light entry from its current heavy one, or, once that has shrunk to a
        # light one itself, fills it from the next.
        fill = (rest[active] > 1.0) & (light[active] < first_heavy[active])
        filled = active[fill]
        entry = order[light[filled]]
        keep[entry], alias[entry] = scaled[entry], order[large[filled]]
        rest[filled] += scaled[entry] - 1.0
        light[filled] += 1
        moved = active[~fill]
        moved = moved[large[moved] + 1 < starts[1:][moved]]
        entry, following = order[large[moved]], order[large[moved] + 1]
        keep[entry], alias[entry] = np.minimum(rest[moved], 1.0), following
        rest[moved] = scaled[following] - (1.0 - np.minimum(rest[moved], 1.0))
        large[moved] += 1
        active = np.concatenate([filled, moved])
    return keep, alias


@dataclass(frozen=True, slots=True)
class SecondOrderWalk:
    """The walk of node2vec.

    Attributes:
        p: Return parameter, above 0: a large one makes going back at once unlikely.
        q: In-out parameter, above 0: above 1 a walk stays near where it came from, below 1 it moves outward.
    """

    p: float = 1.0
    q: float = 1.0

    def __post_init__(self) -> None:
        if not (0 < self.p < np.inf and 0 < self.q < np.inf):
            raise ConfigurationError(f"p and q of a random walk must be positive numbers; got p={self.p}, q={self.q}")

    def walk(self, graph: Adjacency, starts: IntArray, length: int, rng: np.random.Generator) -> IntArray:
        """One walk from each start.

        Args:
            graph: The graphs to walk in.
            starts: ``(n,)`` node where each walk starts.
            length: Nodes per walk, at least 1.
            rng: Source of all draws.

        Returns:
            ``(n, length)`` nodes visited; after a start without neighbours, `NO_NODE`.
        """
        steps = np.full((length, len(starts)), NO_NODE, dtype=np.int64)
        steps[0] = starts
        moving = np.flatnonzero(graph.degrees[starts])
        if length > 1 and len(moving):
            edges = self._edges(graph, starts[moving], length - 1, rng)
            np.take(graph.neighbours, edges, out=edges)
            if len(moving) == len(starts):
                steps[1:] = edges
            else:
                steps[1:, moving] = edges
        return steps.T

    def _edges(self, graph: Adjacency, nodes: IntArray, count: int, rng: np.random.Generator) -> IntArray:
        """Directed edges ``(count, n)`` that walkers at ``nodes`` take, first to last."""
        taken = np.empty((count, len(nodes)), dtype=np.int64)
        degrees = graph.degrees
        taken[0] = graph.row_starts[nodes] + (rng.random(len(nodes)) * degrees[nodes]).astype(np.int64)
        degree_after, row_after = degrees[graph.neighbours], graph.row_starts[graph.neighbours]
        if self.p == self.q == 1.0:
            for step in range(1, count):
                edge = taken[step - 1]
                draw = rng.random(len(nodes)) * degree_after.take(edge)
                np.add(row_after.take(edge), draw.astype(np.int64), out=taken[step])
            return taken
        table_starts, probabilities = transition_probabilities(graph, self.p, self.q)
        keep, alias = alias_tables(table_starts, probabilities)
        # From an entry of edge e's distribution to the directed edge it stands for.
        shift = np.repeat(row_after - table_starts[:-1], degree_after)
        kept_edge = np.arange(len(alias)) + shift
        alias_edge = alias + shift
        first_entry = table_starts[:-1]
        for step in range(1, count):
            edge = taken[step - 1]
            draw = rng.random(len(nodes)) * degree_after.take(edge)
            whole = draw.astype(np.int64)
            entry = first_entry.take(edge) + whole
            stays = draw - whole < keep.take(entry)
            taken[step] = np.where(stays, kept_edge.take(entry), alias_edge.take(entry))
        return taken
