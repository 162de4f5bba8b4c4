"""The kernel of the joint surrogate: a weighted sum of Matern-3/2 functions, one per group of columns.

``sum_g w_g k(|x_g - z_g| / (l_g m_g))``: ``m_g`` is the median distance within a group, the weights sum to one. All of
it is computed in single precision: kernels are what a fit and a prediction spend their time on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ktnas.typing import FloatArray

_CHUNK = 512
"""Rows per piece of a kernel between many vectors: pieces that stay in the CPU's cache."""

Single: TypeAlias = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class KernelSettings:
    """One choice of the kernel's parameters.

    Attributes:
        weights: ``(groups,)`` positive, sum to one.
        scales: ``(groups,)`` length scales, as multiples of the median distance.
        noise: Variance of the noise, as a share of the signal's.
    """

    weights: FloatArray
    scales: FloatArray
    noise: float


def stepped(settings: KernelSettings, rng: np.random.Generator) -> KernelSettings:
    """Settings a small step away."""
    groups = len(settings.weights)
    weights = settings.weights * np.exp(0.5 * rng.standard_normal(groups))
    scales = settings.scales * np.exp(0.2 * rng.standard_normal(groups))
    noise = settings.noise * float(np.exp(0.4 * rng.standard_normal()))
    return KernelSettings(weights / weights.sum(), scales, min(max(noise, 0.005), 1.0))


def squared_distances(x: FloatArray, groups: Sequence[int]) -> FloatArray:
    """Squared distances ``(groups, len(x), len(x))`` within each group of columns."""
    found = np.empty((len(groups), len(x), len(x)))
    for group, part in zip(found, np.split(x, np.cumsum(groups)[:-1].tolist(), axis=1), strict=True):
        lengths = (part * part).sum(axis=1)
        np.maximum(lengths[:, None] + lengths[None, :] - 2 * part @ part.T, 0, out=group)
    return found


def median(distances: FloatArray) -> float:
    """Median ``(u, u)`` of the distances of different vectors; 1 where all are the same."""
    apart = distances[np.triu_indices(len(distances), 1)]
    apart = apart[apart > 1e-9]
    return float(np.median(apart)) if len(apart) else 1.0


def own_kernel(scaled: Single, settings: KernelSettings) -> FloatArray:
    """Kernel ``(u, u)`` from distances ``(groups, u, u)`` times sqrt(3), each divided by its group's median."""
    total = np.zeros(scaled.shape[1:], dtype=np.float32)
    for distances, weight, scale in zip(scaled, settings.weights, settings.scales, strict=True):
        distance = distances * np.float32(1 / scale)
        part = np.exp(-distance)
        distance += 1
        part *= distance
        part *= np.float32(weight)
        total += part
    return total.astype(np.float64)


def cross_kernel(
    x: FloatArray, seen: FloatArray, groups: Sequence[int], medians: FloatArray, settings: KernelSettings
) -> Single:
    """Kernel ``(m, u)`` between vectors ``(m, dim)`` and those seen ``(u, dim)``.

    Args:
        x: Any vectors.
        seen: Those seen.
        groups: Widths of the groups of columns.
        medians: ``(groups,)`` median squared distances.
        settings: The kernel's parameters.
    """
    inverse_scales = np.repeat(np.sqrt(3 / medians) / settings.scales, groups)
    other = (seen * inverse_scales).astype(np.float32)
    edges = np.cumsum(groups)[:-1].tolist()
    total = np.empty((len(x), len(other)), dtype=np.float32)
    for start in range(0, len(x), _CHUNK):
        rows = slice(start, start + _CHUNK)
        total[rows] = _matern((x[rows] * inverse_scales).astype(np.float32), other, edges, settings.weights)
    return total


def _matern(a: Single, b: Single, edges: Sequence[int], weights: FloatArray) -> Single:
    """Weighted sum over the groups of ``(1 + d) exp(-d)``, where ``d`` is the distance of rows within a group."""
    total = np.zeros((len(a), len(b)), dtype=np.float32)
    for left, right, weight in zip(np.split(a, edges, axis=1), np.split(b, edges, axis=1), weights, strict=True):
        distance = left @ (-2 * right.T)
        distance += (left * left).sum(axis=1)[:, None]
        distance += (right * right).sum(axis=1)[None, :]
        np.sqrt(np.maximum(distance, 0, out=distance), out=distance)
        decay = np.exp(-distance)
        distance += 1
        distance *= decay
        distance *= np.float32(weight)
        total += distance
    return total
