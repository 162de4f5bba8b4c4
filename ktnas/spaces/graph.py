"""Architectures as directed acyclic graphs with operations on nodes.

Inside the package a graph is an `OperationGraph`, a small immutable record; ``networkx`` stands at the
edge of it (`OperationGraph.to_networkx`), because building thousands of networkx graphs costs more than
everything that is done with them.

A cell that carries its operations on edges (NAS-Bench-201, TransNAS-Bench-101 micro) becomes its line
graph: each edge a node, consecutive edges joined, plus one input and one output node (method section 4).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ktnas.typing import CanonicalForm

if TYPE_CHECKING:
    import networkx as nx


INPUT = "input"


OUTPUT = "output"


@dataclass(frozen=True, slots=True)
class OperationGraph:
    """A DAG with one operation per node.

    Attributes:
        operations: Operation of each node in a topological order; the first is ``input``, the last ``output``.
        edges: Sorted pairs ``(from, to)`` of node numbers, each with ``from < to``; a pair repeats only where
            `contracted` left parallel paths.
    """

    operations: tuple[str, ...]
    edges: tuple[tuple[int, int], ...]

    @property
    def is_connected(self) -> bool:
        """Whether any path leads from input to output (after pruning, whether any edge is left)."""
        return bool(self.edges)

    def to_networkx(self) -> nx.DiGraph[int]:
        """The same graph in networkx: nodes ``0 .. n - 1``, attribute ``operation`` on each."""
        import networkx as nx

        graph: nx.DiGraph[int] = nx.DiGraph()
        graph.add_nodes_from((i, {"operation": op}) for i, op in enumerate(self.operations))
        graph.add_edges_from(self.edges)
        return graph


def pruned(
    operations: Sequence[str], edges: Iterable[tuple[int, int]], zero: Collection[str] = ("none",)
) -> OperationGraph:
    """The part of a graph that computes something.

    Nodes whose operation is in ``zero`` go first, then every node on no path from input to output. Without
    a path, input and output remain, unconnected.

    Args:
        operations: Operation of each node, in topological order, input first and output last.
        edges: Pairs ``(from, to)``, ``from < to``.
        zero: Operations that output zero and so contribute nothing.
    """
    last = len(operations) - 1
    live = [e for e in edges if operations[e[0]] not in zero and operations[e[1]] not in zero]
    forward = _reached(0, live, lambda e: e)
    backward = _reached(last, live, lambda e: (e[1], e[0]))
    kept = sorted((forward & backward) | {0, last})
    number = {node: i for i, node in enumerate(kept)}
    inner = sorted({(number[a], number[b]) for a, b in live if a in number and b in number})
    if last not in forward:
        inner = []
    return OperationGraph(tuple(operations[node] for node in kept), tuple(inner))


def _reached(
    start: int,
    edges: Collection[tuple[int, int]],
    orient: Callable[[tuple[int, int]], tuple[int, int]],
) -> set[int]:
    successors: dict[int, list[int]] = {}
    for edge in edges:
        a, b = orient(edge)
        successors.setdefault(a, []).append(b)
    seen, frontier = {start}, [start]
    while frontier:
        for node in successors.get(frontier.pop(), ()):
            if node not in seen:
                seen.add(node)
                frontier.append(node)
    return seen


def line_graph(cell: Sequence[tuple[int, int, str]], zero: Collection[str] = ("none",)) -> OperationGraph:
    """The pruned line graph of a cell with operations on its edges.

    Args:
        cell: Triples ``(from, to, operation)`` with ``from < to``; node 0 is the cell's input, the highest
            node its output.
        zero: Operations that output zero.
    """
    sink = max(to for _, to, _ in cell)
    ordered = sorted(cell, key=lambda edge: (edge[1], edge[0]))
    last = len(ordered) + 1
    edges = []
    for i, (start, stop, _) in enumerate(ordered, 1):
        if start == 0:
            edges.append((0, i))
        if stop == sink:
            edges.append((i, last))
        edges.extend((i, j) for j, (other, _, _) in enumerate(ordered, 1) if other == stop)
    return pruned((INPUT, *(op for _, _, op in ordered), OUTPUT), edges, zero)


def contracted(graph: OperationGraph, operation: str) -> OperationGraph:
    """The graph with every node of ``operation`` removed and its predecessors joined to its successors.

    Use it for identities (``skip_connect``) where only the function computed matters. Parallel paths stay
    apart as repeated edges, because a doubled signal is not a single one.
    """
    edges = list(graph.edges)
    gone = {i for i, op in enumerate(graph.operations) if op == operation}
    for node in gone:
        before = [a for a, b in edges if b == node]
        after = [b for a, b in edges if a == node]
        edges = [e for e in edges if node not in e] + [(a, b) for a in before for b in after]
    kept = [i for i in range(len(graph.operations)) if i not in gone]
    number = {node: i for i, node in enumerate(kept)}
    inner = tuple(sorted((number[a], number[b]) for a, b in edges))
    return OperationGraph(tuple(graph.operations[node] for node in kept), inner)


def canonical_form(graph: OperationGraph) -> CanonicalForm:
    """A hashable form that two graphs share exactly if they are isomorphic (operations included).

    Colour refinement, then individualisation of what refinement leaves tied; exact, and fast because
    nodes with the same operation and the same neighbours (twins) need no branching.
    """
    before: list[list[int]] = [[] for _ in graph.operations]
    after: list[list[int]] = [[] for _ in graph.operations]
    for a, b in graph.edges:
        before[b].append(a)
        after[a].append(b)
    colours = _ranked([(op,) for op in graph.operations])
    return _smallest_form(graph, before, after, colours)


def _ranked(signatures: Sequence[tuple[object, ...]]) -> list[int]:
    rank = {s: i for i, s in enumerate(sorted(set(signatures)))}
    return [rank[s] for s in signatures]


def _refined(before: list[list[int]], after: list[list[int]], colours: list[int]) -> list[int]:
    count = len(set(colours))
    while True:
        colours = _ranked(
            [
                (
                    colour,
                    tuple(sorted(colours[j] for j in before[i])),
                    tuple(sorted(colours[j] for j in after[i])),
                )
                for i, colour in enumerate(colours)
            ]
        )
        if len(set(colours)) == count:
            return colours
        count = len(set(colours))


def _smallest_form(
    graph: OperationGraph, before: list[list[int]], after: list[list[int]], colours: list[int]
) -> CanonicalForm:
    colours = _refined(before, after, colours)
    if len(set(colours)) == len(colours):
        order = sorted(range(len(colours)), key=colours.__getitem__)
        edges = tuple(sorted((colours[a], colours[b]) for a, b in graph.edges))
        return tuple(graph.operations[i] for i in order), edges
    cells: dict[int, list[int]] = {}
    for node, colour in enumerate(colours):
        cells.setdefault(colour, []).append(node)
    tied = min((colour, nodes) for colour, nodes in cells.items() if len(nodes) > 1)[1]
    twins = {(tuple(before[i]), tuple(after[i])) for i in tied}
    branches = tied[:1] if len(twins) == 1 else tied
    forms = []
    for chosen in branches:
        split = [2 * c + (1 if c == colours[chosen] and i != chosen else 0) for i, c in enumerate(colours)]
        forms.append(_smallest_form(graph, before, after, split))
    return min(forms)
