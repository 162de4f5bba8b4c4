"""How many evaluations until the best cell of NAS-Bench-201 is found, on three tasks.

    python experiments/nasbench201_evaluations.py            # 100 seeds
    python experiments/nasbench201_evaluations.py --smoke    # seconds

The tasks are searched together; each ends once it has found the cell of the best validation accuracy after 200 epochs
(91.6067 / 73.4933 / 46.7333), the first population counted. A run that has not found it within the cap counts with the
cap, so that means are lower bounds where the share of runs that found it is below 100 %. Beside them stands the table
published in arXiv 2504.00772.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import harness
import joint
from harness import Options, cell

from ktnas.records.sweep_log import RunRecord
from ktnas.report.comparison import ALL_TASKS, Measure, compare, scores
from ktnas.report.markdown import Value, convergence, markdown_table
from ktnas.runner.design import Case, Named

BENCHMARK = "nasbench201"
TASKS = ("cifar10", "cifar100", "imagenet16")

CAPS: Mapping[int, Sequence[str]] = {
    300: ("ktnas", "gp-search", "bananas"),
    3000: (
        "ktnas-paper",
        "regularized-evolution",
        "local-search",
        "local-search-best",
        "best-first",
        "sequential",
        "mfea",
        "mfea2",
        "emt-nas",
        "mtnas",
        "enumeration",
    ),
    15625: ("random-search",),
}
"""Evaluations per task after which a search ends in any case, and the methods that have this cap."""

SEEDS: Mapping[str, int] = {"random-search": 20, "gp-search": 30}
"""Fewer seeds where a run is long: the mean of random search is known (15,626 / 2) anyway."""

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


def main() -> None:
    """Run, tabulate, draw."""
    opts = harness.options(__doc__, __file__, seeds=100)
    groups: dict[int, list[RunRecord]] = {}
    for cap, names in CAPS.items():
        picked = opts.pick(names, [name for name in names if name in ("ktnas", "regularized-evolution")])
        for seeds in dict.fromkeys(SEEDS.get(name) for name in picked):
            arms = harness.methods(name for name in picked if SEEDS.get(name) == seeds)
            groups.setdefault(cap, []).extend(harness.sweep(opts, arms, [case(opts, cap)], seeds))
    rows, lines = tabulated(groups)
    text = [
        "### NAS-Bench-201: evaluations until the best cell\n",
        "Mean [95 % bootstrap interval] / median over the runs, one per seed; found: share of runs in which all three "
        "tasks found their best cell within the cap. The columns marked *published* are the means of arXiv 2504.00772, "
        "not ours; there, mtnas scores cells by synflow, here by parameters.\n",
        lines,
    ]
    figures = {}
    for cap, runs in groups.items():
        figures[f"convergence-{cap}"] = convergence(runs, runs[0].case)
    every = [replace(run, case=BENCHMARK) for runs in groups.values() for run in runs]
    (comparison,) = compare(every, baseline="ktnas")
    text.append(joint.differences(comparison, "each within its cap"))
    harness.publish(opts, "\n".join(text), rows, figures)


def case(opts: Options, cap: int) -> Case:
    """The three tasks until each has found its best, or so many evaluations."""
    return Case(Named(BENCHMARK, TASKS), budget=opts.budget(cap), until_best=True)


def tabulated(groups: Mapping[int, Sequence[RunRecord]]) -> tuple[list[dict[str, Value]], str]:
    """Rows of the CSV file, and the table in Markdown."""
    rows: list[dict[str, Value]] = []
    lines = []
    for runs in groups.values():
        for arm in dict.fromkeys(run.arm for run in runs):
            of_arm = [run for run in runs if run.arm == arm]
            values = [scores(run, Measure.EVALUATIONS) for run in of_arm]
            complete = [all(course.optimum_at is not None for course in run.tasks.values()) for run in of_arm]
            share = sum(complete) / len(complete)
            columns = [*TASKS, ALL_TASKS]
            for task in columns:
                found = [task == ALL_TASKS or run.tasks[task].optimum_at is not None for run in of_arm]
                one = share if task == ALL_TASKS else sum(found) / len(found)
                summed = harness.summary([of_run[task] for of_run in values])
                rows.append({"arm": arm, "task": task, "cap": of_arm[0].budget, **summed, "found": one})
            cells = [cell([of_run[task] for of_run in values]) for task in columns]
            lines.append(
                [arm, str(len(of_arm)), str(of_arm[0].budget), f"{100 * share:.0f} %", *cells, *published(arm)]
            )
    ours = {line[0] for line in lines}
    lines += [[name, *["-"] * 7, *published(name)] for name in PUBLISHED if name not in ours]
    header = ["method", "runs", "cap", "found", *TASKS, "total", *(f"{task} (published)" for task in (*TASKS, "total"))]
    return rows, markdown_table(header, lines)


def published(name: str) -> list[str]:
    """The published means of a method."""
    return [f"{value:.1f}" for value in PUBLISHED[name]] if name in PUBLISHED else ["-"] * 4


if __name__ == "__main__":
    harness.start(main)
