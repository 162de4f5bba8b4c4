"""Figures as PNG: the course of a search, and an architecture drawn. The only importer of matplotlib.

Figures are drawn on a canvas of their own, without ``pyplot``: it keeps global state and takes long to import.
"""

from __future__ import annotations

import io
import math
import statistics
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ktnas.drawing import Drawing, lay_out
from ktnas.graph import INPUT, OUTPUT, OperationGraph
from ktnas.trial import Task

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 110
NAME_LIMIT = 28
"""Characters of an operation's name that are drawn, at most."""

INK, MUTED, GRID = "#1f2933", "#7b8794", "#e4e7eb"
LINE, OPTIMUM = "#2563eb", "#d97706"
PALETTE = ("#bfdbfe", "#bbf7d0", "#fde68a", "#fbcfe8", "#ddd6fe", "#fed7aa", "#a5f3fc", "#d9f99d", "#fecaca", "#e9d5ff")
"""Fills of operations, in the order of their names."""

STYLE: dict[Any, Any] = {  # matplotlib's own type for it differs from version to version
    "font.size": 9.0,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "axes.titlesize": 10.0,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": GRID,
    "axes.axisbelow": True,
    "text.parse_math": False,
}


@dataclass(frozen=True, slots=True)
class Course:
    """The course of a search on one task.

    Attributes:
        task: The task.
        curves: Per run, the best fitness after each evaluation; None while all have failed.
        optimum: The best listed fitness; None if unknown.
    """

    task: Task
    curves: tuple[Sequence[float | None], ...]
    optimum: float | None = None


def convergence(courses: Sequence[Course], title: str) -> bytes:
    """Best value so far over evaluations, one panel per task; with several runs, each thin and their median bold."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    columns = min(len(courses), 3 if len(courses) not in (2, 4) else 2)
    rows = math.ceil(len(courses) / columns)
    with rc_context(STYLE):
        figure = Figure(
            figsize=(max(5.0, 3.6 * columns), 2.7 * rows + 0.5), layout=ConstrainedLayoutEngine(h_pad=0.08, w_pad=0.08)
        )
        for i, course in enumerate(courses):
            axes = figure.add_subplot(rows, columns, i + 1)
            _panel(axes, course)
            if i >= len(courses) - columns:
                axes.set_xlabel("evaluations")
        figure.suptitle(short(title, 30 + 30 * columns), fontsize=10, color=MUTED)
        return png(figure)


def _panel(axes: Axes, course: Course) -> None:
    from matplotlib.ticker import MaxNLocator

    task = course.task
    curves = [_values(task, curve) for curve in course.curves]
    alone = len(curves) == 1
    for curve in curves:
        steps = range(1, len(curve) + 1)
        axes.step(steps, curve, where="post", color=LINE, lw=1.8 if alone else 0.8, alpha=1.0 if alone else 0.3)
    if alone and curves[0]:
        axes.plot(len(curves[0]), curves[0][-1], "o", color=LINE, ms=4)
    elif not alone:
        median = _median(curves)
        axes.step(range(1, len(median) + 1), median, where="post", color=LINE, lw=2.0, label="median")
    if course.optimum is not None:
        axes.axhline(task.to_fitness(course.optimum), color=OPTIMUM, lw=1.1, ls=(0, (4, 3)), label="best listed")
    _limit(axes, curves, course)
    axes.set_title(short(task.name, 36), loc="left", fontweight="bold")
    axes.set_ylabel(short(f"{task.metric} ({task.unit})" if task.unit else task.metric, 32))
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.ticklabel_format(axis="y", useOffset=False)
    if course.optimum is not None or not alone:
        axes.legend(loc="best", frameon=False, fontsize=8)


def short(text: str, limit: int) -> str:
    """A text of at most ``limit`` characters; what is cut off ends in an ellipsis."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _values(task: Task, curve: Sequence[float | None]) -> list[float]:
    return [math.nan if fitness is None else task.to_fitness(fitness) for fitness in curve]


def _median(curves: Sequence[Sequence[float]]) -> list[float]:
    """The median of the runs, of those that have a value; one that ended keeps its last."""
    longest = max(map(len, curves))
    full = [[*curve, *[curve[-1]] * (longest - len(curve))] for curve in curves if curve]
    columns = ([value for value in column if math.isfinite(value)] for column in zip(*full, strict=True))
    return [statistics.median(column) if column else math.nan for column in columns]


def _limit(axes: Axes, curves: Sequence[Sequence[float]], course: Course) -> None:
    """Leave the first tenth of the evaluations out of the vertical range, where they would flatten the rest."""
    late = (value for curve in curves for value in curve[max(0, len(curve) // 10 - 1) :])
    settled = [value for value in late if math.isfinite(value)]
    if course.optimum is not None:
        settled.append(course.task.to_fitness(course.optimum))
    if settled:
        low, high = min(settled), max(settled)
        margin = 0.06 * (high - low) or abs(high) * 0.01 or 1.0
        axes.set_ylim(low - margin, high + margin)
    axes.set_xlim(0.5, max(2.0, max(map(len, curves), default=1) * 1.02 + 0.5))


def architecture(graph: OperationGraph, title: str, caption: str = "", operations: Sequence[str] = ()) -> bytes:
    """An architecture drawn from left to right.

    Args:
        graph: Its pruned operation graph.
        title: First line above the drawing.
        caption: Second line, smaller; broken where it is too long.
        operations: Every operation of the space, so that one has the same colour in every drawing.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    drawing = lay_out(graph)
    longest = min(NAME_LIMIT, max(map(len, graph.operations)))
    box = 0.088 * longest + 0.3  # inches that hold the longest name
    step, gap = box + 0.55, 0.62
    width = max(4.0, step * (drawing.width + 1) + 0.2)
    lines = textwrap.wrap(caption, max(30, int(width * 13)), break_on_hyphens=False)
    head = 0.45 + 0.19 * len(lines)
    height = head + max(1.3, gap * (drawing.height + 1) + 0.3)
    with rc_context(STYLE):
        figure = Figure(figsize=(width, height))
        figure.text(0.15 / width, 1 - 0.3 / height, short(title, int(width * 11)), fontsize=11, fontweight="bold")
        for i, line in enumerate(lines):
            figure.text(0.15 / width, 1 - (0.52 + 0.19 * i) / height, line, fontsize=8, color=MUTED, family="monospace")
        axes = figure.add_axes((0, 0, 1, 1 - head / height))
        axes.set_axis_off()
        middle_x, middle_y = step * drawing.width / 2, gap * drawing.height / 2
        axes.set_xlim(middle_x - width / 2, middle_x + width / 2)
        axes.set_ylim(middle_y + (height - head) / 2, middle_y - (height - head) / 2)
        _draw(axes, graph, drawing, (step, gap, box), _colours({*operations, *graph.operations}))
        return png(figure)


def _colours(operations: set[str]) -> Mapping[str, str]:
    kinds = sorted({_kind(name) for name in operations - {INPUT, OUTPUT}})
    fill = {kind: PALETTE[i % len(PALETTE)] for i, kind in enumerate(kinds)}
    return {name: fill[_kind(name)] for name in operations - {INPUT, OUTPUT}}


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
                fc="white" if end else colours[operation],
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


def png(figure: Figure) -> bytes:
    """A figure as PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    FigureCanvasAgg(figure)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI)
    return buffer.getvalue()
