"""MFEA-II: mating probabilities learned while searching (Bali, Ong, Gupta, Tan, IEEE TEVC 24(1), 2020).

The children of task ``s`` that mating with task ``t`` yields follow a mixture of the two tasks' distributions; the
probability of each pair is the one under which this mixture explains both populations best. For categorical genes
a distribution is a frequency per position and value, with uniform noise, in place of Gaussians. Parents of
different tasks that do not mate, mate with another of their own task instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ktnas.errors import ConfigurationError
from ktnas.population import Population
from ktnas.search.mfea import MFEA
from ktnas.search.variation import Child
from ktnas.space import SearchSpace, crossover
from ktnas.trial import Trial
from ktnas.typing import FloatArray, IntArray

_GRID = np.linspace(0, 1, 101)
_NEGLIGIBLE = 1e-9


@dataclass(frozen=True, slots=True)
class LearnedMating:
    """Maximum likelihood of the mixture, on a grid of hundredths; of equally likely probabilities the highest.

    Attributes:
        noise: Share of the uniform distribution in each task's, in (0, 1].
    """

    noise: float = 0.1

    def __post_init__(self) -> None:
        if not 0 < self.noise <= 1:
            raise ConfigurationError(f"the share of noise must be in (0, 1]; got {self.noise}")

    def probabilities(self, populations: Sequence[Population], cardinalities: Sequence[int]) -> FloatArray:
        """The most likely probability per pair; 0 where one of the two has no population."""
        count = len(populations)
        codes = [np.array([t.genotype for t in p], dtype=np.int64).reshape(len(p), -1) for p in populations]
        tables = [self._log_frequencies(c, cardinalities) for c in codes]
        found = np.eye(count)
        for s, t in combinations(range(count), 2):
            if len(codes[s]) and len(codes[t]):
                ratios = [_log_ratio(codes[s], tables[t], tables[s]), _log_ratio(codes[t], tables[s], tables[t])]
                found[s, t] = found[t, s] = _most_likely(np.concatenate(ratios), count)
        return found

    def _log_frequencies(self, codes: IntArray, cardinalities: Sequence[int]) -> list[FloatArray]:
        """Per position, the logarithm of each value's probability."""
        tables = []
        for position, size in enumerate(cardinalities if len(codes) else ()):
            seen = np.bincount(codes[:, position], minlength=size) / len(codes)
            tables.append(np.log((1 - self.noise) * seen + self.noise / size))
        return tables


def _log_ratio(codes: IntArray, other: Sequence[FloatArray], own: Sequence[FloatArray]) -> FloatArray:
    """Logarithm ``(n,)`` of how much likelier the other task's distribution makes each code than the own one."""
    ratio = np.zeros(len(codes))
    for values, there, here in zip(codes.T, other, own, strict=True):
        ratio += there[values] - here[values]
    return ratio


def _most_likely(log_ratios: FloatArray, count: int) -> float:
    """The probability ``p`` that maximises the sum of ``log(1 - w + w * ratio)`` with ``w = p (N - 1) / (2 N)``."""
    weights = (_GRID * (count - 1) / (2 * count))[:, None]
    likelihood = np.log1p(weights * np.expm1(log_ratios)[None, :]).sum(axis=1)
    best = np.flatnonzero(likelihood >= likelihood.max() - _NEGLIGIBLE)
    return float(_GRID[best[-1]])


@dataclass(frozen=True, slots=True)
class AtHome:
    """It mates with another member of its own task, if there is one."""

    def child(self, space: SearchSpace, parent: Trial, own: Population, rng: np.random.Generator) -> Child:
        """A mixture of the parent and another member drawn at random."""
        others = [trial.genotype for trial in own if trial.genotype != parent.genotype]
        if not others:
            return Child(parent.genotype, (parent.genotype,))
        partner = others[int(rng.integers(len(others)))]
        return Child(crossover(space, parent.genotype, partner, rng), (parent.genotype, partner))


def mfea2() -> MFEA:
    """MFEA-II."""
    return MFEA(LearnedMating(), AtHome(), label="mfea2")
