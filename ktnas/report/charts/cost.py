"""What evaluations cost: seconds of training over evaluations, task by task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ktnas.formatting import duration
from ktnas.report.charts.chart import Axis, Chart, Curve
from ktnas.report.charts.curves import told

_UNITS = ((86_400.0, "days"), (3_600.0, "hours"), (60.0, "minutes"))

_POINTS = 400
"""Points of a line, at most."""


def cost_chart(costs: Mapping[str, Sequence[float]]) -> Chart:
    """Seconds that evaluations took or stand for, added up.

    Args:
        costs: Per task, the seconds of each evaluation of the first run, in order.
    """
    totals = {task: float(np.sum(values)) for task, values in costs.items()}
    most = max(totals.values(), default=0.0)
    size, unit = next(((size, unit) for size, unit in _UNITS if most >= 3 * size), (1.0, "seconds"))
    layers = []
    for i, (task, values) in enumerate(costs.items()):
        added = np.cumsum(values) / size
        at = [int(k) for k in np.unique(np.linspace(0, len(added) - 1, min(len(added), _POINTS)).round())]
        layers.append(Curve([k + 1 for k in at], [told(float(added[k])) for k in at], task, f"series:{i}"))
    ends = ", ".join(f"{task} {duration(total)}" for task, total in totals.items())
    return Chart(
        name="cost",
        title="Cost of the evaluations, added up",
        about=f"Seconds that the evaluations took, or stand for, over evaluations: {ends}.",
        x=Axis("evaluations", whole=True),
        y=Axis(unit, range=(0.0, 1.06 * most / size if most else 1.0)),
        layers=tuple(layers),
        height=260,
    )
