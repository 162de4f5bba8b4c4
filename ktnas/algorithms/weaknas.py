"""WeakNAS (Wu, Dai, Chen, Chen, Liu, Yu, Wang, Liu, Chen, Yuan, NeurIPS 2021), each task by itself.

"Stronger NAS with Weaker Predictors", section 2.2 and algorithm 1: ten random architectures; then, in rounds of ten, a
predictor is fitted to all that has been evaluated, and the next ten are drawn uniformly from the hundred of the whole
space that it rates highest, those that have been evaluated left out. What a predictor must know is only where the
better part lies, and it moves there round by round.

Settings and encoding are those of the authors' code for NAS-Bench-201: one-hot, rounds of 10 from the best 100, a
multilayer perceptron. Theirs has four layers of 1,000 units, which takes ten seconds a round on a processor; here it
has three of 200. (A random forest, which they name too, finds the best cell far later here: what it rates alike it
cannot tell apart, and beyond what it has seen it is flat.) Targets are standardised by what has been evaluated, not by
the whole table. A space too large to be listed is represented by bred and random architectures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ktnas.algorithms.candidates.evidence import Evidence
from ktnas.algorithms.candidates.pool import WHOLE_SPACE_LIMIT, WholeSpace
from ktnas.algorithms.candidates.screening import Ranking
from ktnas.algorithms.multi_population.search import KTNAS
from ktnas.embedding.base import FittedEmbedder
from ktnas.embedding.one_hot import OneHot
from ktnas.errors import ConfigurationError
from ktnas.surrogate.base import Predictor, Surrogate
from ktnas.surrogate.perceptron import MultilayerPerceptron
from ktnas.transfer.no_transfer import NoTransfer
from ktnas.typing import FloatArray, Genotype, IntArray


@dataclass(frozen=True, slots=True)
class UniformAmongBest:
    """One predictor per task; the candidates that it rates highest come in random order, all others behind them.

    Attributes:
        surrogate: The predictor; only its means count.
        best: Candidates that may be drawn, known ones among them.
    """

    surrogate: Surrogate = field(default_factory=MultilayerPerceptron)
    best: int = 100

    def __post_init__(self) -> None:
        if self.best < 1:
            raise ConfigurationError(f"at least 1 candidate must be among the best; got {self.best}")

    def fit(self, evidence: Mapping[str, Evidence], embedder: FittedEmbedder, rng: np.random.Generator) -> Ranking:
        """Fit a predictor to each task's evidence, and draw the order of its best."""
        fitted: dict[str, _Drawn] = {}
        for (task, seen), stream in zip(evidence.items(), rng.spawn(len(evidence)), strict=True):
            predictor = self.surrogate.fit(embedder.embed(seen.genotypes), seen.fitness, stream)
            fitted[task] = _Drawn(predictor, stream.permutation(self.best), stream.permutation(WHOLE_SPACE_LIMIT))
        return _UniformRanking(fitted, embedder)


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """A predictor, in which order its best come, and which of equally rated candidates counts as better.

    Trees, for one, give many the same value; in the order of their codes, those without operations would come first.
    """

    predictor: Predictor
    best: IntArray
    ties: IntArray


@dataclass(frozen=True, slots=True)
class _UniformRanking:
    fitted: Mapping[str, _Drawn]
    embedder: FittedEmbedder

    def scores(self, candidates: Mapping[str, Sequence[Genotype]]) -> Mapping[str, FloatArray]:
        return {task: self._scores(task, genotypes) for task, genotypes in candidates.items()}

    def _scores(self, task: str, genotypes: Sequence[Genotype]) -> FloatArray:
        scores = np.zeros(len(genotypes))
        if task not in self.fitted or not genotypes:
            return scores
        drawn = self.fitted[task]
        mean, _ = drawn.predictor.predict(self.embedder.embed(genotypes))
        order = np.lexsort((np.resize(drawn.ties, len(mean)), -mean))
        among = min(len(drawn.best), len(order))
        scores[order[:among]] = drawn.best[:among]
        scores[order[among:]] = -1.0 - np.arange(len(order) - among)
        return scores


def weaknas() -> KTNAS:
    """WeakNAS by composition: every part can be exchanged with `dataclasses.replace`."""
    return KTNAS("weaknas", OneHot(), NoTransfer(), UniformAmongBest(), WholeSpace(), migrants=0)
