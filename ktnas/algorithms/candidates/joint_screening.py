"""Screening by one model for all tasks: what one task has seen informs the others within the surrogate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ktnas.algorithms.candidates.screening import Evidence, Ranking, Supposition, expected_improvement
from ktnas.embedding.base import FittedEmbedder, group_widths
from ktnas.errors import ConfigurationError
from ktnas.surrogate.multi_task import FittedMultiTask, MultiTaskGaussianProcess, Observations
from ktnas.surrogate.normal_scores import normal_scores
from ktnas.typing import FloatArray, Genotype


@dataclass(frozen=True, slots=True)
class JointScreening:
    """A multi-task Gaussian process on every task's normal scores; candidates by expected improvement.

    While a task has evaluations to spare, what may improve is its true fitness: the spread of a prediction is what the
    process does not know, and exploring pays. At the end only what the last evaluations show counts: the noise of an
    observation is part of the spread, which leans the choice to candidates of high means.

    Attributes:
        model: The Gaussian process.
        detailed: Candidates per task, those of the highest predicted means, whose improvement is computed;
            all others rank below them.
        final: Evaluations per task, its last ones, in which noise counts.
    """

    model: MultiTaskGaussianProcess = field(default_factory=MultiTaskGaussianProcess)
    detailed: int = 200
    final: int = 15

    def __post_init__(self) -> None:
        if self.detailed < 1 or self.final < 0:
            raise ConfigurationError(
                "at least 1 candidate must be looked at in detail, and the number of final evaluations must not be "
                f"negative; got {self.detailed} and {self.final}"
            )

    def fit(self, evidence: Mapping[str, Evidence], embedder: FittedEmbedder, rng: np.random.Generator) -> Ranking:
        """Fit one model to all evidence."""
        if not evidence:
            return _ByJointImprovement(None, {}, {}, frozenset(), embedder, self.detailed)
        seen = observations(evidence, embedder)
        best = {task: float(seen.y[seen.tasks == i].max()) for i, task in enumerate(evidence)}
        number = {task: i for i, task in enumerate(evidence)}
        ending = frozenset(task for task, own in evidence.items() if own.remaining <= self.final)
        return _ByJointImprovement(self.model.fit(seen, rng), number, best, ending, embedder, self.detailed)


def observations(evidence: Mapping[str, Evidence], embedder: FittedEmbedder) -> Observations:
    """All evidence as one model sees it: tasks numbered in their order, fitness as normal scores within a task."""
    rows: dict[Genotype, int] = {}
    for seen in evidence.values():
        for genotype in seen.genotypes:
            rows.setdefault(genotype, len(rows))
    x = embedder.embed(list(rows))
    return Observations(
        x=x,
        rows=np.array([rows[g] for seen in evidence.values() for g in seen.genotypes]),
        tasks=np.repeat(np.arange(len(evidence)), [len(seen.genotypes) for seen in evidence.values()]),
        y=np.concatenate([normal_scores(seen.fitness) for seen in evidence.values()]),
        groups=group_widths(embedder, x.shape[1]),
    )


@dataclass(frozen=True, slots=True)
class _ByJointImprovement:
    fitted: FittedMultiTask | None
    number: Mapping[str, int]
    best: Mapping[str, float]
    ending: frozenset[str]
    embedder: FittedEmbedder
    detailed: int

    def supposing(self, pending: Mapping[str, Sequence[Genotype]], suppose: Supposition) -> Ranking:
        """The process as it is, with what is supposed as further observations."""
        asked = {self.number[task]: genotypes for task, genotypes in pending.items() if task in self.number}
        if self.fitted is None or not any(asked.values()):
            return self
        x = self.embedder.embed([genotype for genotypes in asked.values() for genotype in genotypes])
        tasks = np.repeat(list(asked), [len(genotypes) for genotypes in asked.values()])
        supposed, best = np.empty(len(x)), dict(self.best)
        for task, number in self.number.items():
            if (own := tasks == number).any():
                means, _ = self.fitted.predict(x[own], [number], 0)
                supposed[own] = suppose(means[0], self.fitted.seen.y[self.fitted.seen.tasks == number])
                best[task] = max(best[task], float(supposed[own].max()))
        return replace(self, fitted=self.fitted.supposing(x, tasks, supposed), best=best)

    def scores(self, candidates: Mapping[str, Sequence[Genotype]]) -> Mapping[str, FloatArray]:
        scores: dict[str, FloatArray] = {t: np.zeros(len(genotypes)) for t, genotypes in candidates.items()}
        shared: dict[int, list[str]] = {}
        for task, genotypes in candidates.items():
            if task in self.number and len(genotypes):
                shared.setdefault(id(genotypes), []).append(task)
        for tasks in shared.values():  # one prediction for all tasks that choose from the same candidates
            scores.update(self._improvements(tasks, candidates[tasks[0]]))
        return scores

    def _improvements(self, tasks: Sequence[str], genotypes: Sequence[Genotype]) -> dict[str, FloatArray]:
        if self.fitted is None:
            return {}
        numbers = [self.number[task] for task in tasks]
        means, stds = self.fitted.predict(self.embedder.embed(genotypes), numbers, self.detailed)
        scores = {}
        for task, mean, std in zip(tasks, means, stds, strict=True):
            noise = self.fitted.settings.noise if task in self.ending else 0.0
            improvement = expected_improvement(mean, np.sqrt(std**2 + noise), self.best[task])
            scores[task] = np.where(std > 0, improvement, -1.0)
        return scores
