"""What each source gives each target: two-task searches against searches of the target alone, paired by seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from experiments.machinery import harness
from experiments.machinery.harness import Options, ranks_at
from ktnas.records.sweep_log import RunRecord
from ktnas.report.figures.comparison import Matrix, matrices
from ktnas.report.markdown import Value, markdown_table
from ktnas.report.statistics import LEVEL, PairedTest, holm, paired_test, verdict
from ktnas.rng import Streams
from ktnas.runner.design import Arm, Case, Named
from ktnas.typing import FloatArray


@dataclass(frozen=True, slots=True)
class Gains:
    """What transfer gains, for one arm on one benchmark.

    Attributes:
        arm: The arm.
        benchmark: The benchmark.
        tasks: The tasks.
        evaluations: Evaluations per task.
        tests: By source and target: the base-2 logarithm of the rank found alone minus that of the rank found with the
            source, so that 1 means half the rank.
        adjusted: P-values after Holm's correction over all pairs.
        overall: The same of the mean over all pairs, seed by seed.
    """

    arm: str
    benchmark: str
    tasks: tuple[str, ...]
    evaluations: int
    tests: Mapping[tuple[str, str], PairedTest]
    adjusted: Mapping[tuple[str, str], float]
    overall: PairedTest

    @property
    def matrix(self) -> FloatArray:
        """``(sources, targets)`` mean gains; NaN on the diagonal."""
        tests, tasks = self.tests, self.tasks
        return np.array([[tests[s, t].difference if s != t else np.nan for t in tasks] for s in tasks])

    @property
    def significant(self) -> FloatArray:
        """``(sources, targets)`` 1 where a gain or loss is significant."""
        tasks = self.tasks
        return np.array([[float(s != t and self.adjusted[s, t] < LEVEL) for t in tasks] for s in tasks])


def gains(opts: Options, arm: Arm, benchmark: str, tasks: Sequence[str], *, evaluations: int) -> Gains:
    """Search every target alone and from every other task as the source."""
    alone = {t: Case(Named(benchmark, (t,)), budget=evaluations) for t in tasks}
    pairs = {(s, t): Case(Named(benchmark, (s, t)), (s,), evaluations) for s in tasks for t in tasks if s != t}
    runs = harness.sweep(opts, [arm], [*alone.values(), *pairs.values()])
    of_case: dict[tuple[str, ...], list[RunRecord]] = {}
    for run in runs:
        of_case.setdefault(tuple(run.tasks), []).append(run)
    ranks = {pair: logarithms(of_case[pair[1],], of_case[pair], pair[1], evaluations) for pair in pairs}
    tests = {pair: paired(*both) for pair, both in ranks.items()}
    adjusted = dict(zip(tests, holm([test.p for test in tests.values()]), strict=True))
    overall = paired(*(np.mean(sides, axis=0) for sides in zip(*ranks.values(), strict=True)))
    return Gains(arm.name, benchmark, tuple(tasks), evaluations, tests, adjusted, overall)


def logarithms(
    without: Sequence[RunRecord], having: Sequence[RunRecord], target: str, evaluations: int
) -> tuple[FloatArray, FloatArray]:
    """Base-2 logarithms of ranks ``(seeds,)`` without and with transfer, in the order of the seeds."""
    first, second = (
        np.log2(ranks_at(sorted(runs, key=lambda run: run.seed), target, evaluations)) for runs in (without, having)
    )
    return first, second


def paired(without: FloatArray, having: FloatArray) -> PairedTest:
    """What transfer gains, paired by seed."""
    return paired_test(without, having, Streams(0).rng("bootstrap"))


def rows(found: Gains) -> list[dict[str, Value]]:
    """One row per pair."""
    return [
        {
            "benchmark": found.benchmark,
            "arm": found.arm,
            "evaluations": found.evaluations,
            "source": source,
            "target": target,
            "pairs": test.pairs,
            "gain_log2_rank": test.difference,
            "low": test.interval.low,
            "high": test.interval.high,
            "effect": test.effect,
            "p": found.adjusted[source, target],
            "verdict": verdict(test.effect, found.adjusted[source, target]),
        }
        for (source, target), test in found.tests.items()
    ]


def markdown(found: Gains) -> str:
    """The matrix, significant entries bold, and how many there are."""
    values, bold = found.matrix, found.significant
    lines = []
    for source, row, marks in zip(found.tasks, values, bold, strict=True):
        cells = ["-" if np.isnan(v) else f"**{v:+.2f}**" if m else f"{v:+.2f}" for v, m in zip(row, marks, strict=True)]
        lines.append([source, *cells, f"{np.nanmean(row):+.2f}"])
    means = [f"{value:+.2f}" for value in np.nanmean(values, axis=0)]
    lines.append(["mean", *means, f"{np.nanmean(values):+.2f}"])
    better, worse = int((bold * (values > 0)).sum()), int((bold * (values < 0)).sum())
    pairs = len(found.tests)
    table = markdown_table(["source", *found.tasks, "mean"], lines)
    return (
        f"#### {found.arm}: source (row) to target (column)\n\n"
        f"Mean of log2(rank alone / rank with the source) after {found.evaluations} evaluations per task, "
        f"{next(iter(found.tests.values())).pairs} seeds; +1 is half the rank. Bold: significant at 5 % after Holm's "
        f"correction over all {pairs} pairs ({better} better, {worse} worse; the other {pairs - better - worse} "
        f"differences are not significant). {said(found.overall)}\n\n{table}"
    )


def said(overall: PairedTest) -> str:
    """What transfer gains on average, in a sentence."""
    low, high = (f"{end:+.2f}" for end in (overall.interval.low, overall.interval.high))
    return (
        f"Mean over all pairs: {overall.difference:+.2f} [{low}, {high}] (95 % interval over seeds; Wilcoxon "
        f"p = {overall.p:.2g}: {verdict(overall.effect, overall.p)})."
    )


def figure(found: Sequence[Gains], title: str) -> bytes:
    """The matrices of several arms beside one another."""
    limit = max(float(np.nanmax(np.abs(one.matrix))) for one in found) or 1.0
    parts = [
        Matrix(one.matrix, one.tasks, one.tasks, one.arm, limit, digits=1, marked=one.significant) for one in found
    ]
    return matrices(parts, title, row_label="source", column_label="target")
