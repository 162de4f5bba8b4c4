"""How a search went on one task: the best value so far over evaluations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ktnas.formatting import number_text
from ktnas.problem.task import Task, value_text
from ktnas.report.charts.chart import Axis, Band, Chart, Curve, Layer, Rule, ThinLines
from ktnas.report.charts.curves import drawable, padded, quantiles, settled_range, stairs
from ktnas.typing import FloatArray

_THREADS = 30
"""Single runs that are drawn beneath their median, at most."""


@dataclass(frozen=True, slots=True)
class Incumbents:
    """The best fitness after each evaluation, run by run; None while all have failed."""

    task: Task
    together: tuple[Sequence[float | None], ...]
    alone: tuple[Sequence[float | None], ...] = ()
    best_listed: float | None = None


def convergence_chart(found: Incumbents) -> Chart:
    """The best value so far; of several runs their median, quartiles and each of them, and the best listed."""
    task = found.task
    together, alone = _values(task, found.together), _values(task, found.alone)
    listed = None if found.best_listed is None else drawable(task.to_fitness(found.best_listed))
    layers: list[Layer] = []
    if alone:
        layers += _runs(alone, "searched alone", "alone", dash=True)
    layers += _runs(together, "with the others" if alone else "best so far", "line")
    if listed is not None:
        layers.append(Rule(listed, "best listed"))
    unit = f" ({task.unit})" if task.unit else ""
    longest = max((len(curve) for curve in (*together, *alone)), default=1)
    return Chart(
        name=f"convergence {task.name}",
        title=task.name,
        about=_about(found),
        x=Axis("evaluations", range=(0.5, max(2.0, longest * 1.02 + 0.5)), whole=True),
        y=Axis(f"{task.metric}{unit}", range=settled_range([*together, *alone], [] if listed is None else [listed])),
        layers=tuple(layers),
    )


def _values(task: Task, curves: Sequence[Sequence[float | None]]) -> list[list[float]]:
    return [[drawable(None if f is None else task.to_fitness(f)) for f in curve] for curve in curves if curve]


def _runs(curves: Sequence[Sequence[float]], name: str, colour: str, *, dash: bool = False) -> list[Layer]:
    if not curves:
        return []
    if len(curves) == 1:
        one = stairs(curves[0])
        return [Curve(one.x, one.y, name, colour, dash)]
    low, middle, high = quantiles(padded(curves))
    each = [stairs(curve) for curve in curves[:_THREADS]]
    median = stairs(middle)
    return [
        band_of(low, high, f"{name}: half of the runs", colour),
        ThinLines([one.x for one in each], [one.y for one in each], f"{name}: each run", colour, alpha=0.25),
        Curve(median.x, median.y, f"{name}: median", colour, dash, 2.4),
    ]


def band_of(low: FloatArray, high: FloatArray, label: str, colour: str) -> Band:
    """Between two stairs: points wherever either changes."""
    changes = [i for i in range(len(low)) if i == 0 or low[i] != low[i - 1] or high[i] != high[i - 1]]
    x: list[float] = []
    below: list[float] = []
    above: list[float] = []
    for i in changes:
        if x:
            x.append(i + 1)
            below.append(below[-1])
            above.append(above[-1])
        x.append(i + 1)
        below.append(float(low[i]))
        above.append(float(high[i]))
    if x:
        x.append(len(low))
        below.append(below[-1])
        above.append(above[-1])
    return Band(x, below, above, label, colour)


def _about(found: Incumbents) -> str:
    task = found.task
    ends = [end for curve in found.together if curve for end in [curve[-1]] if end is not None]
    if not ends:
        return f"Best {task.metric} on {task.name} over evaluations: nothing has succeeded yet."
    values = sorted(map(task.to_fitness, ends))
    reached = value_text(task, ends[0]) if len(values) == 1 else f"{_text(values[0])} to {_text(values[-1])}"
    runs = "" if len(found.together) == 1 else f" in {len(found.together)} runs"
    listed = "" if found.best_listed is None else f"; the best listed is {value_text(task, found.best_listed)}"
    return f"Best {task.metric} on {task.name} over evaluations: it reaches {reached}{runs}{listed}."


def _text(value: float) -> str:
    return number_text(value)
