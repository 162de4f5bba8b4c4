"""NAS-Bench-101: cells of up to seven vertices and nine edges, with operations on the vertices; 423,624 of them.

Ying, Klein, Christiansen, Real, Murphy, Hutter, "NAS-Bench-101: Towards Reproducible Neural Architecture Search",
ICML 2019, section 2: any directed acyclic graph from an input to an output vertex, at most 5 vertices between them,
each with one of three operations; what lies on no path from input to output is not part of the cell.

A genotype holds the 21 bits of a 7 x 7 adjacency matrix, column by column as upstream (bit ``x + y (y - 1) / 2`` is the
edge from ``x`` to ``y``), and the operations of the vertices 1 to 5. Many codes are one cell: `NASBench101.normalize`
prunes, and numbers the vertices so that the code is the least one (`ktnas.spaces.least_order`). Vertices that a cell
has not are the last before the output, without edges, and with operation 0.

So a code shows what a cell is, and no longer what a change of one bit could bring back: a vertex that is not in use
would need two edges at once. The space therefore knows its own neighbourhoods, `NASBench101.neighbours`.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ktnas.errors import ArchitectureError, bad_architecture
from ktnas.spaces.graph import INPUT, OUTPUT, OperationGraph
from ktnas.spaces.least_order import least_orders
from ktnas.typing import Genotype

OPERATIONS = ("conv3x3-bn-relu", "conv1x1-bn-relu", "maxpool3x3")
"""The operations of inner vertices, in upstream's order."""


VERTICES, EDGES = 7, 9
"""At most, of the cell that is left when pruned."""


INNER = VERTICES - 2


BITS = VERTICES * (VERTICES - 1) // 2


