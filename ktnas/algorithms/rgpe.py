"""RGPE: one Gaussian process per task, mixed for each task by how well each of them orders what the task has seen.

Feurer, Letham, Bakshy, "Scalable Meta-Learning for Bayesian Optimization using Ranking-Weighted Gaussian Process
Ensembles", AutoML workshop at ICML 2018: of draws from every task's process, the one that misorders the fewest pairs of
the target's evaluations wins; a process has its share of wins as its weight. The target's own process is judged on what
was left out when it was fitted. A process whose median loss is above the 95th percentile of the target's own is left
out, lest many bad ones win by chance. Mixed are means, and variances with the squares of the weights; expected
improvement chooses.

The paper's base processes are of finished searches; here they are those of the other tasks, as far as these have come.
Deviations: draws are independent between architectures, since a surrogate here tells no covariances; ten folds stand in
for leaving out one at a time; and fitness is replaced by normal scores, as everywhere here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ktnas.algorithms.candidates.evidence import Evidence
from ktnas.algorithms.candidates.pool import WholeSpace
from ktnas.algorithms.candidates.screening import Ranking, expected_improvement
from ktnas.algorithms.multi_population.search import KTNAS
from ktnas.embedding.base import FittedEmbedder
from ktnas.embedding.one_hot import OneHot
from ktnas.errors import ConfigurationError
from ktnas.surrogate.base import Predictor, Surrogate
from ktnas.surrogate.gaussian_process import GaussianProcess
from ktnas.surrogate.normal_scores import normal_scores
from ktnas.transfer.no_transfer import NoTransfer
from ktnas.typing import FloatArray, Genotype, IntArray

_FEWEST = 3
"""Below so many evaluations there is next to nothing to be ordered, and all processes weigh the same."""


_PERCENTILE = 95


@dataclass(frozen=True, slots=True)
class RankingWeighted:
    """One surrogate per task; every task chooses by a mixture of all of them.

    Attributes:
        surrogate: The regressor.
        draws: Draws from every surrogate.
        folds: Parts of a task's evaluations, each of which is predicted from the others.
    """

    surrogate: Surrogate = field(default_factory=GaussianProcess)
    draws: int = 200
    folds: int = 10

    def __post_init__(self) -> None:
        if self.draws < 1 or self.folds < 2:
            raise ConfigurationError(f"at least 1 draw and 2 folds are needed; got {self.draws} and {self.folds}")

    @property
    def shares_evidence(self) -> bool:
        """Every task's surrogate is part of the others' mixtures."""
        return True

    def fit(self, evidence: Mapping[str, Evidence], embedder: FittedEmbedder, rng: np.random.Generator) -> Ranking:
        """Fit a surrogate to each task's evidence, and weigh all of them for each task."""
        x = {task: embedder.embed(seen.genotypes) for task, seen in evidence.items()}
        y = {task: normal_scores(seen.fitness) for task, seen in evidence.items()}
        streams = dict(zip(evidence, rng.spawn(len(evidence)), strict=True))
        fitted = {task: self.surrogate.fit(x[task], y[task], streams[task]) for task in evidence}
        weights = {task: self._weights(task, fitted, x[task], y[task], streams[task]) for task in evidence}
        return _Mixed(fitted, weights, {task: float(scores.max()) for task, scores in y.items()}, embedder)

    def _weights(
        self, target: str, fitted: Mapping[str, Predictor], x: FloatArray, y: FloatArray, rng: np.random.Generator
    ) -> Mapping[str, float]:
        if len(y) < _FEWEST:
            return dict.fromkeys(fitted, 1 / len(fitted))
        noise = rng.standard_normal((self.draws, len(y)))
        own = misordered(_drawn(self._left_out(x, y, rng), noise), y, own=True)
        losses = {target: own}
        for task, predictor in fitted.items():
            loss = own if task == target else misordered(_drawn(predictor.predict(x), noise), y, own=False)
            if np.median(loss) <= np.percentile(own, _PERCENTILE):
                losses[task] = loss
        return winners(losses, rng)

    def _left_out(self, x: FloatArray, y: FloatArray, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
        """Means and deviations ``(n,)``, each predicted without what is predicted."""
        mean, std = np.empty(len(y)), np.empty(len(y))
        for part in np.array_split(rng.permutation(len(y)), min(self.folds, len(y))):
            rest = np.setdiff1d(np.arange(len(y)), part)
            mean[part], std[part] = self.surrogate.fit(x[rest], y[rest], rng).predict(x[part])
        return mean, std


def _drawn(predicted: tuple[FloatArray, FloatArray], noise: FloatArray) -> FloatArray:
    mean, std = predicted
    drawn: FloatArray = mean + std * noise
    return drawn


def misordered(drawn: FloatArray, y: FloatArray, *, own: bool) -> IntArray:
    """How many ordered pairs of evaluations each draw puts in the wrong order: the ranking loss of the paper.

    Args:
        drawn: Draws ``(draws, n)``.
        y: What was seen ``(n,)``.
        own: Whether the draws are the task's own, predicted without each: then a drawn value is compared with the seen
            values of the others, which it was fitted to, else with their drawn values.

    >>> y = np.array([1.0, 2.0, 3.0])
    >>> misordered(np.array([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]), y, own=False).tolist()
    [0, 6]
    """
    others = np.broadcast_to(y, drawn.shape) if own else drawn
    wrong = (drawn[:, :, None] < others[:, None, :]) != (y[:, None] < y[None, :])
    wrong[:, np.arange(len(y)), np.arange(len(y))] = False
    counts: IntArray = wrong.sum(axis=(1, 2))
    return counts


def winners(losses: Mapping[str, IntArray], rng: np.random.Generator) -> Mapping[str, float]:
    """Share of draws in which each task's loss is the least; of equals the first task wins, or one drawn of the others.

    Args:
        losses: Losses ``(draws,)`` by task, that of the target first.
        rng: Decides between sources.
    """
    names, table = list(losses), np.stack(list(losses.values()))
    least = table == table.min(axis=0)
    luck = np.where(least, rng.random(table.shape), -1.0)
    luck[0] = np.where(least[0], 2.0, -1.0)
    wins = np.bincount(luck.argmax(axis=0), minlength=len(names))
    return dict(zip(names, (wins / table.shape[1]).tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class _Mixed:
    fitted: Mapping[str, Predictor]
    weights: Mapping[str, Mapping[str, float]]
    best: Mapping[str, float]
    embedder: FittedEmbedder

    def scores(self, candidates: Mapping[str, Sequence[Genotype]]) -> Mapping[str, FloatArray]:
        predicted: dict[tuple[str, int], tuple[FloatArray, FloatArray]] = {}
        scores = {task: np.zeros(len(genotypes)) for task, genotypes in candidates.items()}
        for task, genotypes in candidates.items():
            if task not in self.weights or not genotypes:
                continue
            mean, variance = np.zeros(len(genotypes)), np.zeros(len(genotypes))
            for source, weight in self.weights[task].items():
                if weight > 0:
                    key = (source, id(genotypes))  # tasks that choose from the same candidates share predictions
                    if key not in predicted:
                        predicted[key] = self.fitted[source].predict(self.embedder.embed(genotypes))
                    mean += weight * predicted[key][0]
                    variance += (weight * predicted[key][1]) ** 2
            scores[task] = expected_improvement(mean, np.sqrt(variance), self.best[task])
        return scores


def rgpe() -> KTNAS:
    """RGPE by composition: every part can be exchanged with `dataclasses.replace`."""
    return KTNAS("rgpe", OneHot(), NoTransfer(), RankingWeighted(), WholeSpace(), population=5, offspring=1, migrants=0)
