"""What the labels that transfer rank learns from still say, once the surrogate of ``ktnas`` has spoken.

    python -m experiments.parts.transfer_signal            # 20 seeds
    python -m experiments.parts.transfer_signal --smoke    # seconds

Searches of ``ktnas``, without migrants, so that the surrogate alone chooses, are replayed. Of every architecture that
it chose, two things were known before its evaluation: its expected improvement, and the label of the most similar
architecture (cosine of embeddings) that the task had evaluated until then, which is what an instance-based classifier
goes by. A label is positive where an architecture was within the best 20 % of what the task had seen. How well either,
and both together, tell positives from negatives is the area under the ROC curve; what a label is worth beside the
logarithm of an expected improvement, a logistic regression learns from the choices of other seeds.

The second line of a benchmark takes only architectures that another task had evaluated before, which are what transfer
rank judges, and only the labels of such.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from time import process_time

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from experiments.machinery import harness, publishing
from experiments.machinery.compositions import kept
from experiments.machinery.harness import Options
from experiments.machinery.processes import in_parallel
from experiments.machinery.tables import MACRO, MICRO, NASBENCH_GRAPH, TASKS, opened, tasks
from ktnas.algorithms.candidates.evidence import evidence
from ktnas.algorithms.candidates.joint_screening import JointScreening
from ktnas.algorithms.presets import ktnas
from ktnas.api import search
from ktnas.embedding.base import FittedEmbedder
from ktnas.embedding.cached import cached
from ktnas.problem.trial import History, Trial
from ktnas.report.markdown import Value, markdown_table
from ktnas.rng import Streams
from ktnas.transfer.no_transfer import NoTransfer
from ktnas.typing import FloatArray

TABLES = (MICRO, MACRO, NASBENCH_GRAPH)
EVALUATIONS = 50
AFTER = 10
"""Evaluations of a task that come before the first choice that is looked at."""

BEST = 0.2
"""Share of what a task has seen that is its best: r of the method."""

FOLDS = 4
DRAWS = 1000
GRAPH_SEEDS = 8
"""A search of 26,206 architectures takes a quarter of a minute, and its replay as long."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of the surrogate.

    Attributes:
        seed: Seed of its search.
        improvement: Natural logarithm of its expected improvement.
        nearest: Label of the most similar architecture evaluated on the task before, 1 or 0.
        nearest_known: The same, among those that another task had evaluated before; 0 where there is none.
        known: Whether another task had evaluated it before.
        positive: Its own label.
    """

    seed: int
    improvement: float
    nearest: float
    nearest_known: float
    known: bool
    positive: bool


def replayed(name: str, names: Sequence[str], budget: int, seed: int) -> tuple[list[Choice], float]:
    """Search, and look at every choice once more; and the CPU time."""
    began = process_time()
    benchmark = opened(name, TASKS[name])
    method = kept(replace(ktnas(), transfer=NoTransfer()))
    history = search(benchmark, tuple(names), budget=budget, seed=seed, method=harness.as_search(method)).history
    embedder = cached(method.embedder, benchmark.space, method.store)
    if not isinstance(method.screening, JointScreening):
        raise TypeError("ktnas has no joint surrogate")
    screening = replace(method.screening, final=0)
    found: list[Choice] = []
    past = _Past(embedder)
    seen = History()
    for generation, group in groupby(history, key=lambda trial: trial.generation):
        trials = list(group)
        if all(len(seen.evaluated(name)) >= AFTER for name in names):
            ranking = screening.fit(evidence(seen, {}), embedder, Streams(seed).rng("replay", generation))
            for trial in trials:
                (score,) = ranking.scores({trial.task: [trial.genotype]})[trial.task]
                found.append(past.choice(trial, seed, float(np.log(max(score, 1e-12)))))
        past.extend(trials)
        seen = seen.extended(trials)
    return found, process_time() - began


class _Past:
    """What has been evaluated, with its labels."""

    def __init__(self, embedder: FittedEmbedder) -> None:
        self._embedder = embedder
        self._trials: list[Trial] = []
        self._labels: list[bool] = []
        self._known: list[bool] = []
        self._vectors: list[FloatArray] = []

    def choice(self, trial: Trial, seed: int, improvement: float) -> Choice:
        mine = [i for i, other in enumerate(self._trials) if other.task == trial.task]
        return Choice(
            seed,
            improvement,
            self._nearest(trial, mine),
            self._nearest(trial, [i for i in mine if self._known[i]]),
            self._elsewhere(trial),
            self._label(trial),
        )

    def extend(self, trials: Sequence[Trial]) -> None:
        labels = [self._label(trial) for trial in trials]
        known = [self._elsewhere(trial) for trial in trials]
        self._vectors += [self._vector(trial) for trial in trials]
        self._trials += trials
        self._labels += labels
        self._known += known

    def _vector(self, trial: Trial) -> FloatArray:
        (vector,) = self._embedder.embed([trial.genotype])
        unit: FloatArray = vector / (float(np.linalg.norm(vector)) or 1.0)
        return unit

    def _elsewhere(self, trial: Trial) -> bool:
        return any(t.genotype == trial.genotype and t.task != trial.task for t in self._trials)

    def _label(self, trial: Trial) -> bool:
        fitness = [t.fitness for t in (*self._trials, trial) if t.task == trial.task and t.fitness is not None]
        return trial.fitness is not None and bool(trial.fitness >= np.quantile(fitness, 1 - BEST))

    def _nearest(self, trial: Trial, among: Sequence[int]) -> float:
        if not among:
            return 0.0
        cosines = np.array([self._vectors[i] for i in among]) @ self._vector(trial)
        return float(self._labels[among[int(cosines.argmax())]])


@dataclass(frozen=True, slots=True)
class Finding:
    """How well choices are told apart.

    Attributes:
        choices: Number of choices.
        share: Share of positives.
        surrogate: Area under the curve of the expected improvement.
        labels: Of the nearest label.
        both: Of both.
        low: 2.5 % quantile of `both` minus `surrogate`, seeds drawn with replacement.
        high: 97.5 % quantile.
    """

    choices: int
    share: float
    surrogate: float
    labels: float
    both: float
    low: float
    high: float


def finding(choices: Sequence[Choice], labels: Sequence[float], draws: int = DRAWS) -> Finding:
    """Fit on the other folds, and look at the areas."""
    seeds = np.array([c.seed for c in choices])
    positive = np.array([c.positive for c in choices])
    improvement, nearest = np.array([c.improvement for c in choices]), np.array(labels)
    both = _together(improvement, nearest, positive, seeds)
    rng = Streams(0).rng("bootstrap")
    by_seed = [np.flatnonzero(seeds == seed) for seed in np.unique(seeds)]
    differences = []
    for _ in range(draws):
        rows = np.concatenate([by_seed[i] for i in rng.integers(len(by_seed), size=len(by_seed))])
        if 0 < positive[rows].sum() < len(rows):
            differences.append(_area(positive[rows], both[rows]) - _area(positive[rows], improvement[rows]))
    low, high = np.quantile(differences, [0.025, 0.975])
    alone, labelled, together = (_area(positive, values) for values in (improvement, nearest, both))
    return Finding(len(choices), float(positive.mean()), alone, labelled, together, float(low), float(high))


def _together(improvement: FloatArray, labels: FloatArray, positive: np.ndarray, seeds: np.ndarray) -> FloatArray:
    """Improvements ``(n,)`` with what the labels are worth beside them, by regressions that have not seen the seed."""
    x, both = np.column_stack([improvement, labels]), improvement.copy()
    for fold in range(FOLDS):
        test = seeds % FOLDS == fold
        if test.any() and len(set(positive[~test])) == 2:
            of_improvement, of_label = LogisticRegression().fit(x[~test], positive[~test]).coef_[0]
            both[test] += labels[test] * of_label / abs(of_improvement)
    return both


def _area(positive: np.ndarray, values: FloatArray) -> float:
    return float(roc_auc_score(positive, values))


def main() -> None:
    """Search, replay, tabulate."""
    parser = harness.parser_of(__doc__, seeds=20)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: one per core)")
    opts = harness.read(parser, parser.parse_args(), __file__)
    seconds = 0.0
    rows: list[dict[str, Value]] = []
    lines = []
    for benchmark in opts.pick(TABLES, TABLES[:1]):
        choices, taken = chosen(opts, benchmark)
        seconds += taken
        known = [c for c in choices if c.known]
        for which, of, labels in (
            ("all", choices, [c.nearest for c in choices]),
            ("known elsewhere", known, [c.nearest_known for c in known]),
        ):
            if len({c.positive for c in of}) < 2:
                continue  # nothing to tell apart, which a smoke run may come to
            got = finding(of, labels, 20 if opts.smoke else DRAWS)
            rows.append({"benchmark": benchmark, "choices": which, **_row(got)})
            areas = [f"{value:.3f}" for value in (got.surrogate, got.labels, got.both)]
            gain = f"{got.both - got.surrogate:+.3f} [{got.low:+.3f}, {got.high:+.3f}]"
            lines.append([benchmark, which, f"{got.choices:,}", f"{got.share:.0%}", *areas, gain])
    header = ["benchmark", "choices", "number", "positive", "surrogate", "nearest label", "both", "labels add"]
    fewer = _seeds(opts, NASBENCH_GRAPH)
    text = (
        f"### Positives told from negatives\n\n{opts.seeds} seeds (NAS-Bench-Graph: {fewer}), "
        f"{_evaluations(opts)} evaluations per task, from the {AFTER + 1}th: area under the ROC curve (.5 is a "
        "coin) of the expected improvement, of the nearest label, and of both, weighed on other seeds; and what labels "
        f"add to the surrogate, 95 % bootstrap interval over seeds.\n\n{markdown_table(header, lines)}"
    )
    work = publishing.Work({"replayed choices": sum(int(str(row["number"])) for row in rows)}, seconds)
    publishing.publish(opts, text, rows, {}, work=work)


def chosen(opts: Options, name: str) -> tuple[list[Choice], float]:
    """All choices of a benchmark's searches, and the CPU time."""
    work = partial(replayed, name, tasks(opts, name), _evaluations(opts))
    made = in_parallel(work, range(_seeds(opts, name)), opts.jobs, f"{opts.name}: {name}")
    return [choice for choices, _ in made for choice in choices], sum(taken for _, taken in made)


def _evaluations(opts: Options) -> int:
    return 2 * AFTER if opts.smoke else EVALUATIONS


def _seeds(opts: Options, benchmark: str) -> int:
    return min(opts.seeds, GRAPH_SEEDS) if benchmark == NASBENCH_GRAPH else opts.seeds


def _row(got: Finding) -> dict[str, Value]:
    return {
        "number": got.choices,
        "positive": got.share,
        "auc_surrogate": got.surrogate,
        "auc_labels": got.labels,
        "auc_both": got.both,
        "low": got.low,
        "high": got.high,
    }


if __name__ == "__main__":
    harness.start(main)
