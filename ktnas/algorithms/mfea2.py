"""MFEA-II: mating probabilities learned while searching (Bali, Ong, Gupta, Tan, IEEE TEVC 24(1), 2020).

The children of task ``s`` that mating with task ``t`` yields follow a mixture of the two tasks' distributions; the
probability of each pair is the one under which this mixture explains both populations best. For categorical genes
a distribution is a frequency per position and value, with uniform noise, in place of Gaussians. Parents of
different tasks that do not mate, mate with another of their own task instead.

Ours: a member is judged by its own task's frequencies without itself. Counted in, it would make its own task's
distribution explain it best whatever the other one is, and with populations of ten nothing would ever be learned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ktnas.algorithms.candidates.variation import Child
from ktnas.algorithms.mfea import MFEA
from ktnas.errors import ConfigurationError
from ktnas.problem.population import Population
from ktnas.problem.trial import Trial
from ktnas.spaces.base import SearchSpace
from ktnas.spaces.operators import crossover
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
        count, width = len(populations), len(cardinalities)
        codes = [np.array([t.genotype for t in p], dtype=np.int64).reshape(len(p), width) for p in populations]
        found = np.eye(count)
        for s, t in combinations(range(count), 2):
            if len(codes[s]) and len(codes[t]):
                ratios = [self._log_ratio(codes[a], codes[b], cardinalities) for a, b in ((s, t), (t, s))]
                found[s, t] = found[t, s] = _most_likely(np.concatenate(ratios), count)
        return found

    def _log_ratio(self, own: IntArray, other: IntArray, cardinalities: Sequence[int]) -> FloatArray:
        """Logarithm ``(n,)`` of how much likelier the other population makes each member than its own one does."""
        ratio = np.zeros(len(own))
        for values, others, size in zip(own.T, other.T, cardinalities, strict=True):
            here = (np.bincount(values, minlength=size)[values] - 1) / max(len(own) - 1, 1)
            there = np.bincount(others, minlength=size)[values] / len(other)
            noise = self.noise / size
            ratio += np.log((1 - self.noise) * there + noise) - np.log((1 - self.noise) * here + noise)
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
    """MFEA whose mating probabilities are learned online (MFEA-II)."""
    return MFEA(LearnedMating(), AtHome(), label="mfea2")
