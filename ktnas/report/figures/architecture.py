"""An architecture drawn as PNG."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ktnas.report.figures.graph_layout import Drawing, lay_out
from ktnas.spaces.graph import INPUT, OUTPUT, OperationGraph

if TYPE_CHECKING:
    from matplotlib.axes import Axes
from ktnas.report.figures.convergence import NAME_LIMIT
from ktnas.report.figures.style import INK, MUTED, OPTIMUM, STYLE, Form, fill, rendered, short


def architecture(
    graph: OperationGraph, title: str, caption: str = "", operations: Sequence[str] = (), *, form: Form = "png"
) -> bytes:
    """An architecture drawn from left to right; where its operations say of which cell they are, a panel per cell.

    Args:
        graph: Its pruned operation graph.
        title: First line above the drawing.
        caption: Second line, smaller; broken where it is too long.
        operations: Every operation of the space, so that one has the same colour in every drawing.
        form: What it is drawn as.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    panels = [_Panel(name, cell, lay_out(cell)) for name, cell in cells(graph)]
    longest = min(NAME_LIMIT, max(len(name) for panel in panels for name in panel.graph.operations))
    box = 0.088 * longest + 0.3  # inches that hold the longest name
    scale = box + 0.55, 0.62, box
    width = max(4.0, *(scale[0] * (panel.drawing.width + 1) + 0.2 for panel in panels))
    lines = textwrap.wrap(caption, max(30, int(width * 13)), break_on_hyphens=False)
    head = 0.45 + 0.19 * len(lines)
    height = head + sum(panel.height(scale[1]) for panel in panels)
    colours = _colours({*operations, *graph.operations})
    with rc_context(STYLE):
        figure = Figure(figsize=(width, height))
        figure.text(0.15 / width, 1 - 0.3 / height, short(title, int(width * 11)), fontsize=11, fontweight="bold")
        for i, line in enumerate(lines):
            figure.text(0.15 / width, 1 - (0.52 + 0.19 * i) / height, line, fontsize=8, color=MUTED, family="monospace")
        top = height - head
        for panel in panels:
            own = panel.height(scale[1])
            top -= own
            if panel.name:
                figure.text(0.15 / width, (top + own - 0.2) / height, panel.name, fontsize=10, fontweight="bold")
            axes = figure.add_axes((0, top / height, 1, (own - panel.head) / height))
            axes.set_axis_off()
            middle_x, middle_y = scale[0] * panel.drawing.width / 2, scale[1] * panel.drawing.height / 2
            axes.set_xlim(middle_x - width / 2, middle_x + width / 2)
            axes.set_ylim(middle_y + (own - panel.head) / 2, middle_y - (own - panel.head) / 2)
            _draw(axes, panel.graph, panel.drawing, scale, colours)
        return rendered(figure, form)


@dataclass(frozen=True, slots=True)
class _Panel:
    """A cell, or a whole architecture, and where its parts go."""

    name: str
    graph: OperationGraph
    drawing: Drawing

    @property
    def head(self) -> float:
        """Inches for its name."""
        return 0.3 if self.name else 0.0

    def height(self, gap: float) -> float:
        """Inches."""
        return self.head + max(1.3, gap * (self.drawing.height + 1) + 0.3)


def cells(graph: OperationGraph) -> list[tuple[str, OperationGraph]]:
    """The cells of an architecture whose operations are named ``cell:operation``; of others the whole, without a name.

    >>> graph = OperationGraph(("input", "a:c", "a:conv", "b:c", "b:pool", "output"), ((0, 1), (1, 2), (3, 4), (4, 5)))
    >>> [(name, cell.operations, cell.edges) for name, cell in cells(graph)]
    [('a', ('c', 'conv'), ((0, 1),)), ('b', ('c', 'pool'), ((0, 1),))]
    """
    named = {i: name.partition(":") for i, name in enumerate(graph.operations) if name not in (INPUT, OUTPUT)}
    if not named or not all(separator for _, separator, _ in named.values()):
        return [("", graph)]
    found = []
    for cell in dict.fromkeys(cell for cell, _, _ in named.values()):
        place = {i: number for number, i in enumerate(i for i, (own, _, _) in named.items() if own == cell)}
        edges = tuple((place[a], place[b]) for a, b in graph.edges if a in place and b in place)
        found.append((cell, OperationGraph(tuple(named[i][2] for i in place), edges)))
    return found


def _colours(operations: set[str]) -> Mapping[str, str]:
    kinds = sorted({_kind(name) for name in operations - {INPUT, OUTPUT}})
    return {kind: fill(i) for i, kind in enumerate(kinds)}


def _kind(operation: str) -> str:
    """An operation without the cell it stands in (``normal:sep_conv_3x3``)."""
    return operation.rpartition(":")[2]


def _draw(
    axes: Axes, graph: OperationGraph, drawing: Drawing, scale: tuple[float, float, float], colours: Mapping[str, str]
) -> None:
    from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
    from matplotlib.path import Path

    step, gap, box = scale
    for route in drawing.routes:
        points = [(x * step, y * gap) for x, y in route]
        path = Path(*_curve(points, box / 2))
        axes.add_patch(
            FancyArrowPatch(path=path, arrowstyle="-|>", mutation_scale=9, color=MUTED, lw=1.1, shrinkA=0, shrinkB=1)
        )
    for (x, y), operation in zip(drawing.places, graph.operations, strict=True):
        end = operation in (INPUT, OUTPUT)
        axes.add_patch(
            FancyBboxPatch(
                (x * step - box / 2 + 0.06, y * gap - 0.13),
                box - 0.12,
                0.26,
                boxstyle="round,pad=0.06",
                fc="white" if end else colours[_kind(operation)],
                ec=MUTED if end else INK,
                lw=0.9,
            )
        )
        axes.text(
            x * step,
            y * gap,
            short(operation, NAME_LIMIT),
            ha="center",
            va="center_baseline",
            fontsize=9,
            color=MUTED if end else INK,
        )
    if not graph.is_connected:
        middle = (drawing.width * step / 2, drawing.height * gap / 2)
        axes.text(*middle, "no path", ha="center", va="center", color=OPTIMUM, style="italic")


def _curve(points: Sequence[tuple[float, float]], half: float) -> tuple[list[tuple[float, float]], list[int]]:
    """A smooth path from the right edge of the first box through the points to the left edge of the last."""
    from matplotlib.path import Path

    x, y = points[0]
    vertices, codes = [(x + half, y)], [int(Path.MOVETO)]
    for i, (x, y) in enumerate(points[1:], 2):
        x0, y0 = vertices[-1]
        bend = (x - half - x0) / 2
        vertices += [(x0 + bend, y0), (x - half - bend, y), (x - half, y)]
        codes += [int(Path.CURVE4)] * 3
        if i < len(points):  # level beside the boxes of this layer, so that it touches none
            vertices.append((x + half, y))
            codes.append(int(Path.LINETO))
    return vertices, codes
