"""Never stuck: every task of every table, and made-up tasks on which a search may get stuck.

    python -m experiments.paper.robustness            # 20 seeds
    python -m experiments.paper.robustness --smoke    # seconds

``ktnas`` beside random search and regularized evolution, task by task: the median rank of the best found after 50
evaluations, and whether either is found to be better. The tasks of a table are searched together; made-up ones, on
NAS-Bench-201's cells, each by itself (`ktnas.benchmarks.made_up`). ``ktnas-early`` is ``ktnas`` before networks that
come out alike were left out, and before candidates of low means were looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from experiments.machinery import harness, joint, publishing, tables
from experiments.machinery.harness import Options
from ktnas.benchmarks.made_up import Plateau, TwoRegions
from ktnas.records.sweep_log import RunRecord
from ktnas.report.comparison import ALL_TASKS, CaseComparison, Measure, compare, scores
from ktnas.report.markdown import Value, markdown_table, number
from ktnas.runner.design import Case, Named

METHOD, EARLIER = "ktnas", "ktnas-early"
BASELINES = ("random-search", "regularized-evolution")
EVALUATIONS = 50

ABOVE = (180, 546)
"""Of plateaus: how many architectures exceed the unconnected ones."""

SHARES = (0.02, 0.035)
"""Of tasks with two regions: the better one's share of the space."""

LANDSCAPES = 2


def main() -> None:
    """Run and tabulate."""
    opts = harness.options(__doc__, __file__, seeds=20)
    arms = harness.methods((METHOD, *BASELINES, EARLIER))
    groups = {"made-up tasks": made_up(opts), **{name: [of_table(opts, name)] for name in of_tables(opts)}}
    sections: list[str] = []
    rows: list[dict[str, Value]] = []
    changes: list[list[str]] = []
    for name, cases in groups.items():
        runs = harness.sweep(opts, arms, cases)
        found = compare(runs, baseline=METHOD)
        lines = [line for comparison in found for line in table_lines(comparison)]
        seeds = len({run.seed for run in runs})
        sections += [f"### {name}: {seeds} seeds\n", markdown_table(header(), lines)]
        rows += [row for comparison in found for row in csv_rows(name, comparison)]
        changes.append(change(name, runs))
        names = ["tasks", "searches", "seeds", f"{METHOD} less {EARLIER}, halvings"]
        against = f"### Against {EARLIER}\n\n{markdown_table(names, changes)}"
        text = "\n".join([explanation(), verdicts(rows), against, *sections])
        publishing.publish(opts, text, rows, {})  # after every table: what comes next may take an hour


def of_tables(opts: Options) -> tuple[str, ...]:
    """The tables, those that are searched fastest first."""
    names = (tables.MACRO, tables.MICRO, tables.NASBENCH201, tables.LINK, tables.GRAPH, tables.NASBENCH_GRAPH)
    return opts.pick(names, (tables.LINK,))


def of_table(opts: Options, table: str) -> Case:
    """All tasks of a table, searched together."""
    return Case(Named(table, tables.tasks(opts, table)), budget=opts.budget(EVALUATIONS))


def made_up(opts: Options) -> list[Case]:
    """Made-up tasks, each by itself; in a smoke run one of each kind."""
    count = 1 if opts.smoke else LANDSCAPES
    budget = opts.budget(EVALUATIONS)
    plateaus = [
        Case(Plateau(above, seed), budget=budget, name=f"plateau below {above}, landscape {seed}")
        for above in (ABOVE[:1] if opts.smoke else ABOVE)
        for seed in range(count)
    ]
    regions = [
        Case(TwoRegions(share, seed), budget=budget, name=f"two regions, the better one {share:.1%}, landscape {seed}")
        for share in (SHARES[:1] if opts.smoke else SHARES)
        for seed in range(count)
    ]
    return [*plateaus, *regions]


def explanation() -> str:
    """What the tables show."""
    return (
        f"Median true rank of the best found after {EVALUATIONS} evaluations per task. In brackets the p-value of the "
        f"difference from {METHOD}, paired by seed (Wilcoxon signed-rank test, after Holm's correction over the tasks "
        f"and arms of a search), and which of the two is better where it is below 5 %.\n"
    )


