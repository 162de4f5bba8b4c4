"""What a search's model believed: how far tasks agree, as it changed, and what it predicted of what was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ktnas.report.charts.chart import Axis, Chart, Curve, HeatTiles, Layer, Points
from ktnas.report.charts.curves import around, padded, quantiles, stairs, told
from ktnas.typing import FloatArray

_PAIRS = 12
"""Pairs of tasks with a line of their own, at most."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a model believed of two tasks, run by run.

    Attributes:
        first: A task.
        second: Another.
        runs: Per run, how many evaluations of all tasks there were, and the correlation it believed in then.
    """

    first: str
    second: str
    runs: tuple[tuple[tuple[int, float], ...], ...]


def agreement_chart(pairs: Sequence[Agreement]) -> Chart:
    """The correlation of each pair of tasks over evaluations; of several runs the median."""
    layers: list[Layer] = []
    shown = sorted(pairs, key=lambda pair: -abs(_last(pair)))[:_PAIRS]
    for i, pair in enumerate(shown):
        curves = [_filled(run) for run in pair.runs if run]
        middle = quantiles(padded(curves))[1] if curves else np.zeros(0)
        first = next((k for k, value in enumerate(middle) if np.isfinite(value)), 0)
        line = stairs(middle[first:])
        x = [value + first for value in line.x]
        layers.append(Curve(x, line.y, f"{pair.first} and {pair.second}", f"series:{i}"))
    ends = "; ".join(f"{pair.first} and {pair.second} {_last(pair):+.2f}" for pair in shown)
    return Chart(
        name="agreement",
        title="Correlation of the tasks, as the model believed it",
        about=f"Correlation that the model believed in, over evaluations of all tasks; at the end: {ends}.",
        x=Axis("evaluations of all tasks", whole=True),
        y=Axis("correlation", range=(min(-0.05, *(_lowest(pair) - 0.05 for pair in shown)), 1.05)),
        layers=tuple(layers),
    )


def agreement_matrix(tasks: Sequence[str], pairs: Sequence[Agreement]) -> Chart:
    """The correlations at the end, all tasks against all; of several runs the median."""
    last: Mapping[frozenset[str], float] = {frozenset((pair.first, pair.second)): _last(pair) for pair in pairs}
    cells = [(a, b, 1.0 if a == b else last.get(frozenset((a, b)))) for a in tasks for b in tasks]
    texts = ["" if value is None else f"{value:.2f}" for _, _, value in cells]
    return Chart(
        name="agreement matrix",
        title="Correlation of the tasks at the end",
        about="Correlation that the model believed in at the end, all tasks against all.",
        x=Axis(kind="category", categories=tuple(tasks)),
        y=Axis(kind="category", categories=tuple(reversed(tasks))),
        layers=(
            HeatTiles(
                [b for _, b, _ in cells],
                [a for a, _, _ in cells],
                [value for *_, value in cells],
                texts,
                [f"{a} and {b}: {text}" for (a, b, _), text in zip(cells, texts, strict=True)],
                scale="correlation",
            ),
        ),
        height=max(220, 60 + 44 * len(tasks)),
    )


def _filled(run: Sequence[tuple[int, float]]) -> list[float]:
    """A value after each evaluation; NaN before the first."""
    values = np.full(max(at for at, _ in run) + 1, np.nan)
    for at, value in run:
        values[at:] = value
    return [float(value) for value in values]


def _last(pair: Agreement) -> float:
    ends = [run[-1][1] for run in pair.runs if run]
    return float(np.median(ends)) if ends else 0.0


def _lowest(pair: Agreement) -> float:
    return min((value for run in pair.runs for _, value in run), default=0.0)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What was predicted of an architecture before it was evaluated, and what came out.

    Attributes:
        predicted: Normal score that was predicted: where it would stand among what the task had seen by then.
        deviation: Standard deviation of that.
        measured: Normal score at which it came to stand.
        tip: What to say of it.
    """

    predicted: float
    deviation: float
    measured: float
    tip: str


def forecast_chart(task: str, forecasts: Sequence[Forecast], number: int) -> Chart:
    """Predicted against measured on one task; on the diagonal the prediction was right."""
    x, y = [f.predicted for f in forecasts], [f.measured for f in forecasts]
    limits = around([*x, *y]) or (-1.0, 1.0)
    return Chart(
        name=f"forecast {task}",
        title=f"{task}: predicted against measured",
        about=f"Predicted against measured standing of {len(forecasts):,} architectures on {task}{_agreeing(x, y)}.",
        x=Axis("predicted (normal score)", range=limits),
        y=Axis("measured (normal score)", range=limits),
        layers=(
            Curve(limits, limits, "as predicted", "muted", dash=True, width=1.4, quiet=True),
            Points(
                [told(v) or 0.0 for v in x],
                [told(v) for v in y],
                [f.tip for f in forecasts],
                "",
                f"series:{number}",
                size=7,
            ),
        ),
    )


def _agreeing(x: Sequence[float], y: Sequence[float]) -> str:
    value = rank_correlation(x, y)
    return "" if value is None else f"; their rank correlation is {value:+.2f}"


def rank_correlation(x: Sequence[float], y: Sequence[float]) -> float | None:
    """Spearman's rank correlation of two samples ``(n,)``; None below 3, or where one is constant.

    >>> rank_correlation([1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 4.0, 3.0])
    0.8
    """
    if len(x) < 3 or len(set(x)) == 1 or len(set(y)) == 1:
        return None
    first, second = _ranks(x), _ranks(y)
    return round(float(np.corrcoef(first, second)[0, 1]), 12)


def _ranks(values: Sequence[float]) -> FloatArray:
    """Ranks ``(n,)``, equal values sharing the mean of theirs."""
    array = np.asarray(values, dtype=np.float64)
    _, inverse, counts = np.unique(array, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    means: FloatArray = (ends - (counts - 1) / 2)[inverse]
    return means