_COLUMNS = tuple(slice(y * (y - 1) // 2, y * (y + 1) // 2) for y in range(1, VERTICES))
"""Where the bits of the edges into vertex ``y`` stand in a genotype, for ``y`` from 1."""


_MASKS = {
    bits: sum(bit << x for x, bit in enumerate(bits))
    for length in range(1, VERTICES)
    for bits in itertools.product((0, 1), repeat=length)
}
"""Edges into a vertex, as they stand in a genotype, and their bit mask."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as a graph: every vertex lies on a path from input to output.

    Attributes:
        into: For every vertex but the input, a bit mask of the vertices that have an edge to it, all before it.
        operations: Operations of the inner vertices, as numbers.
    """

    into: tuple[int, ...]
    operations: tuple[int, ...]

    @property
    def edges(self) -> int:
        """Number of edges."""
        return sum(mask.bit_count() for mask in self.into)

    def pairs(self) -> Iterator[tuple[int, int]]:
        """The edges, as pairs ``(from, to)``."""
        return ((x, y) for y, mask in enumerate(self.into, 1) for x in range(y) if mask >> x & 1)


def pruned_cell(into: Sequence[int], operations: Sequence[int]) -> Cell | None:
    """The part of a graph that lies on paths from the first vertex to the last; None if there is no path.

    Args:
        into: As in `Cell`; vertices may lie on no path.
        operations: As in `Cell`.
    """
    last = len(into)
    reached, useful = 1, 1 << last
    for y in range(1, last + 1):
        if into[y - 1] & reached:
            reached |= 1 << y
    for y in range(last, 0, -1):
        if useful >> y & 1:
            useful |= into[y - 1] & reached
    if not reached >> last & 1:
        return None
    masks, inner = list(into), list(operations)
    for y in range(last - 1, 0, -1):
        if not (useful & reached) >> y & 1:
            below = (1 << y) - 1
            del masks[y - 1], inner[y - 1]
            masks[y - 1 :] = [(mask & below) | (mask >> y + 1 << y) for mask in masks[y - 1 :]]
            masks[: y - 1] = [mask & below for mask in masks[: y - 1]]
    return Cell(tuple(masks), tuple(inner))


def least_cell(cell: Cell) -> Cell:
    """The same cell with its vertices numbered so that its masks, and then its operations, are the least."""
    masks, orders = least_orders(cell.into)
    return Cell(masks, min(tuple(cell.operations[v - 1] for v in order) for order in orders))


@dataclass(frozen=True)
class NASBench101:
    """The NAS-Bench-101 cell space: 21 bits of edges, then the operations of the vertices 1 to 5.

    >>> space = NASBench101()
    >>> cell = space.parse("input,conv3x3-bn-relu,maxpool3x3,output|0110000100010000")
    >>> cell == space.parse("input,maxpool3x3,conv3x3-bn-relu,output|0110000100010000")
    True
    >>> space.module_hash(cell)
    '7c65f6bd01b87407734781b6038050bc'
    """

    @property
    def name(self) -> str:
        return "nasbench101"

    @property
    def cardinalities(self) -> tuple[int, ...]:
        return (2,) * BITS + (len(OPERATIONS),) * INNER

    def is_valid(self, genotype: Genotype) -> bool:
        """Whether there is a path, and at most nine edges lie on paths."""
        cell = _cell(genotype)
        return cell is not None and cell.edges <= EDGES

    def normalize(self, genotype: Genotype) -> Genotype:
        """The code of the pruned cell, the least of all orders of its vertices."""
        cell = _cell(genotype)
        return genotype if cell is None or cell.edges > EDGES else _code(least_cell(cell))

    def graph(self, genotype: Genotype) -> OperationGraph:
        cell = _valid(genotype)
        return OperationGraph((INPUT, *(OPERATIONS[op] for op in cell.operations), OUTPUT), tuple(sorted(cell.pairs())))

    def format(self, genotype: Genotype) -> str:
        """Operations and adjacency matrix, row by row, as in the records of upstream's files."""
        graph = self.graph(genotype)
        size, edges = len(graph.operations), set(graph.edges)
        bits = ("01"[(x, y) in edges] for x in range(size) for y in range(size))
        return f"{','.join(graph.operations)}|{''.join(bits)}"

    def parse(self, text: str) -> Genotype:
        """The genotype of operations and matrix; vertices on no path, and any order of vertices, are admitted."""
        operations, bar, bits = text.partition("|")
        names = operations.split(",")
        if not bar or len(names) < 2 or (names[0], names[-1]) != (INPUT, OUTPUT):
            raise self._bad(text, "expected operations from input to output, | and the matrix row by row, such as ")
        unknown = [name for name in names[1:-1] if name not in OPERATIONS]
        if unknown:
            raise self._bad(text, f"operation {unknown[0]!r} is not one of {', '.join(OPERATIONS)}, as in ")
        size = len(names)
        if size > VERTICES or len(bits) != size * size or set(bits) - {"0", "1"}:
            raise self._bad(text, f"{size} vertices (at most {VERTICES}) need {size * size} digits 0 or 1, as in ")
        edges = [divmod(i, size) for i, bit in enumerate(bits) if bit == "1"]
        if any(x >= y for x, y in edges):
            raise self._bad(text, "edges lead from earlier to later vertices: the matrix is upper triangular, as in ")
        masks = [sum(1 << x for x, to in edges if to == y) for y in range(1, size)]
        cell = pruned_cell(masks, [OPERATIONS.index(name) for name in names[1:-1]])
        if cell is None or cell.edges > EDGES:
            found = "there is no path" if cell is None else f"{cell.edges} edges lie on paths"
            raise self._bad(text, f"{found} from input to output, expected 1 to {EDGES} edges, as in ")
        return _code(least_cell(cell))

    def _bad(self, text: str, problem: str) -> ArchitectureError:
        return bad_architecture(self.name, text, f"{problem}input,{OPERATIONS[0]},output|010001000")

    def neighbours(self, genotype: Genotype) -> Sequence[Genotype]:
        """Every cell that is one change away: an operation, an edge more or less, or a vertex more.

        A vertex that is added has one edge in and one out. What lies on no path after a change is pruned.
        """
        cell = _valid(genotype)
        changed = (_checked(one) for one in (*_other_operations(cell), *_toggled(cell), *_extended(cell)))
        return tuple(dict.fromkeys(code for code in changed if code is not None and code != genotype))

    def mutated(self, genotype: Genotype, rng: np.random.Generator) -> Genotype:
        """One of the neighbours: a position of the code is drawn, and changed.

        A position of a vertex that the cell has not adds one, with an operation and one edge in and out, all drawn
        uniformly. Where the change leads to no other cell, the genotype itself.
        """
        cell, position = _valid(genotype), int(rng.integers(len(genotype)))
        if position >= BITS:
            return _checked(_operation_drawn(cell, position - BITS + 1, rng)) or genotype
        return _checked(_edge_drawn(cell, position, rng)) or genotype

    def module_hash(self, genotype: Genotype) -> str:
        """Upstream's hash of a valid genotype, the key of its files; equal for isomorphic cells, and for no others.

        Ying et al. 2019, section 2.2 and ``graph_util.hash_module``: hashes of degrees and operation, then as often as
        there are vertices hashes of the neighbours' hashes, and a hash of all of them sorted.
        """
        cell = _valid(genotype)
        size = len(cell.into) + 1
        before: list[list[int]] = [[] for _ in range(size)]
        after: list[list[int]] = [[] for _ in range(size)]
        for x, y in cell.pairs():
            before[y].append(x)
            after[x].append(y)
        labels = (-1, *cell.operations, -2)
        hashes = [_md5(str((len(after[v]), len(before[v]), labels[v]))) for v in range(size)]
        for _ in range(size):
            hashes = [
                _md5("|".join((_joined(hashes, before[v]), _joined(hashes, after[v]), hashes[v]))) for v in range(size)
            ]
        return _md5(str(sorted(hashes)))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _joined(hashes: Sequence[str], vertices: Sequence[int]) -> str:
    return "".join(sorted(hashes[v] for v in vertices))


@lru_cache(maxsize=1 << 14)  # the same codes are asked for again and again, by whoever breeds, embeds and evaluates
def _cell(genotype: Genotype) -> Cell | None:
    return pruned_cell([_MASKS[genotype[column]] for column in _COLUMNS], genotype[BITS:])


def _valid(genotype: Genotype) -> Cell:
    cell = _cell(genotype)
    if cell is None:
        raise ArchitectureError(f"genotype {genotype} of 'nasbench101' has no path from input to output")
    return cell


def _code(cell: Cell) -> Genotype:
    """The genotype of a cell; its output becomes the last vertex."""
    unused = VERTICES - 1 - len(cell.into)
    masks = (*cell.into[:-1], *(0,) * unused, cell.into[-1])
    bits = [mask >> x & 1 for y, mask in enumerate(masks, 1) for x in range(y)]
    return (*bits, *cell.operations, *(0,) * unused)


def _checked(cell: Cell | None) -> Genotype | None:
    """The normalized code of a pruned cell, if there is one of so many edges."""
    return None if cell is None or cell.edges > EDGES else _code(least_cell(cell))


def _operation_drawn(cell: Cell, vertex: int, rng: np.random.Generator) -> Cell:
    if vertex >= len(cell.into):
        return _vertex_drawn(cell, rng)
    return _with_operation(cell, vertex, 1 + int(rng.integers(len(OPERATIONS) - 1)))


def _edge_drawn(cell: Cell, position: int, rng: np.random.Generator) -> Cell | None:
    y = next(i for i, column in enumerate(_COLUMNS, 1) if position < column.stop)
    x, size = position - _COLUMNS[y - 1].start, len(cell.into)
    if x >= size or size <= y < VERTICES - 1:
        return _vertex_drawn(cell, rng)
    return _with_edge_toggled(cell, x, min(y, size))


def _vertex_drawn(cell: Cell, rng: np.random.Generator) -> Cell:
    y = 1 + int(rng.integers(len(cell.into)))
    return _with_vertex(cell, int(rng.integers(y)), y, int(rng.integers(len(OPERATIONS))))


def _with_operation(cell: Cell, vertex: int, step: int) -> Cell:
    operations = list(cell.operations)
    operations[vertex - 1] = (operations[vertex - 1] + step) % len(OPERATIONS)
    return Cell(cell.into, tuple(operations))


def _with_edge_toggled(cell: Cell, x: int, y: int) -> Cell | None:
    masks = list(cell.into)
    masks[y - 1] ^= 1 << x
    return pruned_cell(masks, cell.operations)


def _with_vertex(cell: Cell, x: int, y: int, operation: int) -> Cell:
    """With a vertex more, between ``x`` and ``y``; it takes the place of ``y``, and all from there on move up."""
    below = (1 << y) - 1
    moved = [(mask & below) | (mask & ~below) << 1 for mask in cell.into]
    moved[y - 1] |= 1 << y
    return Cell(
        (*moved[: y - 1], 1 << x, *moved[y - 1 :]),
        (*cell.operations[: y - 1], operation, *cell.operations[y - 1 :]),
    )


def _other_operations(cell: Cell) -> Iterator[Cell]:
    for vertex in range(1, len(cell.into)):
        for step in range(1, len(OPERATIONS)):
            yield _with_operation(cell, vertex, step)


def _toggled(cell: Cell) -> Iterator[Cell | None]:
    for y in range(1, len(cell.into) + 1):
        for x in range(y):
            yield _with_edge_toggled(cell, x, y)


def _extended(cell: Cell) -> Iterator[Cell]:
    if len(cell.into) < VERTICES - 1:
        for y in range(1, len(cell.into) + 1):
            for x in range(y):
                for operation in range(len(OPERATIONS)):
                    yield _with_vertex(cell, x, y, operation)
