"""Tables of joint searches: ranks and regrets of the best found after so many evaluations, arm by arm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from experiments.machinery.harness import cell, interval, ranks_at, regrets_at, summary
from ktnas.records.sweep_log import RunRecord
from ktnas.report.comparison import ALL_TASKS, CaseComparison, Measure, scores
from ktnas.report.figures.bands import Line, Panel
from ktnas.report.markdown import Value, markdown_table, number

Groups = Mapping[str, Sequence[RunRecord]]
"""Runs by arm."""


def by_arm(runs: Sequence[RunRecord]) -> dict[str, list[RunRecord]]:
    """Runs by arm, in the order of the arms."""
    return {arm: [run for run in runs if run.arm == arm] for arm in dict.fromkeys(run.arm for run in runs)}


def seeds(groups: Groups) -> str:
    """Number of seeds, in words."""
    counts = sorted({len(runs) for runs in groups.values()})
    return f"{counts[0]} seeds" if len(counts) == 1 else f"{counts[0]} to {counts[-1]} seeds"


def mean_over_tasks(runs: Sequence[RunRecord], tasks: Sequence[str], evaluations: int) -> list[float]:
    """Mean rank over tasks of the best found, run by run."""
    by_task = [ranks_at(runs, task, evaluations) for task in tasks]
    return [float(value) for value in np.mean(by_task, axis=0)]


def rows(groups: Groups, case: str, tasks: Sequence[str], evaluations: Sequence[int]) -> list[dict[str, Value]]:
    """Rank and regret by arm, task and number of evaluations, and the mean rank over all tasks."""
    found: list[dict[str, Value]] = []
    for arm, runs in groups.items():
        for n in evaluations:
            place: dict[str, Value] = {"case": case, "arm": arm, "evaluations": n}
            found.append({**place, "task": "all tasks", "measure": "rank", **summary(mean_over_tasks(runs, tasks, n))})
            for task in tasks:
                found.append({**place, "task": task, "measure": "rank", **summary(ranks_at(runs, task, n))})
                found.append({**place, "task": task, "measure": "regret", **summary(regrets_at(runs, task, n))})
    return found


def overview(
    groups: Groups,
    tasks: Sequence[str],
    evaluations: Sequence[int],
    extra: Mapping[str, Mapping[str, str]] | None = None,
) -> str:
    """Mean rank over all tasks, a column per number of evaluations.

    Args:
        groups: The runs.
        tasks: The tasks.
        evaluations: The numbers of evaluations.
        extra: Further columns by their headings, with what stands in them by arm; arms of their own come last.
    """
    extra = extra or {}
    header = ["method", *(f"after {n}" for n in evaluations), *extra]
    lines = [
        [
            arm,
            *(cell(mean_over_tasks(runs, tasks, n)) for n in evaluations),
            *(of.get(arm, "-") for of in extra.values()),
        ]
        for arm, runs in groups.items()
    ]
    others = dict.fromkeys(arm for of in extra.values() for arm in of if arm not in groups)
    lines += [[arm, *["-"] * len(evaluations), *(of.get(arm, "-") for of in extra.values())] for arm in others]
    return markdown_table(header, lines)


def by_task(groups: Groups, tasks: Sequence[str], evaluations: int) -> str:
    """Mean and median rank, and mean regret, of every task after so many evaluations."""
    lines = []
    for arm, runs in groups.items():
        cells = []
        for task in tasks:
            ranks = ranks_at(runs, task, evaluations)
            mean, median = number(float(np.mean(ranks))), number(float(np.median(ranks)))
            cells.append(f"{mean} / {median} ({np.mean(regrets_at(runs, task, evaluations)):.3g})")
        lines.append([arm, *cells])
    return markdown_table(["method", *tasks], lines)


def differences(comparison: CaseComparison, when: str = "") -> str:
    """How every arm differs from the baseline: over all tasks, and on how many tasks significantly.

    Args:
        comparison: The comparison.
        when: After how many evaluations, in words, if not the same for all arms.
    """
    lines = []
    for arm in comparison.arms:
        own = {d.task: d for d in comparison.differences if d.arm == arm}
        over = own.pop(ALL_TASKS, None) or next(iter(own.values()), None)
        if over is None:
            continue
        verdicts = [d.verdict for d in own.values()]
        counts = [str(verdicts.count(kind)) for kind in ("better", "worse", "not significant")]
        low, high = number(over.test.interval.low), number(over.test.interval.high)
        lines.append(
            [
                arm,
                f"{over.test.difference:+.4g} [{low}, {high}]",
                f"{over.effect:+.2f}",
                f"{over.p:.2g}",
                over.verdict,
                " / ".join(counts),
            ]
        )
    table = markdown_table(
        ["method", "difference", "effect", "p", "verdict", "tasks better / worse / not significant"], lines
    )
    what = "sum of the evaluations" if comparison.measure is Measure.EVALUATIONS else "geometric mean of the ranks"
    place = when or f"after {comparison.at} evaluations per task"
    return (
        f"Difference from {comparison.baseline} {place}, in the {what} of a run over its tasks, paired by seed: mean "
        "[95 % interval], matched-pairs rank-biserial correlation (positive: better), Wilcoxon signed-rank p after "
        f"Holm's correction; last, the same test task by task.\n\n{table}"
    )


def geometric(groups: Groups) -> dict[str, str]:
    """Geometric mean of a run's ranks, by arm."""
    return {name: cell([scores(run, Measure.RANK)[ALL_TASKS] for run in runs]) for name, runs in groups.items()}


def panel(table: str, groups: Groups, tasks: Sequence[str], at: int) -> Panel:
    """Mean ranks after 10, 20, ... evaluations."""
    steps = np.arange(10.0, at + 1, 10.0)
    lines = []
    for arm, runs in groups.items():
        found = [mean_over_tasks(runs, tasks, int(step)) for step in steps]
        intervals = [interval(values) for values in found]
        low, high = np.array([i.low for i in intervals]), np.array([i.high for i in intervals])
        lines.append(Line(arm, steps, np.array([float(np.mean(values)) for values in found]), low, high))
    return Panel(table, "mean true rank of the best found", tuple(lines), logarithmic=True)
