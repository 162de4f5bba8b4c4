"""Lines with bands, a panel beside the other; where lines coincide, all of them are seen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ktnas.report.figures.style import MUTED, STYLE, Form, look, rendered, short
from ktnas.typing import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D


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
            _weave(axes, panel.lines, [look(known.index(line.name))[0] for line in panel.lines], steps=steps)
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
    colour, dash = look(number)
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
