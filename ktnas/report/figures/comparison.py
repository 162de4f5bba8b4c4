"""Figures that set arms side by side: lines with bands, matrices, and the diagram of mean ranks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ktnas.errors import ConfigurationError
from ktnas.report.figures.style import INK, MUTED, STYLE, Form, png, rendered, short
from ktnas.report.statistics import EXTRA, MeanRanks
from ktnas.typing import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage
    from matplotlib.lines import Line2D


COLOURS = ("#2563eb", "#d97706", "#059669", "#db2777", "#7c3aed", "#0891b2", "#65a30d", "#dc2626", "#57534e", "#0f172a")


DASHES = ("-", (0, (5, 2)), (0, (1.5, 1.5)))
"""Lines beyond the last colour begin with the first again, dashed."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line with its band.

    Attributes:
        name: Its name; lines of the same name have the same colour in every panel.
        x: ``(n,)`` positions, ascending.
        middle: ``(n,)`` heights; NaN where there are none.
        low: ``(n,)`` lower edge of the band.
        high: ``(n,)`` upper edge.
    """

    name: str
    x: FloatArray
    middle: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, slots=True)
class Panel:
    """One set of axes.

    Attributes:
        title: What is above it.
        y_label: What is measured.
        lines: The lines.
        logarithmic: Whether heights are on a logarithmic scale.
    """

    title: str
    y_label: str
    lines: tuple[Line, ...]
    logarithmic: bool = False


def bands(
    panels: Sequence[Panel],
    title: str,
    *,
    x_label: str = "evaluations",
    steps: bool = True,
    logarithmic_x: bool = False,
    arms: Sequence[str] = (),
    form: Form = "png",
) -> bytes:
    """Lines with bands, one panel beside the other, and one legend for all.

    Args:
        panels: The panels, at least one.
        title: What is above all.
        x_label: What is below all.
        steps: Whether a height holds until the next position, instead of a straight line to it.
        logarithmic_x: Whether positions are on a logarithmic scale: one slow line then leaves room for the others.
        arms: Names in the order of their colours, so that one has the same colour in several figures; those of other
            lines follow.
        form: What it is drawn as.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine
    from matplotlib.ticker import MaxNLocator

    columns = min(len(panels), 3 if len(panels) not in (2, 4) else 2)
    rows = math.ceil(len(panels) / columns)
    known = list(dict.fromkeys([*arms, *(line.name for panel in panels for line in panel.lines)]))
    drawn = {line.name for panel in panels for line in panel.lines}
    names = [name for name in known if name in drawn]
    with rc_context(STYLE):
        layout = ConstrainedLayoutEngine(h_pad=0.08, w_pad=0.08)
        width = max(6.0, 3.6 * columns)
        labels = [short(name, 40) for name in names]
        beside = max(1, int(width * 12 / (max(map(len, labels), default=0) + 8)))
        below = 0.2 * math.ceil(len(labels) / beside)
        figure = Figure(figsize=(width, 2.7 * rows + 0.6 + below), layout=layout)
        handles: dict[str, Line2D] = {}
        for i, panel in enumerate(panels):
            axes = figure.add_subplot(rows, columns, i + 1)
            for line in panel.lines:
                handles.setdefault(line.name, _draw(axes, line, known.index(line.name), steps=steps))
            _weave(axes, panel.lines, [_look(known.index(line.name))[0] for line in panel.lines], steps=steps)
            _label(axes, panel, logarithmic_x=logarithmic_x)
            if steps and not logarithmic_x:
                axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))  # evaluations are whole
            if i >= len(panels) - columns:
                axes.set_xlabel(x_label)
        legend = [handles[name] for name in names]
        if legend:
            figure.legend(legend, labels, loc="outside lower center", ncols=min(beside, len(legend)), frameon=False)
        figure.suptitle(short(title, 40 + 30 * columns), fontsize=10, color=MUTED)
        return rendered(figure, form)


def _label(axes: Axes, panel: Panel, *, logarithmic_x: bool) -> None:
    axes.set_title(short(panel.title, 36), loc="left", fontweight="bold")
    axes.set_ylabel(short(panel.y_label, 32))
    if panel.logarithmic:
        axes.set_yscale("log")
    if logarithmic_x:
        axes.set_xscale("log")
    for axis, logarithmic in ((axes.yaxis, panel.logarithmic), (axes.xaxis, logarithmic_x)):
        if logarithmic:
            axis.set_major_formatter("{x:,.5g}")
            axis.set_minor_formatter("")


