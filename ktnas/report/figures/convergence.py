"""Convergence of a search as PNG.

Figures are drawn on a canvas of their own, without ``pyplot``: it keeps global state and takes long to import.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ktnas.problem.task import Task

if TYPE_CHECKING:
    from matplotlib.axes import Axes
from ktnas.report.figures.style import ALONE, LINE, MUTED, OPTIMUM, STYLE, Form, drawn, rendered, short

NAME_LIMIT = 28
"""Characters of an operation's name that are drawn, at most."""


@dataclass(frozen=True, slots=True)
class TaskCurves:
    """The trajectory of a search on one task.

    Attributes:
        task: The task.
        curves: Per run, the best fitness after each evaluation; None while all have failed.
        optimum: The best listed fitness; None if unknown.
        alone: The same as ``curves`` of searches of this task alone; empty if there are none.
    """

    task: Task
    curves: tuple[Sequence[float | None], ...]
    optimum: float | None = None
    alone: tuple[Sequence[float | None], ...] = ()


def convergence(trajectories: Sequence[TaskCurves], title: str, *, form: Form = "png") -> bytes:
    """Best value so far over evaluations, one panel per task; with several runs, each thin and their median bold.

    Searches of a task alone lie beneath, dashed.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    columns = min(len(trajectories), 3 if len(trajectories) not in (2, 4) else 2)
    rows = math.ceil(len(trajectories) / columns)
    with rc_context(STYLE):
        figure = Figure(
            figsize=(max(5.0, 3.6 * columns), 2.7 * rows + 0.5), layout=ConstrainedLayoutEngine(h_pad=0.08, w_pad=0.08)
        )
        for i, trajectory in enumerate(trajectories):
            axes = figure.add_subplot(rows, columns, i + 1)
            _panel(axes, trajectory)
            if i >= len(trajectories) - columns:
                axes.set_xlabel("evaluations")
        figure.suptitle(short(title, 30 + 30 * columns), fontsize=10, color=MUTED)
        return rendered(figure, form)


def _panel(axes: Axes, trajectory: TaskCurves) -> None:
    from matplotlib.ticker import MaxNLocator

    task = trajectory.task
    curves = [_values(task, curve) for curve in trajectory.curves]
    others = [_values(task, curve) for curve in trajectory.alone]
    if others:
        _draw(axes, others, ALONE, "searched alone", ls=(0, (3, 1.5)))
    _draw(axes, curves, LINE, "shared" if others else "median")
    if trajectory.optimum is not None:
        axes.axhline(
            drawn(task.to_fitness(trajectory.optimum)), color=OPTIMUM, lw=1.1, ls=(0, (4, 3)), label="best listed"
        )
    _limit(axes, [*curves, *others], trajectory)
    axes.set_title(short(task.name, 36), loc="left", fontweight="bold")
    axes.set_ylabel(short(f"{task.metric} ({task.unit})" if task.unit else task.metric, 32))
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.ticklabel_format(axis="y", useOffset=False)
    if trajectory.optimum is not None or len(curves) > 1 or others:
        axes.legend(loc="best", frameon=False, fontsize=8)


def _draw(
    axes: Axes,
    curves: Sequence[Sequence[float]],
    colour: str,
    label: str,
    ls: str | tuple[int, tuple[float, ...]] = "-",
) -> None:
    """One curve bold, with a dot at its end; several thin, and their median bold."""
    single = len(curves) == 1
    for curve in [] if single else curves:
        axes.step(range(1, len(curve) + 1), curve, where="post", color=colour, lw=0.8, alpha=0.3)
    bold = curves[0] if single else _median(curves)
    told = label if not single or label != "median" else None
    axes.step(range(1, len(bold) + 1), bold, where="post", color=colour, lw=1.8 if single else 2.0, ls=ls, label=told)
    if single and bold:
        axes.plot(len(bold), bold[-1], "o", color=colour, ms=4)


def _values(task: Task, curve: Sequence[float | None]) -> list[float]:
    return [math.nan if fitness is None else drawn(task.to_fitness(fitness)) for fitness in curve]


def _median(curves: Sequence[Sequence[float]]) -> list[float]:
    """The median of the runs, of those that have a value; one that ended keeps its last."""
    longest = max(map(len, curves))
    full = [[*curve, *[curve[-1]] * (longest - len(curve))] for curve in curves if curve]
    columns = ([value for value in column if math.isfinite(value)] for column in zip(*full, strict=True))
    return [statistics.median(column) if column else math.nan for column in columns]


def _limit(axes: Axes, curves: Sequence[Sequence[float]], trajectory: TaskCurves) -> None:
    """Leave the first tenth of the evaluations out of the vertical range, where they would flatten the rest."""
    settled = [value for curve in curves for value in curve[max(0, len(curve) // 10 - 1) :]]
    if trajectory.optimum is not None:
        settled.append(drawn(trajectory.task.to_fitness(trajectory.optimum)))
    settled = [value for value in settled if math.isfinite(value)]
    if settled:
        low, high = min(settled), max(settled)
        margin = 0.06 * (high - low) or abs(high) * 0.01 or 1.0
        axes.set_ylim(low - margin, high + margin)
    axes.set_xlim(0.5, max(2.0, max(map(len, curves), default=1) * 1.02 + 0.5))
