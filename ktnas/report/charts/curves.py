"""Arithmetic of curves over evaluations: stairs, medians and quartiles, and how far an axis should go."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ktnas.report.charts.chart import Number
from ktnas.typing import FloatArray

LARGEST = 1e100
"""Magnitude beyond which a value is not drawn: sums and products of limits of axes would overflow."""


def drawable(value: float | None) -> float:
    """A value as it can be drawn; NaN, which leaves a gap, for none and for one that overflows in arithmetic.

    >>> drawable(-2.5), drawable(None), drawable(1.797e308)
    (-2.5, nan, nan)
    """
    return value if value is not None and abs(value) <= LARGEST else math.nan


def told(value: float) -> Number:
    """A number as JSON has it, with the digits that can be seen; None for one that is not finite."""
    return float(f"{value:.7g}") if math.isfinite(value) else None


@dataclass(frozen=True, slots=True)
class Stairs:
    """A value that changes at whole evaluations and stays in between.

    Attributes:
        x: Evaluations.
        y: Its value from there on; each change has two points, so that straight lines make stairs.
    """

    x: tuple[float, ...]
    y: tuple[Number, ...]


def stairs(values: Sequence[float] | FloatArray) -> Stairs:
    """A value after each evaluation ``(n,)``, from the first, as stairs.

    >>> stairs([1.0, 1.0, 3.0, 3.0])
    Stairs(x=(1, 3, 3, 4), y=(1.0, 1.0, 3.0, 3.0))
    """
    x: list[float] = []
    y: list[Number] = []
    last: Number = None
    for number, value in enumerate(values, 1):
        here = told(float(value))
        if not x or here != last:
            if x and last is not None:
                x.append(number)
                y.append(last)
            x.append(number)
            y.append(here)
            last = here
    if x and x[-1] != len(values):
        x.append(len(values))
        y.append(last)
    return Stairs(tuple(x), tuple(y))


def padded(curves: Sequence[Sequence[float]]) -> FloatArray:
    """Curves as rows ``(runs, longest)``; one that ended keeps its last value."""
    longest = max(map(len, curves), default=0)
    rows = np.full((len(curves), longest), np.nan)
    for row, curve in zip(rows, curves, strict=True):
        row[: len(curve)] = curve
        if len(curve):
            row[len(curve) :] = curve[-1]
    return rows


def quantiles(rows: FloatArray) -> FloatArray:
    """Lower quartile, median and upper quartile ``(3, n)`` of the runs that have a value; NaN where none has."""
    found = np.full((3, rows.shape[1]), np.nan)
    known = np.isfinite(rows).any(axis=0)
    if known.any():
        found[:, known] = np.nanquantile(rows[:, known], [0.25, 0.5, 0.75], axis=0)
    return found


def settled_range(curves: Sequence[Sequence[float]], also: Sequence[float] = ()) -> tuple[float, float] | None:
    """How far an axis should go: the first tenth of the evaluations, which would flatten the rest, is left out."""
    values = [value for curve in curves for value in list(curve)[max(0, len(curve) // 10 - 1) :]]
    return around([*values, *also])


def around(values: Sequence[float], margin: float = 0.06) -> tuple[float, float] | None:
    """From below the smallest finite value to above the largest; None without any."""
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return None
    low, high = min(finite), max(finite)
    room = margin * (high - low) or abs(high) * 0.01 or 1.0
    return low - room, high + room
