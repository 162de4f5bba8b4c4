"""Evaluations until the best cell of NAS-Bench-201 is found on all three tasks, beside the published table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from experiments.machinery import harness
from experiments.machinery.harness import Options, cell
from experiments.machinery.tables import NASBENCH201, TASKS
from ktnas.records.sweep_log import RunRecord
from ktnas.report.comparison import ALL_TASKS, Measure, scores
from ktnas.report.markdown import Value, markdown_table
from ktnas.runner.design import Case, Named

PUBLISHED: Mapping[str, tuple[float, float, float, float]] = {
    "random-search": (7782.1, 7621.2, 7726.1, 23129.4),
    "regularized-evolution": (563.2, 438.2, 715.1, 1716.5),
    "WeakNAS": (182.1, 78.4, 268.4, 528.9),
    "zero-cost evolution": (230.8, 18.4, 213.0, 462.2),
    "mtnas": (106.0, 30.1, 92.3, 228.4),
    "ktnas-paper": (105.0, 26.6, 64.4, 196.0),
    "KTNAS, arch2vec": (100.7, 27.9, 60.0, 188.5),
}
"""Means in arXiv 2504.00772 and its journal version: evaluations on each task, and in total."""


def case(opts: Options, cap: int) -> Case:
    """The three tasks until each has found its best, or so many evaluations."""
    return Case(Named(NASBENCH201, TASKS[NASBENCH201]), budget=opts.budget(cap), until_best=True)


def tabulated(groups: Mapping[int, Sequence[RunRecord]]) -> tuple[list[dict[str, Value]], str]:
    """Rows of the CSV file, and the table in Markdown."""
    rows: list[dict[str, Value]] = []
    lines = []
    columns = (*TASKS[NASBENCH201], ALL_TASKS)
    for runs in groups.values():
        for arm in dict.fromkeys(run.arm for run in runs):
            own = [run for run in runs if run.arm == arm]
            cap = own[0].budget
            values = [scores(run, Measure.EVALUATIONS) for run in own]
            shares = {task: found(own, (task,)) for task in TASKS[NASBENCH201]}
            shares[ALL_TASKS] = found(own, TASKS[NASBENCH201])
            for task, share in shares.items():
                summed = harness.summary([of_run[task] for of_run in values])
                rows.append({"arm": arm, "task": task, "cap": cap, **summed, "found": share})
            cells = [cell([of_run[task] for of_run in values]) for task in columns]
            lines.append([arm, str(len(own)), str(cap), f"{100 * shares[ALL_TASKS]:.0f} %", *cells, *published(arm)])
    ours = {line[0] for line in lines}
    lines += [[name, *["-"] * 7, *published(name)] for name in PUBLISHED if name not in ours]
    names = (*TASKS[NASBENCH201], "total")
    header = ["method", "runs", "cap", "found", *names, *(f"{name} (published)" for name in names)]
    return rows, markdown_table(header, lines)


def found(runs: Sequence[RunRecord], tasks: Sequence[str]) -> float:
    """Share of the runs in which all these tasks found their best cell."""
    return float(np.mean([all(run.tasks[task].optimum_at is not None for task in tasks) for run in runs]))


def published(name: str) -> list[str]:
    """The published means of a method."""
    return [f"{value:.1f}" for value in PUBLISHED[name]] if name in PUBLISHED else ["-"] * 4