def header() -> list[str]:
    """Headings of the tables by task."""
    return ["task", METHOD, *BASELINES, EARLIER]


def table_lines(comparison: CaseComparison) -> list[list[str]]:
    """A line per task of a case: medians, p-values, verdicts."""
    lines = []
    for task in comparison.tasks:
        if task == ALL_TASKS:
            continue
        name = task if len(comparison.tasks) > 1 else comparison.case
        lines.append([name, *(told(comparison, arm, task) for arm in (METHOD, *BASELINES, EARLIER))])
    return lines


def told(comparison: CaseComparison, arm: str, task: str) -> str:
    """The median of an arm on a task, and how it differs from the method."""
    cell = comparison.cell(arm, task)
    if cell is None:
        return "-"
    found = next((d for d in comparison.differences if (d.arm, d.task) == (arm, task)), None)
    if found is None:
        return number(cell.median)
    better = {"better": f", {arm} better", "worse": f", {METHOD} better"}.get(found.verdict, "")
    return f"{number(cell.median)} ({found.p:.2g}{better})"


def csv_rows(group: str, comparison: CaseComparison) -> list[dict[str, Value]]:
    """Every figure of a case."""
    rows: list[dict[str, Value]] = []
    for cell in comparison.cells:
        found = next((d for d in comparison.differences if (d.arm, d.task) == (cell.arm, cell.task)), None)
        rows.append(
            {
                "searched": group,
                "case": comparison.case,
                "task": cell.task,
                "arm": cell.arm,
                "evaluations": comparison.at,
                "runs": cell.runs,
                "mean_rank": cell.mean,
                "median_rank": cell.median,
                "p": None if found is None else found.p,
                "verdict": None if found is None else found.verdict,
            }
        )
    return rows


def verdicts(rows: Sequence[Mapping[str, Value]]) -> str:
    """On how many tasks which arm is better, and where the method's median is higher."""
    single = [row for row in rows if row["task"] != ALL_TASKS]
    medians = {(row["case"], row["task"], row["arm"]): float(str(row["median_rank"])) for row in single}
    lines = []
    for arm in (*BASELINES, EARLIER):
        own = [row for row in single if row["arm"] == arm]
        higher = [
            str(row["case"] if row["searched"] == "made-up tasks" else f"{row['searched']} {row['task']}")
            for row in own
            if medians[row["case"], row["task"], METHOD] > medians[row["case"], row["task"], arm]
        ]
        counts = [str(sum(row["verdict"] == kind for row in own)) for kind in ("worse", "better", "not significant")]
        lines.append([arm, str(len(own)), *counts, "; ".join(higher) or "none"])
    names = ["beside", "tasks", f"{METHOD} better", f"{METHOD} worse", "not significant"]
    return markdown_table([*names, f"tasks on which {METHOD} has the higher median"], lines)


def change(name: str, runs: Sequence[RunRecord]) -> list[str]:
    """What the method gained on its earlier self: mean difference in log2 rank over tasks, +- one standard error."""
    means: dict[tuple[str, str, int], float] = {}
    for run in runs:
        by_task = {task: value for task, value in scores(run, Measure.RANK).items() if task != ALL_TASKS}
        means[run.arm, run.case, run.seed] = float(np.mean(np.log2(list(by_task.values()))))
    cases = list(dict.fromkeys(run.case for run in runs))
    seeds = sorted({run.seed for run in runs})
    differences = [
        np.mean([means[METHOD, case, seed] - means[EARLIER, case, seed] for case in cases]) for seed in seeds
    ]
    error = float(np.std(differences, ddof=1)) / len(seeds) ** 0.5
    count = len(joint.by_arm(runs)[METHOD][0].tasks) if len(cases) == 1 else len(cases)
    return [name, str(count), str(len(seeds)), f"{float(np.mean(differences)):+.2f} ± {error:.2f}"]


if __name__ == "__main__":
    harness.start(main)
