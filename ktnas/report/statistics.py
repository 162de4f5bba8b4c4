"""Paired statistics of arms that share their seeds: tests, effect sizes, intervals, mean ranks over blocks.

Wilcoxon's signed-rank test on the differences of pairs, with Holm's correction over a family of tests; the
matched-pairs rank-biserial correlation as effect size; percentile bootstrap intervals; Friedman's test with Nemenyi's
post-hoc comparisons over blocks (Demsar, JMLR 7, 2006), through scikit-posthocs.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from ktnas.errors import ConfigurationError
from ktnas.typing import FloatArray

LEVEL = 0.05
"""Level of significance."""


RESAMPLES = 10_000


LEAST_RUNS = 5
"""Of fewer runs there is no interval: it would claim to know a spread that four values cannot show."""


_HUGE = 2.0**960
"""Values as large as this, such as the largest number that stands for a diverged training, overflow in a sum."""


EXTRA = "install it with: pip install 'ktnas[stats]'"


Statistic: TypeAlias = Callable[..., Any]
"""A NumPy reduction with an ``axis``, such as ``np.mean`` or ``np.median``."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval.

    Attributes:
        low: Lower end.
        high: Upper end.
    """

    low: float
    high: float


def bootstrap_interval(
    values: Sequence[float] | FloatArray,
    rng: np.random.Generator,
    *,
    statistic: Statistic = np.mean,
    coverage: float = 0.95,
) -> Interval:
    """Percentile bootstrap interval of a statistic.

    Args:
        values: ``(n,)`` independent values, ``n >= 1``.
        rng: Draws the resamples.
        statistic: What is estimated; called with ``axis=1``.
        coverage: Nominal coverage, between 0 and 1.

    Raises:
        ConfigurationError: If there is no value, or one that is not finite.
    """
    sample = _finite(values)
    drawn = sample[rng.integers(len(sample), size=(RESAMPLES, len(sample)))]
    tail = (1 - coverage) / 2
    low, high = np.quantile(reduced(statistic, drawn, axis=1), [tail, 1 - tail])
    return Interval(float(low), float(high))


def reduced(statistic: Statistic, values: FloatArray, axis: int | None = None) -> FloatArray:
    """A statistic that is as large as the values at most, without an overflow on the way.

    >>> float(reduced(np.mean, np.array([1.7e308, 1.7e308, 1.4e308])))
    1.6e+308
    """
    if not values.size or np.abs(values).max() < _HUGE:
        found: FloatArray = statistic(values, axis=axis)
        return found
    return reduced(statistic, values / _HUGE, axis) * _HUGE  # a power of two: nothing is rounded by it


def _finite(values: Sequence[float] | FloatArray) -> FloatArray:
    sample = np.asarray(values, dtype=np.float64)
    if sample.ndim != 1 or not len(sample) or not np.isfinite(sample).all():
        raise ConfigurationError(f"statistics need a list of at least one finite number; got {values!r}")
    return sample


@dataclass(frozen=True, slots=True)
class PairedTest:
    """How the first of two paired samples differs from the second.

    Attributes:
        pairs: Number of pairs.
        difference: Mean of first - second.
        interval: 95 % bootstrap interval of that mean; not to be shown of fewer than `LEAST_RUNS` pairs.
        effect: Matched-pairs rank-biserial correlation, -1 to 1: the share of rank sums in which the first is the
            larger, minus the share in which it is the smaller (Kerby 2014); 0 if all pairs are equal.
        p: Two-sided p-value of Wilcoxon's signed-rank test; 1 if all pairs are equal.
    """

    pairs: int
    difference: float
    interval: Interval

    effect: float
    p: float

    @property
    def known_interval(self) -> Interval | None:
        """The interval, where there are pairs enough for one."""
        return self.interval if self.pairs >= LEAST_RUNS else None


def paired_test(
    first: Sequence[float] | FloatArray, second: Sequence[float] | FloatArray, rng: np.random.Generator
) -> PairedTest:
    """Compare two samples ``(n,)`` whose entries belong together, such as runs of the same seed.

    Equal pairs are left out of test and effect, as Wilcoxon did. With few pairs the p-value is exact.

    Raises:
        ConfigurationError: If the samples differ in length, are empty, or hold a value that is not finite.
    """
    a, b = _finite(first), _finite(second)
    if len(a) != len(b):
        raise ConfigurationError(f"paired samples must have the same length; got {len(a)} and {len(b)}")
    difference = a - b
    interval = bootstrap_interval(difference, rng)
    return PairedTest(len(a), float(difference.mean()), interval, rank_biserial(difference), _wilcoxon(difference))


def rank_biserial(differences: FloatArray) -> float:
    """Matched-pairs rank-biserial correlation of differences ``(n,)``, from -1 to 1; 0 if all are zero.

    >>> rank_biserial(np.array([1.0, 2.0, -3.0, 0.0]))  # ranks 1 + 2 for, 3 against
    0.0
    """
    from scipy.stats import rankdata

    unequal = differences[differences != 0]
    if not len(unequal):
        return 0.0
    ranks = rankdata(np.abs(unequal))
    return float((ranks * np.sign(unequal)).sum() / ranks.sum())


def _wilcoxon(differences: FloatArray) -> float:
    from scipy.stats import wilcoxon

    unequal = differences[differences != 0]
    return float(wilcoxon(unequal).pvalue) if len(unequal) else 1.0


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values of a family of tests, adjusted by Holm's step-down procedure, in the same order.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for position, index in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - position) * p_values[index]))
        adjusted[index] = largest
    return adjusted


def verdict(effect: float, p: float) -> str:
    """What a test says in words: ``"better"``, ``"worse"`` or ``"not significant"``.

    Args:
        effect: Oriented so that positive is better.
        p: P-value, after correction.
    """
    if p >= LEVEL:
        return "not significant"
    return "better" if effect > 0 else "worse"


@dataclass(frozen=True, slots=True)
class MeanRanks:
    """Arms ranked within every block.

    Attributes:
        names: The arms, best first.
        ranks: Their mean ranks over the blocks; 1 is best, equals share.
        blocks: Number of blocks.
        p: P-value of Friedman's test that all are equal.
        pairwise: ``pairwise[i][j]``: p-value of Nemenyi's comparison of arms ``i`` and ``j``; empty if not compared.
    """

    names: tuple[str, ...]
    ranks: tuple[float, ...]
    blocks: int
    p: float
    pairwise: tuple[tuple[float, ...], ...]


def mean_ranks(names: Sequence[str], scores: FloatArray, *, pairs: bool = True) -> MeanRanks:
    """Mean ranks of arms over blocks.

    Args:
        names: The ``k >= 3`` arms.
        scores: ``(blocks, k)``, at least two blocks; lower is better.
        pairs: Whether pairs of arms are compared, which takes scikit-posthocs; else ``pairwise`` is empty.

    Raises:
        ConfigurationError: If there are too few arms or blocks, or scikit-posthocs is not installed.
    """
    from scipy.stats import friedmanchisquare, rankdata

    blocks, arms = scores.shape
    if arms < 3 or blocks < 2:
        raise ConfigurationError(f"mean ranks need at least 3 arms and 2 blocks; got {arms} and {blocks}")
    ranks = rankdata(scores, axis=1)
    if (ranks == ranks.mean()).all():  # no arm differs from any other anywhere: the statistic is 0 / 0
        p, pairwise = 1.0, np.ones((arms, arms))
    else:
        p = float(friedmanchisquare(*scores.T).pvalue)
        pairwise = _nemenyi(scores) if pairs else np.ones((arms, arms))
    order = np.argsort(ranks.mean(axis=0), kind="stable").tolist()
    return MeanRanks(
        tuple(names[i] for i in order),
        tuple(float(ranks[:, i].mean()) for i in order),
        blocks,
        p,
        tuple(tuple(float(pairwise[i][j]) for j in order) for i in order) if pairs else (),
    )


def _nemenyi(scores: FloatArray) -> FloatArray:
    try:
        from scikit_posthocs import posthoc_nemenyi_friedman
    except ImportError:
        raise ConfigurationError(f"mean ranks need scikit-posthocs; {EXTRA}") from None
    p_values: FloatArray = np.asarray(posthoc_nemenyi_friedman(scores), dtype=np.float64)
    return p_values


@dataclass(frozen=True, slots=True)
class Spread:
    """A quantity over the seeds that have it.

    Attributes:
        mean: Arithmetic mean.
        median: Median.
        low: Smallest value.
        high: Largest value.
    """

    mean: float
    median: float
    low: float
    high: float


def spread(values: Sequence[float | int | None]) -> Spread | None:
    """The spread of the values that are not None; None if none is left.

    >>> spread([1, None, 2, 6])
    Spread(mean=3.0, median=2.0, low=1.0, high=6.0)
    """
    known = [float(value) for value in values if value is not None]
    if not known:
        return None
    sample = np.array(known, dtype=np.float64)
    if np.abs(sample).max() < _HUGE:
        return Spread(statistics.fmean(known), statistics.median(known), min(known), max(known))
    return Spread(float(reduced(np.mean, sample)), float(reduced(np.median, sample)), min(known), max(known))
