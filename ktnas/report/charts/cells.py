"""The best architecture of a task, drawn, with what the best of the other tasks have otherwise marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from ktnas.report.charts.chart import Arrows, Axis, Boxes, Chart
from ktnas.report.figures.architecture import cells
from ktnas.report.figures.graph_layout import Point, lay_out
from ktnas.report.figures.style import short
from ktnas.spaces.graph import INPUT, OUTPUT, OperationGraph

_LETTER, _GAP, _ROW, _BOX = 7.4, 46.0, 44.0, 28.0
"""Pixels: of a letter in a box, between boxes, from row to row, and of a box from top to bottom."""

_LONGEST = 28
"""Characters of an operation's name that are drawn, at most."""

_SAMPLES = 10
"""Straight pieces of a bent line."""


@dataclass(frozen=True, slots=True)
class BestCell:
    """The best architecture of a task.

    Attributes:
        task: The task's name.
        value: What it reaches there, in words.
        architecture: As users know it.
        graph: Its pruned operation graph.
    """

    task: str
    value: str
    architecture: str
    graph: OperationGraph


def cell_charts(best: Sequence[BestCell]) -> list[Chart]:
    """A drawing per task, and where an architecture has several cells one per cell.

    A thick edge is at what none of the other tasks' best architectures has: the same operation on the same inputs.
    """
    places = [_places(one.graph) for one in best]
    kinds = sorted({_kind(name) for one in best for name in one.graph.operations if name not in (INPUT, OUTPUT)})
    charts = []
    for i, one in enumerate(best):
        others = [place for j, own in enumerate(places) if j != i for place in own]
        charts += _drawn(one, frozenset(others), kinds, compared=len(best) > 1)
    return charts


def shared_operations(first: OperationGraph, second: OperationGraph) -> int:
    """How many operations two architectures have in common: the same operation on the same inputs."""
    return (Counter(_operations(first)) & Counter(_operations(second))).total()


def operation_count(graph: OperationGraph) -> int:
    """Operations of an architecture, input and output aside."""
    return len(_operations(graph))


def _operations(graph: OperationGraph) -> list[int]:
    places = zip(_places(graph), graph.operations, strict=True)
    return [place for place, name in places if name not in (INPUT, OUTPUT)]


def _places(graph: OperationGraph) -> list[int]:
    """What stands at each node: equal where the operation is the same, and so is all that leads to it."""
    known: list[int] = []
    for node, name in enumerate(graph.operations):
        inputs = sorted(known[a] for a, b in graph.edges if b == node)
        digest = blake2b(repr((name, inputs)).encode(), digest_size=8).digest()
        known.append(int.from_bytes(digest, "big"))
    return known


def _drawn(best: BestCell, others: Collection[int], kinds: Sequence[str], *, compared: bool) -> list[Chart]:
    panels = cells(best.graph)
    places = dict(zip(range(len(best.graph.operations)), _places(best.graph), strict=True))
    numbers = _numbers(best.graph, panels)
    charts = []
    for (name, panel), nodes in zip(panels, numbers, strict=True):
        ends = (INPUT, OUTPUT)
        marked = [
            compared and op not in ends and places[n] not in others
            for op, n in zip(panel.operations, nodes, strict=True)
        ]
        title = f"{best.task}: {best.value}" + (f", {name} cell" if name else "")
        charts.append(_chart(f"best {best.task} {name}".strip(), title, best, panel, marked, kinds))
    return charts


def _numbers(graph: OperationGraph, panels: Sequence[tuple[str, OperationGraph]]) -> list[list[int]]:
    """Per panel, the number that each of its nodes has in the whole graph."""
    if len(panels) == 1 and panels[0][1] is graph:
        return [list(range(len(graph.operations)))]
    return [
        [i for i, operation in enumerate(graph.operations) if operation.startswith(f"{name}:")] for name, _ in panels
    ]


def _chart(
    name: str, title: str, best: BestCell, graph: OperationGraph, marked: Sequence[bool], kinds: Sequence[str]
) -> Chart:
    drawing = lay_out(graph)
    texts = [short(_kind(operation), _LONGEST) for operation in graph.operations]
    box = max(52.0, _LETTER * max(map(len, texts)) + 14)
    step = box + _GAP
    width, height = step * drawing.width + box + 16, _ROW * drawing.height + _BOX + 16
    at = [(8 + box / 2 + x * step, 8 + _BOX / 2 + y * _ROW) for x, y in drawing.places]
    ends = [operation in (INPUT, OUTPUT) for operation in graph.operations]
    lines = [_line(route, box, step) for route in drawing.routes]
    boxes = Boxes(
        x=[x for x, _ in at],
        y=[y for _, y in at],
        width=[box] * len(at),
        height=[_BOX] * len(at),
        text=texts,
        colours=[
            "paper" if end else f"fill:{kinds.index(_kind(op))}" for end, op in zip(ends, graph.operations, strict=True)
        ],
        edges=["negative" if one else "muted" for one in marked],
        marked=list(marked),
    )
    return Chart(
        name=name,
        title=title,
        about=_about(best, graph, marked),
        x=Axis(range=(0.0, width), hidden=True),
        y=Axis(range=(height, 0.0), hidden=True),
        layers=(Arrows([[x for x, _ in line] for line in lines], [[y for _, y in line] for line in lines]), boxes),
        height=round(height),
        width=round(width),
    )


def _about(best: BestCell, graph: OperationGraph, marked: Sequence[bool]) -> str:
    own = [op for op, one in zip(graph.operations, marked, strict=True) if one]
    joined = "; ".join(f"{graph.operations[a]} to {graph.operations[b]}" for a, b in graph.edges[:40])
    only = f" Not in the best of the other tasks: {', '.join(own)}." if own else ""
    if not graph.is_connected:
        return f"Best architecture of {best.task}, {best.architecture}: no path leads from its input to its output."
    return f"Best architecture of {best.task}, {best.architecture}: {joined}.{only}"


def _kind(operation: str) -> str:
    """An operation without the cell it stands in (``normal:sep_conv_3x3``)."""
    return operation.rpartition(":")[2]


def _line(route: Sequence[Point], box: float, step: float) -> list[Point]:
    """A smooth line from the right edge of the first box through the points to the left edge of the last."""
    middle = [(8 + box / 2 + x * step, 8 + _BOX / 2 + y * _ROW) for x, y in route]
    line: list[Point] = [(middle[0][0] + box / 2, middle[0][1])]
    for i, (x, y) in enumerate(middle[1:], 2):
        x0, y0 = line[-1]
        x1 = x - box / 2 - (4 if i == len(middle) else 0)  # the head of the arrow stands before the box
        for k in range(1, _SAMPLES + 1):
            share = k / _SAMPLES
            smooth = share * share * (3 - 2 * share)
            line.append((round(x0 + share * (x1 - x0), 1), round(y0 + smooth * (y - y0), 1)))
        if i < len(middle):  # level beside the boxes of this layer, so that it touches none
            line.append((x + box / 2, y))
    return line
