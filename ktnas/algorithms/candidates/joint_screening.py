"""Screening by one model for all tasks: what one task has seen informs the others within the surrogate."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ktnas.algorithms.candidates.evidence import Evidence, itself
from ktnas.algorithms.candidates.screening import Ranking, Supposition, expected_improvement
from ktnas.embedding.base import FittedEmbedder, expected_of, group_widths
from ktnas.errors import ConfigurationError
from ktnas.rng import Streams
from ktnas.surrogate.multi_task import FittedMultiTask, MultiTaskGaussianProcess, Observations, Predictions
from ktnas.surrogate.normal_scores import highest_score, normal_scores
from ktnas.typing import FloatArray, Genotype, IntArray


@dataclass(frozen=True, slots=True)
class Plateaus:
    """What is done about networks that come out alike, lest a search evaluate them one after the other.

    Codes of equal networks that have shown exactly one fitness on a task teach nothing more there: all further codes of
    that network rank last. And where several share the best fitness, a candidate is held against the score that it
    would have alone, the highest there is among so many: to be one more of them is no improvement.

    Attributes:
        proofs: How many codes of a network must have shown exactly one fitness, and none another.
    """

    proofs: int = 2

    def __post_init__(self) -> None:
        if self.proofs < 2:
            raise ConfigurationError(f"at least 2 codes of a network must have shown one fitness; got {self.proofs}")


@dataclass(frozen=True, slots=True)
class JointScreening:
    """A multi-task Gaussian process on every task's normal scores; candidates by expected improvement.

    While a task has evaluations to spare, what may improve is its true fitness: the spread of a prediction is what the
    process does not know, and exploring pays. At the end only what the last evaluations show counts: the noise of an
    observation is part of the spread, which leans the choice to candidates of high means.

    Attributes:
        model: The Gaussian process.
        detailed: Candidates per task, those of the highest predicted means, whose improvement is computed.
        final: Evaluations per task, its last ones, in which noise counts.
        others: Candidates per task, drawn at random among the rest, whose improvement is computed too: they may promise
            little and yet be worth a try, since little is known of them. All others rank below.
        plateaus: What is done about networks that come out alike; None for nothing.
    """

    model: MultiTaskGaussianProcess = field(default_factory=MultiTaskGaussianProcess)
    detailed: int = 200
    final: int = 15
    others: int = 300
    plateaus: Plateaus | None = field(default_factory=Plateaus)

    def __post_init__(self) -> None:
        if self.detailed < 1 or min(self.final, self.others) < 0:
            raise ConfigurationError(
                "at least 1 candidate must be looked at in detail, and the numbers of others and of final evaluations "
                f"must not be negative; got {self.detailed}, {self.others} and {self.final}"
            )

    @property
    def shares_evidence(self) -> bool:
        """One model learns from all tasks."""
        return True

    def fit(self, evidence: Mapping[str, Evidence], embedder: FittedEmbedder, rng: np.random.Generator) -> Ranking:
        """Fit one model to all evidence."""
        if not evidence:
            return _Unseen()
        seen = observations(evidence, embedder)
        standings = {
            task: self._standing(i, own, seen.y[seen.tasks == i]) for i, (task, own) in enumerate(evidence.items())
        }
        fitted = self.model.fit(seen, rng)
        return _ByJointImprovement(self, fitted, standings, embedder, int(rng.integers(2**63)))

    def _standing(self, number: int, own: Evidence, scores: FloatArray) -> _TaskStanding:
        ending = own.remaining <= self.final
        if self.plateaus is None:
            return _TaskStanding(number, float(scores.max()), ending)
        settled = own.settled(self.plateaus.proofs)
        return _TaskStanding(number, highest_score(len(scores)), ending, frozenset(own.genotypes), settled, own.network)


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
        expected=expected_of(embedder, list(rows)),
    )


@dataclass(frozen=True, slots=True)
class _TaskStanding:
    """How far a task has come.

    Attributes:
        number: Its number in the model.
        best: The score to improve on.
        ending: Whether it is at its last evaluations.
        known: Architectures that have been evaluated, where they are left out.
        settled: Networks of which nothing more is to be learned.
        network: The network that a code stands for.
    """

    number: int
    best: float
    ending: bool
    known: frozenset[Genotype] = frozenset()
    settled: frozenset[Hashable] = frozenset()
    network: Callable[[Genotype], Hashable] = itself

    def left(self, genotypes: Sequence[Genotype]) -> IntArray:
        """Numbers ``(k,)`` of the candidates that are worth an evaluation."""
        known = np.fromiter(map(self.known.__contains__, genotypes), dtype=bool, count=len(genotypes))
        left = np.flatnonzero(~known)
        if self.settled:
            networks = (self.network(genotypes[i]) for i in left.tolist())
            left = left[np.fromiter((network not in self.settled for network in networks), dtype=bool)]
        return left


@dataclass(frozen=True, slots=True)
class _Unseen:
    """No task has seen anything."""

    def scores(self, candidates: Mapping[str, Sequence[Genotype]]) -> Mapping[str, FloatArray]:
        return {task: np.zeros(len(genotypes)) for task, genotypes in candidates.items()}


@dataclass(frozen=True, slots=True)
class _ByJointImprovement:
    screening: JointScreening
    fitted: FittedMultiTask
    standings: Mapping[str, _TaskStanding]
    embedder: FittedEmbedder
    seed: int

    def supposing(self, pending: Mapping[str, Sequence[Genotype]], suppose: Supposition) -> Ranking:
        """The process as it is, with what is supposed as further observations."""
        asked = {task: pending[task] for task in self.standings if pending.get(task)}
        if not asked:
            return self
        every = [genotype for genotypes in asked.values() for genotype in genotypes]
        x, expected = self.embedder.embed(every), expected_of(self.embedder, every)
        numbers = [self.standings[task].number for task in asked]
        tasks = np.repeat(numbers, [len(genotypes) for genotypes in asked.values()])
        supposed, standings = np.empty(len(x)), dict(self.standings)
        for task, number in zip(asked, numbers, strict=True):
            own, seen = tasks == number, self.fitted.seen
            mean = self.fitted.at(x[own], None if expected is None else expected[own]).mean(number)
            supposed[own] = suppose(mean, seen.y[seen.tasks == number])
            best = max(standings[task].best, float(supposed[own].max()))
            standings[task] = replace(standings[task], best=best)
        return replace(self, fitted=self.fitted.supposing(x, tasks, supposed, expected), standings=standings)

    def scores(self, candidates: Mapping[str, Sequence[Genotype]]) -> Mapping[str, FloatArray]:
        scores: dict[str, FloatArray] = {t: np.zeros(len(genotypes)) for t, genotypes in candidates.items()}
        shared: dict[int, list[str]] = {}
        for task, genotypes in candidates.items():
            if task in self.standings and len(genotypes):
                shared.setdefault(id(genotypes), []).append(task)
        for tasks in shared.values():  # one prediction for all tasks that choose from the same candidates
            genotypes = candidates[tasks[0]]
            predictions = self._predictions(genotypes)
            scores.update({task: self._improvements(self.standings[task], predictions, genotypes) for task in tasks})
        return scores

    def correlation(self) -> tuple[tuple[str, ...], FloatArray]:
        """The correlation of the tasks that the process believes in."""
        return tuple(self.standings), self.fitted.task_covariance

    def predicted(self, task: str, genotypes: Sequence[Genotype]) -> tuple[FloatArray, FloatArray] | None:
        if task not in self.standings:
            return None
        number, predictions = self.standings[task].number, self._predictions(genotypes)
        return predictions.mean(number), predictions.deviation(number, np.arange(len(genotypes)))

    def trends(self) -> Mapping[str, float]:
        """How much of what was expected holds on each task, from 0 to 0.9; 0 where nothing was."""
        return {task: float(self.fitted.trend[standing.number]) for task, standing in self.standings.items()}

    def _predictions(self, genotypes: Sequence[Genotype]) -> Predictions:
        return self.fitted.at(self.embedder.embed(genotypes), expected_of(self.embedder, genotypes))

    def _improvements(
        self, standing: _TaskStanding, predictions: Predictions, genotypes: Sequence[Genotype]
    ) -> FloatArray:
        """Expected improvements ``(n,)``; -1 where none is computed, since nothing or too little is promised."""
        mean = predictions.mean(standing.number)
        rows = self._detailed(standing, mean, standing.left(genotypes))
        noise = self.fitted.settings.noise if standing.ending else 0.0
        std = predictions.deviation(standing.number, rows)
        scores = np.full(len(genotypes), -1.0)
        scores[rows] = expected_improvement(mean[rows], np.sqrt(std**2 + noise), standing.best)
        return scores

    def _detailed(self, standing: _TaskStanding, mean: FloatArray, left: IntArray) -> IntArray:
        """Numbers of the candidates whose improvement is computed: the highest means of what is left, and others."""
        order = left[np.argsort(-mean[left], kind="stable")]
        top, rest = order[: self.screening.detailed], np.sort(order[self.screening.detailed :])
        count = min(self.screening.others, len(rest))
        if not count:
            return top
        rng = Streams(self.seed).rng("others", standing.number)
        return np.concatenate([top, rng.choice(rest, count, replace=False)])
