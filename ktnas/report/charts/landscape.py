"""A map of the architectures that were evaluated: two dimensions of their embedding, coloured by what they reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ktnas.problem.task import Task, value_text
from ktnas.report.charts.chart import Axis, Chart, Curve, Layer, Points
from ktnas.report.charts.curves import around, drawable, told
from ktnas.typing import FloatArray


@dataclass(frozen=True, slots=True)
class Mapped:
    """An architecture on the map of one task.

    Attributes:
        place: Its row on the map.
        fitness: Its fitness there.
        tip: What to say of it.
    """

    place: int
    fitness: float
    tip: str


def two_dimensions(vectors: FloatArray) -> tuple[FloatArray, float]:
    """The first two principal components of vectors ``(n, dim)``, as ``(n, 2)``, and their share of the variance.

    Signs are fixed, so that the same vectors lie at the same places: the largest loading of each is positive.
    """
    centred = np.asarray(vectors, dtype=np.float64)
    centred = centred - centred.mean(axis=0)
    _, sizes, axes = np.linalg.svd(centred, full_matrices=False)
    axes = np.vstack([axes, np.zeros((2, centred.shape[1]))])[:2]
    turned = np.sign(axes[np.arange(2), np.abs(axes).argmax(axis=1)])
    axes = axes * np.where(turned == 0, 1.0, turned)[:, None]
    total = float((sizes**2).sum())
    share = float((sizes[:2] ** 2).sum()) / total if total > 0 else 0.0
    places: FloatArray = centred @ axes.T
    return np.round(places, 4) + 0.0, share


def map_chart(task: Task, places: FloatArray, mapped: Sequence[Mapped], path: Sequence[int]) -> Chart:
    """The map of one task.

    Args:
        task: The task.
        places: ``(n, 2)`` of all architectures that were evaluated on any task.
        mapped: Those evaluated on this one with success.
        path: Rows of ``places``: each new best of the first run, in order.
    """
    shown = [one for one in mapped if np.isfinite(drawable(one.fitness))]
    values = [task.to_fitness(one.fitness) for one in shown]
    low, high = _scale(values, minimize=task.minimize)
    unit = f"{task.metric} ({task.unit})" if task.unit else task.metric
    layers: list[Layer] = [
        Points(
            [float(places[one.place, 0]) for one in shown],
            [float(places[one.place, 1]) for one in shown],
            [one.tip for one in shown],
            value=[told(value) for value in values],
            low=low,
            high=high,
            scale=unit,
            size=9,
        )
    ]
    if path:
        x, y = places[list(path), 0].tolist(), places[list(path), 1].tolist()
        layers.append(Curve(x, y, "each new best, in turn", "negative", width=1.8, quiet=True))
        best = max(mapped, key=lambda one: one.fitness)
        layers.append(
            Points(
                [x[-1]], [y[-1]], [f"the best found\n{best.tip}"], "the best found", "negative", shape="star", size=17
            )
        )
    return Chart(
        name=f"map {task.name}",
        title=f"Map of {task.name}",
        about=(
            f"Architectures that were evaluated on {task.name}, near one another where they are alike: "
            f"{len(shown):,}, the best {value_text(task, max((one.fitness for one in mapped), default=None))}; "
            f"the path has {len(path)} steps."
        ),
        x=Axis("first component", range=around(places[:, 0].tolist())),
        y=Axis("second component", range=around(places[:, 1].tolist())),
        layers=tuple(layers),
        height=340,
    )


def _scale(values: Sequence[float], *, minimize: bool) -> tuple[float, float]:
    """Between which values colours run: without the worst tenth, which would make all others alike."""
    if not values:
        return 0.0, 1.0
    low, high = (float(v) for v in np.quantile(values, [0.0, 0.9] if minimize else [0.1, 1.0]))
    return (low, high) if high > low else (low - 0.5, high + 0.5)
