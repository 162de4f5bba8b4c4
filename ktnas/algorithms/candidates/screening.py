"""Screening: which of many bred architectures are worth an evaluation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
from scipy.special import ndtr

from ktnas.algorithms.candidates.evidence import Evidence
from ktnas.embedding.base import FittedEmbedder
from ktnas.surrogate.base import Predictor, Surrogate
from ktnas.surrogate.normal_scores import normal_scores
from ktnas.typing import FloatArray, Genotype


class Ranking(Protocol):
    """Fitted screening."""

    def scores(self, candidates: Mapping[str, Sequence[Genotype]]) -> Mapping[str, FloatArray]:
        """Scores ``(n,)`` of each task's candidates: the highest is evaluated first."""


Supposition: TypeAlias = Callable[[FloatArray, FloatArray], FloatArray]
"""What is supposed of pending evaluations ``(m,)``, from their predicted means ``(m,)`` and what was seen ``(n,)``.

All of one task, as normal scores.
"""


@runtime_checkable
class Supposing(Protocol):
    """A ranking that can take outcomes of pending evaluations for granted."""

    def supposing(self, pending: Mapping[str, Sequence[Genotype]], suppose: Supposition) -> Ranking:
        """The ranking that would be, had the pending evaluations the supposed outcomes; none is in the evidence."""


@runtime_checkable
class Expected(Protocol):
    """A ranking that knows how much of what finished searches expected holds."""

    def trends(self) -> Mapping[str, float]:
        """Shares per task, from 0 to 0.9; 0 where nothing was expected."""


@runtime_checkable
class Believing(Protocol):
    """A ranking by a model that can be asked what it believes."""

    def correlation(self) -> tuple[tuple[str, ...], FloatArray]:
        """The tasks that the model knows, and their correlation ``(tasks, tasks)``; no tasks where it has none."""

    def predicted(self, task: str, genotypes: Sequence[Genotype]) -> tuple[FloatArray, FloatArray] | None:
        """Means and standard deviations ``(n,)`` of architectures, as normal scores; None for an unknown task."""


@runtime_checkable
class SharesEvidence(Protocol):
    """A screening in which what one task has seen reaches others."""

    @property
    def shares_evidence(self) -> bool:
        """True."""


def trends_of(ranking: Ranking) -> Mapping[str, float]:
    """How much of what was expected holds on each task; nothing where the ranking does not tell."""
    return ranking.trends() if isinstance(ranking, Expected) else {}


class Screening(Protocol):
    """A way to rank candidates before they are evaluated. Its fields are its whole configuration."""

    def fit(self, evidence: Mapping[str, Evidence], embedder: FittedEmbedder, rng: np.random.Generator) -> Ranking:
        """Learn from every task's evidence; tasks without any are absent."""


@dataclass(frozen=True, slots=True)
class NoScreening:
    """Candidates are evaluated in the order they were bred."""

    def fit(self, evidence: Mapping[str, Evidence], embedder: FittedEmbedder, rng: np.random.Generator) -> Ranking:
        """Nothing to learn."""
        return _Unranked()


@dataclass(frozen=True, slots=True)
class _Unranked:
    def scores(self, candidates: Mapping[str, Sequence[Genotype]]) -> Mapping[str, FloatArray]:
        return {task: np.zeros(len(genotypes)) for task, genotypes in candidates.items()}


@dataclass(frozen=True, slots=True)
class SurrogateScreening:
    """One surrogate per task, fitted to normal scores of its fitness; candidates by expected improvement.

    Attributes:
        surrogate: The regressor.
    """

    surrogate: Surrogate

    def fit(self, evidence: Mapping[str, Evidence], embedder: FittedEmbedder, rng: np.random.Generator) -> Ranking:
        """Fit a surrogate to each task's evidence."""
        fitted: dict[str, tuple[Predictor, float]] = {}
        for (task, seen), stream in zip(evidence.items(), rng.spawn(len(evidence)), strict=True):
            y = normal_scores(seen.fitness)
            predictor = self.surrogate.fit(embedder.embed(seen.genotypes), y, stream)
            fitted[task] = predictor, float(y.max())
        return _ByImprovement(fitted, embedder, self.surrogate, evidence, rng)


