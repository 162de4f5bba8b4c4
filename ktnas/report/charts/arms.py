"""Several methods on one task: how each went, and what each came to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ktnas.formatting import number_text
from ktnas.report.charts.chart import Axis, Bars, Chart, Curve, Layer, Points
from ktnas.report.charts.convergence import band_of
from ktnas.report.charts.curves import around, drawable, settled_range, stairs
from ktnas.report.comparison import CaseComparison
from ktnas.report.figures.bands import Panel

_BANDS = 6
"""Arms whose quartiles are drawn, at most: bands of more hide one another."""


def arms_chart(case: str, panel: Panel, arms: Sequence[str], *, runs: int) -> Chart:
    """How every arm went on one task: median and quartiles of its runs.

    Args:
        case: What was searched.
        panel: The arms' lines on one task.
        arms: All arms of the page, in the order of their colours.
        runs: The most runs that an arm has.
    """
    banded = runs > 1 and len(panel.lines) <= _BANDS
    colours = {arm: f"series:{i}" for i, arm in enumerate(arms)}
    layers: list[Layer] = [
        band_of(line.low, line.high, "", colours[line.name]) for line in (panel.lines if banded else ())
    ]
    for line in panel.lines:
        one = stairs(line.middle)
        layers.append(Curve(one.x, one.y, line.name, colours[line.name]))
    longest = max((len(line.x) for line in panel.lines), default=1)
    heights = [line.middle.tolist() for line in panel.lines]
    positive = [value for curve in heights for value in curve if np.isfinite(value)]
    axis = (
        Axis(panel.y_label, "log", range=(max(positive, default=1.0) * 1.15, 0.85))
        if panel.logarithmic
        else Axis(panel.y_label, range=settled_range(heights))
    )
    ends = "; ".join(
        f"{line.name} {number_text(line.middle[-1])}" for line in panel.lines if np.isfinite(line.middle[-1])
    )
    return Chart(
        name=f"arms {case} {panel.title}",
        title=panel.title,
        about=f"{panel.y_label} over evaluations on {panel.title}, a line per method; at the end: {ends}.",
        x=Axis("evaluations", range=(0.5, max(2.0, longest * 1.02 + 0.5)), whole=True),
        y=axis,
        layers=tuple(layers),
        height=320,
    )


def means_chart(comparison: CaseComparison, task: str, arms: Sequence[str]) -> Chart | None:
    """What every arm came to on one task: the mean of its runs, and its interval; None where nothing is known."""
    cells = [cell for arm in comparison.arms if (cell := comparison.cell(arm, task)) is not None]
    cells = [cell for cell in cells if np.isfinite(drawable(cell.mean))]
    if not cells:
        return None
    layers: list[Layer] = []
    ends: list[float] = []
    for cell in cells:
        colour = f"series:{arms.index(cell.arm)}"
        low, high = (cell.mean, cell.mean) if cell.interval is None else (cell.interval.low, cell.interval.high)
        tip = f"{cell.arm}\n{number_text(cell.mean)} ({number_text(low)} to {number_text(high)})\n{cell.runs} runs"
        layers.append(Bars([cell.arm], [low], [high], [tip], "", colour, flat=True, thick=0.25))
        layers.append(Points([cell.mean], [cell.arm], [tip], "", colour, size=11))
        ends += [low, high]
    found = "; ".join(f"{cell.arm} {number_text(cell.mean)}" for cell in cells)
    return Chart(
        name=f"means {comparison.case} {task}",
        title=f"{task}: mean and 95 % interval",
        about=f"{comparison.measure.value} on {task}, mean of the runs: {found}.",
        x=Axis(comparison.measure.value, range=around(ends, 0.12)),
        y=Axis(kind="category", categories=tuple(cell.arm for cell in reversed(cells))),
        layers=tuple(layers),
        height=90 + 34 * len(cells),
    )
