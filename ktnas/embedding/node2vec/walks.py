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
from itertools import pairwise

import numpy as np

from ktnas.errors import ConfigurationError
from ktnas.spaces.graph import OperationGraph
from ktnas.typing import FloatArray, IntArray

NO_NODE = -1
"""Stands in a walk after its end; only walks that start at a node without neighbours end early."""


@dataclass(frozen=True, slots=True, eq=False)
class Adjacency:
    """Undirected graphs as one, their nodes numbered through.

    Attributes:
        row_starts: ``(nodes + 1,)`` position in ``neighbours`` where each node's neighbours start.
        neighbours: ``(2 * edges,)`` neighbours of each node, ascending. A position in it is a directed edge.
    """

    row_starts: IntArray
    neighbours: IntArray

    @property
    def degrees(self) -> IntArray:
        """Number of neighbours ``(nodes,)`` of each node."""
        return np.diff(self.row_starts)


def adjacency(graphs: Sequence[OperationGraph]) -> Adjacency:
    """The graphs as one, directions dropped and parallel edges merged."""
    sizes = np.fromiter((len(g.operations) for g in graphs), dtype=np.int64, count=len(graphs))
    starts = np.concatenate([[0], np.cumsum(sizes)])
    counts = np.fromiter((len(g.edges) for g in graphs), dtype=np.int64, count=len(graphs))
    pairs = np.array([edge for g in graphs for edge in g.edges], dtype=np.int64).reshape(-1, 2)
    pairs = pairs + np.repeat(starts[:-1], counts)[:, None]
    nodes = int(starts[-1])
    forward, backward = pairs @ np.array([nodes, 1]), pairs @ np.array([1, nodes])
    keys = np.unique(np.concatenate([forward, backward]))
    rows = np.searchsorted(keys, np.arange(nodes + 1) * nodes)
    return Adjacency(rows, keys % max(nodes, 1))


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
        steps = np.empty((length, len(starts)), dtype=np.int64)
        steps[0] = starts
        moving = np.flatnonzero(graph.degrees[starts])
        if len(moving) == len(starts):
            self._take_edges(graph, steps, rng)
        else:
            moved = np.empty((length, len(moving)), dtype=np.int64)
            moved[0] = starts[moving]
            self._take_edges(graph, moved, rng)
            steps[1:] = NO_NODE
            steps[1:, moving] = moved[1:]
        return steps.T

    def _take_edges(self, graph: Adjacency, steps: IntArray, rng: np.random.Generator) -> None:
        """Fill ``steps (length, n)`` from its first row on; every node in that row has a neighbour."""
        if steps.size == 0 or len(steps) == 1:
            return
        degrees, edges = graph.degrees, steps[1:]
        draw = rng.random(steps.shape[1]) * degrees[steps[0]]
        np.add(graph.row_starts[steps[0]], draw.astype(np.int64), out=edges[0])
        # For each directed edge: the degree of the node it leads to, and where that node's edges start.
        choices, first = degrees[graph.neighbours], graph.row_starts[graph.neighbours]
        if self.p == self.q == 1.0:
            _first_order(edges, choices, first, rng)
        else:
            starts, probabilities = transition_probabilities(graph, self.p, self.q)
            keep, alias = alias_tables(starts, probabilities)
            # From an entry of an edge's distribution to the edge that it stands for.
            shift = np.repeat(first - starts[:-1], choices)
            _second_order(edges, choices, starts[:-1], keep, (alias + shift, np.arange(len(alias)) + shift), rng)
        np.take(graph.neighbours, edges, out=edges, mode="clip")


def _first_order(edges: IntArray, choices: IntArray, first: IntArray, rng: np.random.Generator) -> None:
    """Fill ``edges (steps, n)`` from its first row on, every next edge drawn uniformly."""
    count = edges.shape[1]
    draw, entry = np.empty(count), np.empty(count, dtype=np.int64)
    real_choices = choices.astype(np.float64)
    for now, then in pairwise(edges):
        rng.random(out=draw)
        draw *= real_choices.take(now)
        np.copyto(entry, draw, casting="unsafe")
        # "clip" spares take a copy of its output; no index is ever out of range.
        np.take(first, now, out=then, mode="clip")
        np.add(then, entry, out=then)


def _second_order(
    edges: IntArray,
    choices: IntArray,
    tables: IntArray,
    keep: FloatArray,
    outcomes: tuple[IntArray, IntArray],
    rng: np.random.Generator,
) -> None:
    """Fill ``edges (steps, n)`` from its first row on, every next edge drawn from the alias table of the last.

    Args:
        edges: First row given, the others written.
        choices: ``(edges,)`` size of each edge's table.
        tables: ``(edges,)`` where it starts.
        keep: ``(entries,)`` probability that an entry stands.
        outcomes: ``(entries,)`` each: the edge taken if it does not, and if it does.
        rng: Source of all draws.
    """
    count = edges.shape[1]
    draw, entry = np.empty(count), np.empty(count, dtype=np.int64)
    real_choices = choices.astype(np.float64)
    either = np.stack(outcomes, axis=1).ravel()
    for now, then in pairwise(edges):
        rng.random(out=draw)
        draw *= real_choices.take(now)
        np.copyto(entry, draw, casting="unsafe")
        draw -= entry
        entry += tables.take(now)
        stays = draw < keep.take(entry)
        entry *= 2
        entry += stays
        np.take(either, entry, out=then, mode="clip")
