"""Screening by one model for all tasks: what one task has seen informs the others within the surrogate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ktnas.embedding import FittedEmbedder, group_widths
from ktnas.errors import ConfigurationError
from ktnas.search.screening import Evidence, Ranking, expected_improvement
from ktnas.surrogate.multi_task import FittedMultiTask, MultiTaskGaussianProcess, Observations
from ktnas.surrogate.normal_scores import normal_scores
from ktnas.typing import FloatArray, Genotype


@dataclass(frozen=True, slots=True)
class JointScreening:
    """A multi-task Gaussian process on every task's normal scores; candidates by expected improvement.

    Attributes:
        model: The Gaussian process.
        detailed: Candidates per task, those of the highest predicted means, whose improvement is computed;
            all others rank below them.
    """

    model: MultiTaskGaussianProcess = field(default_factory=MultiTaskGaussianProcess)
    detailed: int = 600

    def __post_init__(self) -> None:
        if self.detailed < 1:
            raise ConfigurationError(f"at least 1 candidate must be looked at in detail; got {self.detailed}")

    def fit(self, evidence: Mapping[str, Evidence], embedder: FittedEmbedder, rng: np.random.Generator) -> Ranking:
        """Fit one model to all evidence."""
        rows: dict[Genotype, int] = {}
        for seen in evidence.values():
            for genotype in seen.genotypes:
                rows.setdefault(genotype, len(rows))
        targets = {task: normal_scores(seen.fitness) for task, seen in evidence.items()}
        if not rows:
            return _ByJointImprovement(None, {}, {}, embedder, self.detailed)
        x = embedder.embed(list(rows))
        observations = Observations(
            x=x,
            rows=np.array([rows[g] for seen in evidence.values() for g in seen.genotypes]),
            tasks=np.repeat(np.arange(len(evidence)), [len(seen.genotypes) for seen in evidence.values()]),
            y=np.concatenate(list(targets.values())),
            groups=group_widths(embedder, x.shape[1]),
        )
        best = {task: float(y.max()) for task, y in targets.items()}
        number = {task: i for i, task in enumerate(evidence)}
        return _ByJointImprovement(self.model.fit(observations, rng), number, best, embedder, self.detailed)


@dataclass(frozen=True, slots=True)
class _ByJointImprovement:
    fitted: FittedMultiTask | None
    number: Mapping[str, int]
    best: Mapping[str, float]
    embedder: FittedEmbedder
    detailed: int

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
        return {
            task: np.where(std > 0, expected_improvement(mean, std, self.best[task]), -1.0)
            for task, mean, std in zip(tasks, means, stds, strict=True)
        }