def _draw(axes: Axes, line: Line, number: int, *, steps: bool) -> Line2D:
    colour, dash = _look(number)
    drawn = axes.plot(
        line.x, line.middle, color=colour, ls=dash, lw=1.6, drawstyle="steps-post" if steps else "default"
    )
    axes.fill_between(line.x, line.low, line.high, color=colour, alpha=0.13, lw=0, step="post" if steps else None)
    return drawn[0]


_STITCH = 4.0
"""Widths of a line after which the next of several that coincide is seen."""


def _weave(axes: Axes, lines: Sequence[Line], colours: Sequence[str], *, steps: bool) -> None:
    """Draw stretches on which lines coincide in all of their colours in turn, lest the last one hide the others."""
    for stretch in coinciding(lines, steps=steps):
        gap = _STITCH * (len(stretch.lines) - 1)
        for turn, number in enumerate(stretch.lines):
            axes.plot(
                stretch.x,
                stretch.y,
                color=colours[number],
                lw=1.6,
                ls=(-_STITCH * turn, (_STITCH, gap)),
                dash_capstyle="butt",
                drawstyle="steps-post" if steps else "default",
            )


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where lines lie on one another.

    Attributes:
        lines: Their numbers.
        x: Positions.
        y: Heights.
    """

    lines: tuple[int, ...]
    x: FloatArray
    y: FloatArray


def coinciding(lines: Sequence[Line], *, steps: bool) -> list[Stretch]:
    """The stretches, from left to right, on which two or more lines have the same heights at the same positions.

    Args:
        lines: The lines.
        steps: Whether a height holds until the next position.
    """
    heights: dict[float, dict[float, list[int]]] = {}
    for number, line in enumerate(lines):
        for x, y in zip(line.x.tolist(), line.middle.tolist(), strict=True):
            if math.isfinite(y):
                heights.setdefault(x, {}).setdefault(y, []).append(number)
    positions = sorted(heights)
    after = dict(pairwise(positions))
    going: dict[tuple[int, ...], list[tuple[float, float]]] = {}
    found: list[tuple[tuple[int, ...], list[tuple[float, float]]]] = []
    for x in positions:
        here = {tuple(numbers): y for y, numbers in heights[x].items() if len(numbers) > 1}
        going = {numbers: points for numbers, points in going.items() if numbers in here}
        for numbers, y in here.items():
            if numbers not in going:
                going[numbers] = []
                found.append((numbers, going[numbers]))
            going[numbers].append((x, y))
    if steps:  # the last height holds until what follows
        for _, points in found:
            if points[-1][0] in after:
                points.append((after[points[-1][0]], points[-1][1]))
    return [
        Stretch(numbers, *(np.array(values) for values in zip(*points, strict=True)))
        for numbers, points in found
        if len(points) > 1
    ]


def _look(number: int) -> tuple[str, str | tuple[int, tuple[float, float]]]:
    return COLOURS[number % len(COLOURS)], DASHES[number // len(COLOURS) % len(DASHES)]


@dataclass(frozen=True, slots=True)
class Cloud:
    """Points of one set of axes.

    Attributes:
        title: What is above it.
        x: ``(n,)`` positions.
        y: ``(n,)`` heights.
        x_label: What is below it.
        y_label: What is beside it.
    """

    title: str
    x: FloatArray
    y: FloatArray
    x_label: str
    y_label: str


def clouds(parts: Sequence[Cloud], title: str) -> bytes:
    """Points, one set of axes beside the other, at most three in a row."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    columns = min(len(parts), 3)
    rows = math.ceil(len(parts) / columns)
    with rc_context(STYLE):
        size = (max(4.5, 3.6 * columns), 3.0 * rows + 0.4)
        figure = Figure(figsize=size, layout=ConstrainedLayoutEngine(h_pad=0.08, w_pad=0.08))
        for i, part in enumerate(parts):
            axes = figure.add_subplot(rows, columns, i + 1)
            axes.scatter(part.x, part.y, s=18, color=COLOURS[0], alpha=0.7, lw=0)
            axes.set_title(short(part.title, 36), loc="left", fontweight="bold")
            axes.set_xlabel(short(part.x_label, 40))
            axes.set_ylabel(short(part.y_label, 40))
        figure.suptitle(short(title, 40 + 30 * columns), fontsize=10, color=MUTED)
        return png(figure)


