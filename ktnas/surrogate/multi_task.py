"""One Gaussian process over (task, architecture) pairs: the intrinsic model of coregionalization.

``cov[(s, x), (t, z)] = B[s, t] * sum_g w_g k(|x_g - z_g| / (l_g m_g)) + noise`` (Bonilla, Chai, Williams, NeurIPS
2007, eq. 1), where ``g`` runs over groups of columns, ``k`` is the Matern-3/2 function, ``m_g`` the median distance
within a group, and ``w`` sums to one. What one task has seen informs every other, as far as ``B`` lets it: that
is transfer within the model. Weights, scales and noise maximise the posterior density over settings drawn at
random. ``B`` starts at one correlation for all pairs and moves, as evidence grows, to the correlation of what each
task by itself predicts for all architectures seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_solve, cholesky, solve_triangular

from ktnas.errors import ConfigurationError
from ktnas.typing import FloatArray, IntArray

_CHUNK = 512


_Single: TypeAlias = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Observations:
    """What has been seen, on all tasks.

    Attributes:
        x: ``(u, dim)`` vectors of the architectures seen, each once.
        rows: ``(n,)`` the row of ``x`` that each observation is about.
        tasks: ``(n,)`` its task, from 0.
        y: ``(n,)`` its target, higher is better, comparable between tasks.
        groups: Widths of the groups of columns of ``x``; they sum to ``dim``.
    """

    x: FloatArray
    rows: IntArray
    tasks: IntArray
    y: FloatArray
    groups: tuple[int, ...]


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


@dataclass(frozen=True, slots=True)
class MultiTaskGaussianProcess:
    """Multi-task Gaussian process.

    Attributes:
        correlation: Correlation of any two tasks before anything is known, in [0, 1); 0 keeps tasks apart for good.
        trust: Observations of the least observed task at which the prior correlation and the seen one weigh the same.
        draws: Settings of the kernel that are tried, half of them near the best of the others.
        scale: Length scale that is expected before anything is known, as a multiple of the median distance.
        spread: Standard deviation of the logarithm of a length scale around that.
    """

    correlation: float = 0.6
    trust: float = 20.0
    draws: int = 24
    scale: float = 1.7
    spread: float = 0.25

    def __post_init__(self) -> None:
        if not 0 <= self.correlation < 1 or self.trust <= 0 or self.draws < 1 or min(self.scale, self.spread) <= 0:
            raise ConfigurationError(f"a multi-task Gaussian process cannot have these settings: {self}")

    def fit(self, seen: Observations, rng: np.random.Generator) -> FittedMultiTask:
        """Fit to at least one observation; settings are drawn with ``rng``."""
        count = int(seen.tasks.max()) + 1
        squares = _squares(seen.x, seen.groups)
        medians = np.array([_median(group) for group in squares])
        scaled = np.sqrt(3 * squares / medians[:, None, None]).astype(np.float32)
        task_covariance = np.full((count, count), self.correlation) + (1 - self.correlation) * np.eye(count)
        own = task_covariance[seen.tasks][:, seen.tasks]
        settings = self._settings(seen, scaled, own, rng)
        kernel = _kernel(scaled, settings)
        if self.correlation > 0 and count > 1:
            task_covariance = self._blended(
                task_covariance, _seen_correlation(kernel, seen, settings.noise, count), seen
            )
        factor = _factor(kernel, task_covariance[seen.tasks][:, seen.tasks], seen.rows, settings.noise)
        return FittedMultiTask(seen, settings, medians, task_covariance, factor, cho_solve((factor, True), seen.y))

    def _settings(
        self, seen: Observations, scaled: _Single, own: FloatArray, rng: np.random.Generator
    ) -> KernelSettings:
        """The best of `draws` settings: half of them independent, half small steps away from the best so far."""
        best = self._drawn(len(seen.groups), rng)
        highest = self._log_posterior(best, seen, scaled, own)
        for i in range(1, self.draws):
            stepping = i >= self.draws / 2
            settings = _stepped(best, rng) if stepping else self._drawn(len(seen.groups), rng)
            density = self._log_posterior(settings, seen, scaled, own)
            if density > highest:
                best, highest = settings, density
        return best

    def _drawn(self, groups: int, rng: np.random.Generator) -> KernelSettings:
        weights = rng.dirichlet(np.ones(groups))
        scales = self.scale * np.exp(self.spread * rng.standard_normal(groups))
        return KernelSettings(weights, scales, float(np.exp(rng.uniform(np.log(0.02), np.log(0.7)))))

    def _log_posterior(self, settings: KernelSettings, seen: Observations, scaled: _Single, own: FloatArray) -> float:
        factor = _factor(_kernel(scaled, settings), own, seen.rows, settings.noise)
        whitened = solve_triangular(factor, seen.y, lower=True, check_finite=False)
        likelihood = -0.5 * whitened @ whitened - np.log(np.diag(factor)).sum()
        prior = -0.5 * ((np.log(settings.scales / self.scale) / self.spread) ** 2).sum()
        return float(likelihood + prior)

    def _blended(self, prior: FloatArray, seen_correlation: FloatArray, seen: Observations) -> FloatArray:
        fewest = np.bincount(seen.tasks).min()
        trust = fewest / (fewest + self.trust)
        return _correlation((1 - trust) * prior + trust * seen_correlation)


@dataclass(frozen=True, slots=True)
class FittedMultiTask:
    """A fitted multi-task Gaussian process.

    Attributes:
        seen: What it was fitted to.
        settings: The kernel's parameters.
        medians: ``(groups,)`` median squared distances.
        task_covariance: ``(tasks, tasks)`` covariance of the tasks, 1 on the diagonal.
        factor: ``(n, n)`` lower Cholesky factor of the observations' covariance.
        weights: ``(n,)`` the covariance's inverse times the targets.
    """

    seen: Observations
    settings: KernelSettings
    medians: FloatArray
    task_covariance: FloatArray
    factor: FloatArray
    weights: FloatArray

    def predict(self, x: FloatArray, tasks: Sequence[int], detailed: int) -> tuple[FloatArray, FloatArray]:
        """Predict on several tasks at once.

        Args:
            x: Vectors ``(m, dim)``.
            tasks: The tasks, from 0.
            detailed: Of how many rows per task, those of the highest means, the standard deviation is wanted.

        Returns:
            Means ``(len(tasks), m)`` and standard deviations ``(len(tasks), m)``, 0 where not computed.
        """
        kernel = self._cross(x)
        mean, std = np.empty((len(tasks), len(x))), np.zeros((len(tasks), len(x)))
        for i, task in enumerate(tasks):
            covariances = self.task_covariance[task][self.seen.tasks]
            weights = np.bincount(self.seen.rows, covariances * self.weights, minlength=len(self.seen.x))
            mean[i] = kernel @ weights.astype(np.float32)
            top = np.argsort(-mean[i], kind="stable")[:detailed]
            whitened = solve_triangular(
                self.factor, (kernel[top][:, self.seen.rows] * covariances).T, lower=True, check_finite=False
            )
            std[i, top] = np.sqrt(np.maximum(1 - (whitened * whitened).sum(axis=0), 1e-12))
        return mean, std

    def supposing(self, x: FloatArray, tasks: IntArray, y: FloatArray) -> FittedMultiTask:
        """The same process, settings included, with further observations that nobody has made.

        Args:
            x: Vectors ``(m, dim)``, one per supposed observation.
            tasks: Their tasks ``(m,)``, from 0.
            y: Their supposed targets ``(m,)``.
        """
        rows = np.concatenate([self.seen.rows, len(self.seen.x) + np.arange(len(x))])
        seen = Observations(
            x=np.concatenate([self.seen.x, x]),
            rows=rows,
            tasks=np.concatenate([self.seen.tasks, tasks]),
            y=np.concatenate([self.seen.y, y]),
            groups=self.seen.groups,
        )
        scaled = np.sqrt(3 * _squares(seen.x, seen.groups) / self.medians[:, None, None]).astype(np.float32)
        own = self.task_covariance[seen.tasks][:, seen.tasks]
        factor = _factor(_kernel(scaled, self.settings), own, seen.rows, self.settings.noise)
        return replace(self, seen=seen, factor=factor, weights=cho_solve((factor, True), seen.y))

    def _cross(self, x: FloatArray) -> _Single:
        """Kernel ``(m, u)`` between ``x`` and what has been seen, in single precision: all the time goes here."""
        inverse_scales = np.repeat(np.sqrt(3 / self.medians) / self.settings.scales, self.seen.groups)
        seen = (self.seen.x * inverse_scales).astype(np.float32)
        total = np.empty((len(x), len(seen)), dtype=np.float32)
        for start in range(0, len(x), _CHUNK):  # pieces that stay in the CPU's cache
            rows = slice(start, start + _CHUNK)
            total[rows] = self._matern((x[rows] * inverse_scales).astype(np.float32), seen)
        return total

    def _matern(self, a: _Single, b: _Single) -> _Single:
        """Weighted sum over the groups of ``(1 + d) exp(-d)``, where ``d`` is the distance of rows within a group."""
        total = np.zeros((len(a), len(b)), dtype=np.float32)
        edges = np.cumsum(self.seen.groups)[:-1].tolist()
        groups = zip(np.split(a, edges, axis=1), np.split(b, edges, axis=1), self.settings.weights, strict=True)
        for left, right, weight in groups:
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


def _stepped(settings: KernelSettings, rng: np.random.Generator) -> KernelSettings:
    groups = len(settings.weights)
    weights = settings.weights * np.exp(0.5 * rng.standard_normal(groups))
    scales = settings.scales * np.exp(0.2 * rng.standard_normal(groups))
    noise = settings.noise * float(np.exp(0.4 * rng.standard_normal()))
    return KernelSettings(weights / weights.sum(), scales, min(max(noise, 0.005), 1.0))


def _squares(x: FloatArray, groups: Sequence[int]) -> FloatArray:
    """Squared distances ``(groups, len(x), len(x))`` within each group of columns."""
    found = np.empty((len(groups), len(x), len(x)))
    for group, part in zip(found, np.split(x, np.cumsum(groups)[:-1].tolist(), axis=1), strict=True):
        lengths = (part * part).sum(axis=1)
        np.maximum(lengths[:, None] + lengths[None, :] - 2 * part @ part.T, 0, out=group)
    return found


def _median(distances: FloatArray) -> float:
    apart = distances[np.triu_indices(len(distances), 1)]
    apart = apart[apart > 1e-9]
    return float(np.median(apart)) if len(apart) else 1.0


def _kernel(scaled: _Single, settings: KernelSettings) -> FloatArray:
    """Kernel ``(u, u)`` from distances ``(groups, u, u)`` times sqrt(3), computed in single precision."""
    total = np.zeros(scaled.shape[1:], dtype=np.float32)
    for distances, weight, scale in zip(scaled, settings.weights, settings.scales, strict=True):
        distance = distances * np.float32(1 / scale)
        part = np.exp(-distance)
        distance += 1
        part *= distance
        part *= np.float32(weight)
        total += part
    return total.astype(np.float64)


def _factor(kernel: FloatArray, task_covariance: FloatArray, rows: IntArray, noise: float) -> FloatArray:
    """Lower Cholesky factor ``(n, n)`` of the covariance of observations of these rows, noise included."""
    covariance = kernel[np.ix_(rows, rows)]
    covariance *= task_covariance
    covariance[np.diag_indices_from(covariance)] += noise
    factor: FloatArray = cholesky(covariance, lower=True, overwrite_a=True, check_finite=False)
    return factor


def _seen_correlation(kernel: FloatArray, seen: Observations, noise: float, count: int) -> FloatArray:
    """Correlation ``(count, count)`` of the tasks' own predictions at every architecture seen."""
    means = np.zeros((count, len(seen.x)))
    for task in range(count):
        mine = seen.tasks == task
        rows = seen.rows[mine]
        if mine.any():
            own = kernel[np.ix_(rows, rows)] + noise * np.eye(len(rows))
            means[task] = kernel[:, rows] @ np.linalg.solve(own, seen.y[mine])
    centred = means - means.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centred, axis=1)
    unit = centred / np.where(length > 0, length, 1.0)[:, None]
    found: FloatArray = unit @ unit.T
    np.fill_diagonal(found, 1.0)
    return found


def _correlation(matrix: FloatArray) -> FloatArray:
    """The nearest positive definite matrix by eigenvalues, scaled to a unit diagonal."""
    values, vectors = np.linalg.eigh(matrix)
    positive = (vectors * np.maximum(values, 1e-3)) @ vectors.T
    scale = np.sqrt(np.diag(positive))
    unit: FloatArray = positive / scale[:, None] / scale[None, :]
    return unit