@dataclass(frozen=True, slots=True)
class _ByImprovement:
    fitted: Mapping[str, tuple[Predictor, float]]
    embedder: FittedEmbedder
    surrogate: Surrogate
    evidence: Mapping[str, Evidence]
    rng: np.random.Generator

    def supposing(self, pending: Mapping[str, Sequence[Genotype]], suppose: Supposition) -> Ranking:
        """The surrogate fitted anew, to what was seen and what is supposed."""
        fitted = dict(self.fitted)
        for (task, genotypes), stream in zip(pending.items(), self.rng.spawn(len(pending)), strict=True):
            if task in fitted and len(genotypes):
                x, y = self.embedder.embed(genotypes), normal_scores(self.evidence[task].fitness)
                supposed = suppose(self.fitted[task][0].predict(x)[0], y)
                seen = self.embedder.embed(self.evidence[task].genotypes)
                both = np.concatenate([y, supposed])
                fitted[task] = self.surrogate.fit(np.concatenate([seen, x]), both, stream), float(both.max())
        return replace(self, fitted=fitted)

    def correlation(self) -> tuple[tuple[str, ...], FloatArray]:
        """No model knows of two tasks."""
        return (), np.zeros((0, 0))

    def predicted(self, task: str, genotypes: Sequence[Genotype]) -> tuple[FloatArray, FloatArray] | None:
        if task not in self.fitted:
            return None
        return self.fitted[task][0].predict(self.embedder.embed(genotypes))

    def scores(self, candidates: Mapping[str, Sequence[Genotype]]) -> Mapping[str, FloatArray]:
        return {task: self._scores(task, genotypes) for task, genotypes in candidates.items()}

    def _scores(self, task: str, genotypes: Sequence[Genotype]) -> FloatArray:
        if task not in self.fitted or not genotypes:
            return np.zeros(len(genotypes))
        predictor, best = self.fitted[task]
        return expected_improvement(*predictor.predict(self.embedder.embed(genotypes)), best)


@dataclass(frozen=True, slots=True)
class Separately:
    """Another screening fitted to each task's evidence alone: nothing one task has seen reaches another.

    Attributes:
        screening: The screening of each task.
    """

    screening: Screening

    def fit(self, evidence: Mapping[str, Evidence], embedder: FittedEmbedder, rng: np.random.Generator) -> Ranking:
        """Fit once per task; all tasks draw the same random numbers, whichever they are searched beside."""
        state = rng.bit_generator.state
        rankings: dict[str, Ranking] = {}
        for task, seen in evidence.items():
            rng.bit_generator.state = state
            rankings[task] = self.screening.fit({task: seen}, embedder, rng)
        return _OnePerTask(rankings)


@dataclass(frozen=True, slots=True)
class _OnePerTask:
    rankings: Mapping[str, Ranking]

    def correlation(self) -> tuple[tuple[str, ...], FloatArray]:
        """No model knows of two tasks."""
        return (), np.zeros((0, 0))

    def predicted(self, task: str, genotypes: Sequence[Genotype]) -> tuple[FloatArray, FloatArray] | None:
        ranking = self.rankings.get(task)
        if not isinstance(ranking, Believing):
            return None
        return ranking.predicted(task, genotypes)

    def trends(self) -> Mapping[str, float]:
        return {task: share for ranking in self.rankings.values() for task, share in trends_of(ranking).items()}

    def supposing(self, pending: Mapping[str, Sequence[Genotype]], suppose: Supposition) -> Ranking:
        rankings = dict(self.rankings)
        for task, ranking in self.rankings.items():
            if isinstance(ranking, Supposing) and task in pending:
                rankings[task] = ranking.supposing({task: pending[task]}, suppose)
        return _OnePerTask(rankings)

    def scores(self, candidates: Mapping[str, Sequence[Genotype]]) -> Mapping[str, FloatArray]:
        scores: dict[str, FloatArray] = {task: np.zeros(len(genotypes)) for task, genotypes in candidates.items()}
        for task in candidates.keys() & self.rankings.keys():
            scores.update(self.rankings[task].scores({task: candidates[task]}))
        return scores


def expected_improvement(mean: FloatArray, std: FloatArray, best: float) -> FloatArray:
    """Expected improvement over ``best`` of normal predictions (Jones, Schonlau, Welch 1998, eq. 15).

    Args:
        mean: Means ``(n,)``, higher is better.
        std: Standard deviations ``(n,)``, not negative.
        best: Fitness to improve on.

    Returns:
        ``(n,)``, not negative.
    """
    gain = mean - best
    safe = np.maximum(std, 1e-12)
    z = gain / safe
    density = np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi)
    improvement: FloatArray = gain * ndtr(z) + safe * density
    return np.maximum(improvement, 0.0)