@dataclass(frozen=True, slots=True)
class Matrix:
    """Numbers by row and column.

    Attributes:
        values: ``(rows, columns)``; NaN where there is none.
        rows: Their names.
        columns: Their names.
        title: What is above it.
        limit: Colours run from ``-limit`` (red) over 0 (white) to ``limit`` (blue); of several matrices in one figure,
            the largest limit holds for all.
        digits: Digits after the point.
        marked: ``(rows, columns)`` which numbers are printed bold; None for none.
    """

    values: FloatArray
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    title: str
    limit: float
    digits: int = 2
    marked: FloatArray | None = None


def matrices(parts: Sequence[Matrix], title: str, *, row_label: str = "", column_label: str = "") -> bytes:
    """Matrices as coloured tables beside one another, all on one scale, with its colour bar."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    height = max(0.42 * len(part.rows) for part in parts) + 2.0
    widths = [0.62 * len(part.columns) + 1.6 for part in parts]
    limit = max(part.limit for part in parts)
    with rc_context(STYLE):
        figure = Figure(figsize=(max(5.0, sum(widths) + 0.9), height), layout=ConstrainedLayoutEngine())
        panels = np.ravel(figure.subplots(1, len(parts), width_ratios=widths))
        for axes, part in zip(panels, parts, strict=True):
            image = _fill(axes, part, limit)
            axes.set_xlabel(column_label)
            axes.set_ylabel(row_label)
        bar = figure.colorbar(image, ax=panels.tolist(), fraction=0.05, pad=0.02, aspect=25)
        bar.outline.set_visible(False)
        figure.suptitle(title, fontsize=10, color=MUTED)
        return png(figure)


def _fill(axes: Axes, part: Matrix, limit: float) -> AxesImage:
    image = axes.imshow(part.values, cmap="RdBu", vmin=-limit, vmax=limit, aspect="auto")
    axes.set_xticks(range(len(part.columns)), part.columns, rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(part.rows)), part.rows)
    axes.grid(visible=False)
    axes.set_title(part.title, loc="left", fontweight="bold")
    for (i, j), value in np.ndenumerate(part.values):
        if math.isfinite(value):
            axes.text(
                j,
                i,
                f"{value:.{part.digits}f}",
                ha="center",
                va="center",
                fontsize=7.5,
                color="white" if abs(value) > 0.65 * limit else INK,
                fontweight="bold" if part.marked is not None and part.marked[i, j] > 0 else "normal",
            )
    return image


def rank_diagram(ranks: MeanRanks, title: str, *, arms: Sequence[str] = (), form: Form = "png") -> bytes:
    """Arms on a line by their mean rank; a bar joins those whose difference is not significant (Demsar 2006).

    Args:
        ranks: Of the arms.
        title: What is above.
        arms: Names in the order of their colours, as in `bands`.
        form: What it is drawn as.

    Raises:
        ConfigurationError: If scikit-posthocs is not installed.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    try:
        import pandas as pd
        from scikit_posthocs import critical_difference_diagram
    except ImportError:
        raise ConfigurationError(f"the diagram of mean ranks needs scikit-posthocs; {EXTRA}") from None
    names = list(ranks.names)
    known = list(dict.fromkeys([*arms, *names]))
    with rc_context({**STYLE, "axes.grid": False}):
        figure = Figure(figsize=(8.0, 1.6 + 0.22 * len(names)), layout=ConstrainedLayoutEngine())
        axes = figure.add_subplot()
        critical_difference_diagram(
            dict(zip(names, ranks.ranks, strict=True)),
            pd.DataFrame(ranks.pairwise, index=names, columns=names),
            ax=axes,
            label_props={"fontsize": 8.5},
            color_palette={name: _look(known.index(name))[0] for name in names},
        )
        figure.suptitle(title, fontsize=10, color=MUTED)
        return rendered(figure, form)
