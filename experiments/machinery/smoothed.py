"""What a table says of an architecture by all its other entries: ranks with the luck of a single training taken out.

Near the top of a noisy table most of a rank is luck (`experiments.paper.table_noise`). So a Gaussian process is fitted
to every entry of a task, as normal scores on the `combined` embedding, and the smoothed value of an architecture is
what all *other* entries predict for it (leave-one-out; Rasmussen and Williams 2006, eq. 5.12). Results that equal
networks share make these values a little optimistic. No search ever sees them: they serve the report, and as the limit
of what a model of this kind can know.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np
from scipy.linalg import cho_factor, cho_solve, lapack
from scipy.spatial.distance import pdist, squareform

from experiments.machinery.tables import opened
from ktnas.embedding.base import Embedder
from ktnas.embedding.cached import cached
from ktnas.embedding.combined import combined
from ktnas.rng import Streams
from ktnas.surrogate.normal_scores import normal_scores
from ktnas.typing import FloatArray, IntArray

SCALES = (0.5, 1.0, 2.0)
"""Length scales to choose from, as multiples of the median distance."""

NOISES = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Noise variances to choose from, as shares of the signal's."""

COMBINED = combined()

SUBSET = 1000
"""Architectures on which both are chosen, by marginal likelihood."""


@dataclass(frozen=True, slots=True)
class SmoothedTask:
    """A task's table, entry by entry, and what its other entries say of each.

    Attributes:
        fitness: ``(n,)`` as listed, higher is better.
        ranks: ``(n,)`` ranks by the smoothed values, 1 is best.
        results: ``(n,)`` numbers that entries share whose results are the same on all tasks: one training, copied.
        scale: Length scale that was chosen.
        noise: Noise variance that was chosen.
    """

    fitness: FloatArray
    ranks: IntArray
    results: IntArray
    scale: float
    noise: float

    def rank(self, fitness: float) -> float:
        """Smoothed rank of what has this listed fitness; the mean where several have."""
        return float(self.ranks[self.fitness == fitness].mean())

    def limit(self, evaluations: int) -> int:
        """Best listed rank among so many different results, those that the smoothed values put first."""
        order = np.argsort(self.ranks)
        first = np.sort(np.unique(self.results[order], return_index=True)[1])[:evaluations]
        best = self.fitness[order[first]].max()
        return 1 + int((self.fitness > best).sum())


@lru_cache(maxsize=2)
def smoothed(
    benchmark: str, tasks: tuple[str, ...], embedder: Embedder = COMBINED, subset: int = SUBSET
) -> dict[str, SmoothedTask]:
    """Every task of a benchmark, over the architectures that are listed for all of them."""
    table = opened(benchmark, tasks)
    x = cached(embedder, table.space).embed(table.genotypes)
    distances = squareform(pdist(x))
    distances /= np.median(distances[np.triu_indices(len(x), 1)])
    some = np.sort(Streams(0).rng("smoothed").choice(len(x), min(subset, len(x)), replace=False))
    listed = {task: table.record(task).fitness for task in tasks}
    results = np.unique(np.column_stack(list(listed.values())), axis=0, return_inverse=True)[1].ravel()
    return {task: _smoothed(fitness, results, distances, some) for task, fitness in listed.items()}


def _smoothed(fitness: FloatArray, results: IntArray, distances: FloatArray, subset: IntArray) -> SmoothedTask:
    own, y = distances[np.ix_(subset, subset)], normal_scores(fitness[subset])
    scale, noise = max(product(SCALES, NOISES), key=lambda choice: _likelihood(own, y, *choice))
    values = leave_one_out(covariance(distances, scale, noise), normal_scores(fitness))
    ranks = np.empty(len(values), dtype=np.int64)
    ranks[np.argsort(-values, kind="stable")] = np.arange(1, len(values) + 1)
    return SmoothedTask(fitness, ranks, results, scale, noise)


def covariance(distances: FloatArray, scale: float, noise: float) -> FloatArray:
    """Matern-3/2 covariance ``(n, n)`` with noise on the diagonal."""
    reach = np.sqrt(3.0) * distances / scale
    found: FloatArray = (1 + reach) * np.exp(-reach)
    found[np.diag_indices_from(found)] += noise
    return found


def leave_one_out(covariances: FloatArray, y: FloatArray) -> FloatArray:
    """What all other observations predict for each ``(n,)``, from their covariance ``(n, n)`` with noise."""
    factor = cho_factor(covariances, lower=True)
    inverse, failure = lapack.dpotri(factor[0], lower=True)
    if failure:
        raise np.linalg.LinAlgError("a covariance must be positive definite")
    predictions: FloatArray = y - cho_solve(factor, y) / np.diag(inverse)
    return predictions


def _likelihood(distances: FloatArray, y: FloatArray, scale: float, noise: float) -> float:
    factor = cho_factor(covariance(distances, scale, noise), lower=True)
    return float(-0.5 * y @ cho_solve(factor, y) - np.log(np.diag(factor[0])).sum())
