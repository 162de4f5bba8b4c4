"""How two orders of architectures agree, with bootstrap intervals over architectures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.stats import rankdata

from ktnas.rng import Streams
from ktnas.typing import FloatArray, IntArray

RESAMPLES = 2000
"""Resamples of an interval."""


def signs(values: FloatArray) -> FloatArray:
    """``(..., n, n)`` which of two of ``(..., n)`` values is the larger: 1, 0 or -1."""
    return np.sign(values[..., :, None] - values[..., None, :])


def tau(first: FloatArray, second: FloatArray) -> float:
    """Kendall's tau-b from the `signs` ``(..., n, n)`` and ``(n, n)`` of two orders; of several first ones the mean.

    It is the correlation of the signs, so that a resample costs no sorting; 0 where all are equal.
    """
    products = (first * second).sum(axis=(-2, -1))
    lengths = np.sqrt((first**2).sum(axis=(-2, -1)) * (second**2).sum())
    return float(np.mean(np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)))


def bootstrapped(
    statistic: Callable[[IntArray], float], count: int, resamples: int = RESAMPLES
) -> tuple[float, float, float]:
    """A statistic of rows, and its 95 % bootstrap interval over rows."""
    rng = Streams(0).rng("bootstrap")
    values = [statistic(rng.integers(count, size=count)) for _ in range(resamples)]
    low, high = np.quantile(values, [0.025, 0.975])
    return statistic(np.arange(count)), float(low), float(high)


def spearman(first: FloatArray, second: FloatArray) -> float:
    """Spearman's correlation with ``(n,)`` of ``(n,)``, or the mean of that of ``(k, n)``; 0 where all are equal."""
    ranks, others = rankdata(first, axis=-1), rankdata(second)
    centred, other = ranks - ranks.mean(axis=-1, keepdims=True), others - others.mean()
    lengths = np.sqrt((centred**2).sum(axis=-1) * (other**2).sum())
    return float(np.mean(np.divide(centred @ other, lengths, out=np.zeros_like(lengths), where=lengths > 0)))


def interval(value: tuple[float, float, float]) -> str:
    """A figure with its interval."""
    return f"{value[0]:.2f} [{value[1]:.2f}, {value[2]:.2f}]"
