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

import numpy as np
from scipy.linalg import cho_solve, cholesky, solve_triangular

from ktnas.errors import ConfigurationError
from ktnas.surrogate.kernel import KernelSettings, Single, cross_kernel, median, own_kernel, squared_distances, stepped
from ktnas.typing import FloatArray, IntArray

_EXPECTED_TREND, _TREND_SPREAD, _MOST_TREND = 0.45, 0.26, 0.9
"""Mean and standard deviation of how much of an expectation holds, and the most that is believed of it."""

_SWEEPS = 50


@dataclass(frozen=True, slots=True)
class Observations:
    """What has been seen, on all tasks.

    Attributes:
        x: ``(u, dim)`` vectors of the architectures seen, each once.
        rows: ``(n,)`` the row of ``x`` that each observation is about.
        tasks: ``(n,)`` its task, from 0.
        y: ``(n,)`` its target, higher is better, comparable between tasks.
        groups: Widths of the groups of columns of ``x``; they sum to ``dim``.
        expected: ``(u,)`` what was expected of each architecture before anything was seen; None if nothing.
    """

    x: FloatArray
    rows: IntArray
    tasks: IntArray
    y: FloatArray
    groups: tuple[int, ...]
    expected: FloatArray | None = None


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
        squares = squared_distances(seen.x, seen.groups)
        medians = np.array([median(group) for group in squares])
        scaled = np.sqrt(3 * squares / medians[:, None, None]).astype(np.float32)
        task_covariance = np.full((count, count), self.correlation) + (1 - self.correlation) * np.eye(count)
        own = task_covariance[seen.tasks][:, seen.tasks]
        settings = self._settings(seen, scaled, own, rng)
        kernel = own_kernel(scaled, settings)
        if self.correlation > 0 and count > 1:
            trend = _trend(_factor(kernel, own, seen.rows, settings.noise), seen)
            residuals = _residuals(seen, trend)
            found = _seen_correlation(kernel, seen, residuals, settings.noise, count)
            task_covariance = self._blended(task_covariance, found, seen)
        factor = _factor(kernel, task_covariance[seen.tasks][:, seen.tasks], seen.rows, settings.noise)
        trend = _trend(factor, seen)
        weights = cho_solve((factor, True), _residuals(seen, trend))
        return FittedMultiTask(seen, settings, medians, task_covariance, factor, weights, trend)

    def _settings(
        self, seen: Observations, scaled: Single, own: FloatArray, rng: np.random.Generator
    ) -> KernelSettings:
        """The best of `draws` settings: half of them independent, half small steps away from the best so far."""
        best = self._drawn(len(seen.groups), rng)
        highest = self._log_posterior(best, seen, scaled, own)
        for i in range(1, self.draws):
            stepping = i >= self.draws / 2
            settings = stepped(best, rng) if stepping else self._drawn(len(seen.groups), rng)
            density = self._log_posterior(settings, seen, scaled, own)
            if density > highest:
                best, highest = settings, density
        return best

    def _drawn(self, groups: int, rng: np.random.Generator) -> KernelSettings:
        weights = rng.dirichlet(np.ones(groups))
        scales = self.scale * np.exp(self.spread * rng.standard_normal(groups))
        return KernelSettings(weights, scales, float(np.exp(rng.uniform(np.log(0.02), np.log(0.7)))))

    def _log_posterior(self, settings: KernelSettings, seen: Observations, scaled: Single, own: FloatArray) -> float:
        factor = _factor(own_kernel(scaled, settings), own, seen.rows, settings.noise)
        prior = -0.5 * ((np.log(settings.scales / self.scale) / self.spread) ** 2).sum()
        trend = _trend(factor, seen)
        if seen.expected is not None:
            prior -= 0.5 * (((trend - _EXPECTED_TREND) / _TREND_SPREAD) ** 2).sum()
        whitened = solve_triangular(factor, _residuals(seen, trend), lower=True, check_finite=False)
        likelihood = -0.5 * whitened @ whitened - np.log(np.diag(factor)).sum()
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
        weights: ``(n,)`` the covariance's inverse times the targets, less what was expected of them.
        trend: ``(tasks,)`` how much of what was expected holds on each task, from 0 to 0.9; zeros if nothing was.
    """

    seen: Observations
    settings: KernelSettings
    medians: FloatArray
    task_covariance: FloatArray
    factor: FloatArray
    weights: FloatArray
    trend: FloatArray

    def at(self, x: FloatArray, expected: FloatArray | None = None) -> Predictions:
        """Predictions for vectors ``(m, dim)``, task by task.

        Args:
            x: Vectors.
            expected: ``(m,)`` what was expected of them before anything was seen, where that was told of those seen.
        """
        return Predictions(self, cross_kernel(x, self.seen.x, self.seen.groups, self.medians, self.settings), expected)

    def predict(self, x: FloatArray, tasks: Sequence[int], detailed: int) -> tuple[FloatArray, FloatArray]:
        """Predict on several tasks at once.

        Args:
            x: Vectors ``(m, dim)``.
            tasks: The tasks, from 0.
            detailed: Of how many rows per task, those of the highest means, the standard deviation is wanted.

        Returns:
            Means ``(len(tasks), m)`` and standard deviations ``(len(tasks), m)``, 0 where not computed.
        """
        found = self.at(x)
        mean, std = np.empty((len(tasks), len(x))), np.zeros((len(tasks), len(x)))
        for i, task in enumerate(tasks):
            mean[i] = found.mean(task)
            top = np.argsort(-mean[i], kind="stable")[:detailed]
            std[i, top] = found.deviation(task, top)
        return mean, std

    def supposing(
        self, x: FloatArray, tasks: IntArray, y: FloatArray, expected: FloatArray | None = None
    ) -> FittedMultiTask:
        """The same process, settings included, with further observations that nobody has made.

        Args:
            x: Vectors ``(m, dim)``, one per supposed observation.
            tasks: Their tasks ``(m,)``, from 0.
            y: Their supposed targets ``(m,)``.
            expected: ``(m,)`` what was expected of them before anything was seen, where that was told of those seen.
        """
        rows = np.concatenate([self.seen.rows, len(self.seen.x) + np.arange(len(x))])
        seen = Observations(
            x=np.concatenate([self.seen.x, x]),
            rows=rows,
            tasks=np.concatenate([self.seen.tasks, tasks]),
            y=np.concatenate([self.seen.y, y]),
            groups=self.seen.groups,
            expected=None if self.seen.expected is None else np.concatenate([self.seen.expected, expected]),
        )
        scaled = np.sqrt(3 * squared_distances(seen.x, seen.groups) / self.medians[:, None, None]).astype(np.float32)
        own = self.task_covariance[seen.tasks][:, seen.tasks]
        factor = _factor(own_kernel(scaled, self.settings), own, seen.rows, self.settings.noise)
        return replace(self, seen=seen, factor=factor, weights=cho_solve((factor, True), _residuals(seen, self.trend)))


@dataclass(frozen=True, slots=True)
class Predictions:
    """What a fitted process predicts for some vectors.

    Attributes:
        fitted: The process.
        kernel: ``(m, u)`` covariances of the vectors with those seen, on one task.
        expected: ``(m,)`` what was expected of them before anything was seen; None if nothing.
    """

    fitted: FittedMultiTask
    kernel: Single
    expected: FloatArray | None

    def mean(self, task: int) -> FloatArray:
        """Means ``(m,)`` on a task."""
        seen = self.fitted.seen
        weights = np.bincount(seen.rows, self._covariances(task) * self.fitted.weights, minlength=len(seen.x))
        mean: FloatArray = (self.kernel @ weights.astype(np.float32)).astype(np.float64)
        return mean if self.expected is None else mean + self.fitted.trend[task] * self.expected

    def deviation(self, task: int, rows: IntArray) -> FloatArray:
        """Standard deviations ``(k,)`` on a task, for ``k`` of the vectors."""
        covariances = (self.kernel[rows][:, self.fitted.seen.rows] * self._covariances(task)).T
        whitened = solve_triangular(self.fitted.factor, covariances, lower=True, check_finite=False)
        deviations: FloatArray = np.sqrt(np.maximum(1 - (whitened * whitened).sum(axis=0), 1e-12))
        return deviations

    def _covariances(self, task: int) -> FloatArray:
        """Covariances ``(n,)`` of a task with those of the observations."""
        covariances: FloatArray = self.fitted.task_covariance[task][self.fitted.seen.tasks]
        return covariances


def _factor(kernel: FloatArray, task_covariance: FloatArray, rows: IntArray, noise: float) -> FloatArray:
    """Lower Cholesky factor ``(n, n)`` of the covariance of observations of these rows, noise included."""
    covariance = kernel[np.ix_(rows, rows)]
    covariance *= task_covariance
    covariance[np.diag_indices_from(covariance)] += noise
    factor: FloatArray = cholesky(covariance, lower=True, overwrite_a=True, check_finite=False)
    return factor


def _residuals(seen: Observations, trend: FloatArray) -> FloatArray:
    """Targets ``(n,)`` less what was expected of them."""
    return seen.y if seen.expected is None else seen.y - trend[seen.tasks] * seen.expected[seen.rows]


def _trend(factor: FloatArray, seen: Observations) -> FloatArray:
    """How much of what was expected holds on each task ``(tasks,)``: the most probable shares, all tasks together.

    The likelihood is quadratic in them, their prior is normal, and they lie between 0 and `_MOST_TREND`: coordinates
    are improved in turn until they stay.
    """
    count = int(seen.tasks.max()) + 1
    shares = np.zeros(count)
    if seen.expected is None:
        return shares
    expected = np.zeros((len(seen.y), count))
    expected[np.arange(len(seen.y)), seen.tasks] = seen.expected[seen.rows]
    whitened = solve_triangular(factor, np.column_stack([expected, seen.y]), lower=True, check_finite=False)
    precision = whitened[:, :count].T @ whitened[:, :count] + np.eye(count) / _TREND_SPREAD**2
    pull = whitened[:, :count].T @ whitened[:, count] + _EXPECTED_TREND / _TREND_SPREAD**2
    for _ in range(_SWEEPS):
        for task in range(count):
            free = pull[task] - precision[task] @ shares + precision[task, task] * shares[task]
            shares[task] = min(max(free / precision[task, task], 0.0), _MOST_TREND)
    return shares


def _seen_correlation(kernel: FloatArray, seen: Observations, y: FloatArray, noise: float, count: int) -> FloatArray:
    """Correlation ``(count, count)`` of the tasks' own predictions at every architecture seen."""
    means = np.zeros((count, len(seen.x)))
    for task in range(count):
        mine = seen.tasks == task
        rows = seen.rows[mine]
        if mine.any():
            own = kernel[np.ix_(rows, rows)] + noise * np.eye(len(rows))
            means[task] = kernel[:, rows] @ np.linalg.solve(own, y[mine])
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
