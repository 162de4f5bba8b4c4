"""Figures of the data sheet of the table of rendered scenes: noise per task, and how alike tasks are.

    python -m experiments.training.scenes_sheet             # seconds
    python -m experiments.training.scenes_sheet --smoke

Of the table that ships (`ktnas.benchmarks.scenes`). How alike tasks are is set beside TransNAS-Bench-101's table of the
same cells, where that is found.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from experiments.machinery import harness, publishing
from experiments.machinery.agreement import spearman
from experiments.machinery.seed_agreement import Agreement, agreement
from ktnas.benchmarks import scenes
from ktnas.benchmarks.registry import known_benchmark, load_benchmark
from ktnas.benchmarks.table import TableBenchmark
from ktnas.report.markdown import Value, markdown_table, number
from ktnas.typing import FloatArray

SHARE = 0.1
"""What is meant by the best of a task."""

OTHER = "transnas101-micro"


def main() -> None:
    """Compute and publish."""
    parser = harness.parser_of(__doc__, None)
    opts = harness.read(parser, parser.parse_args(), __file__)
    told, ours = scenes.sheet(), one_code_each(load_benchmark(scenes.NAME))
    noise = {task: measured(task) for task in scenes.TASKS}
    tables = {scenes.NAME: ours}
    if known_benchmark(OTHER).locate(None) is not None:
        tables[OTHER] = every_code(load_benchmark(OTHER, scenes.TASKS))
    alike = {name: both(table) for name, table in tables.items()}
    rows: list[dict[str, Value]] = [noise_row(task, one) for task, one in noise.items()]
    rows += [row for name, (whole, best) in alike.items() for row in alike_rows(name, whole, best)]
    columns = dict.fromkeys(key for row in rows for key in row)
    rows = [{key: row.get(key) for key in columns} for row in rows]
    counts = {"networks": int(told["networks"]), "trainings": int(told["trainings"])}
    work = publishing.Work(counts, 3600 * float(told["cpu_hours"]))
    publishing.publish(opts, explained(noise, alike), rows, {}, work=work)


def measured(task: str) -> Agreement:
    """How far the entries of a network agree, of those that have several."""
    _, values = scenes.seeds(task)
    return agreement(values.T[:, :, None], 0.0)


def one_code_each(table: TableBenchmark) -> FloatArray:
    """``(tasks, networks)`` fitness: of a network's codes, which share it, the first one."""
    values = np.array([record.fitness for record in table.records])
    _, first = np.unique(values, axis=1, return_index=True)
    kept: FloatArray = values[:, np.sort(first)]
    return kept[:, np.isfinite(kept).all(axis=0)]


def every_code(table: TableBenchmark) -> FloatArray:
    """``(tasks, codes)`` fitness of all codes, each of which was trained by itself there."""
    values: FloatArray = np.array([record.fitness for record in table.records])
    return values[:, np.isfinite(values).all(axis=0)]


def both(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Spearman's rho between tasks ``(tasks, tasks)``: over all, and over the best of the task of the row."""
    count = len(values)
    whole, best = np.ones((count, count)), np.ones((count, count))
    for i, j in ((i, j) for i in range(count) for j in range(count) if i != j):
        top = np.argsort(-values[i], kind="stable")[: max(3, round(SHARE * values.shape[1]))]
        whole[i, j] = spearman(values[i], values[j])
        best[i, j] = spearman(values[i][top], values[j][top])
    return whole, best


def noise_row(task: str, one: Agreement) -> dict[str, Value]:
    """A row of the CSV file."""
    return {
        "what": "noise",
        "table": scenes.NAME,
        "task": task,
        "networks": one.networks,
        "entries": one.seeds,
        "rho": one.every,
        "rho_best_quarter": one.quarter,
        "between": one.between,
        "within": one.within,
        "reliability": one.reliability,
    }


def alike_rows(name: str, whole: FloatArray, best: FloatArray) -> list[dict[str, Value]]:
    """Rows of the CSV file."""
    return [
        {
            "what": "alike",
            "table": name,
            "task": first,
            "other": second,
            "rho": float(whole[i, j]),
            "rho_best_tenth": float(best[i, j]),
        }
        for i, first in enumerate(scenes.TASKS)
        for j, second in enumerate(scenes.TASKS)
        if i != j
    ]


def mean_of_pairs(matrix: FloatArray) -> float:
    """Mean over all pairs of different tasks."""
    return float(matrix[~np.eye(len(matrix), dtype=bool)].mean())


def explained(noise: dict[str, Agreement], alike: dict[str, tuple[FloatArray, FloatArray]]) -> str:
    """The tables, with what they show."""
    lines = [
        [
            task,
            f"{one.networks} x {one.seeds}",
            f"{one.every:.2f}",
            "-" if one.quarter is None else f"{one.quarter:.2f}",
            f"{one.reliability:.2f}",
            number(one.between),
            number(one.within),
        ]
        for task, one in noise.items()
    ]
    header = ["task", "networks x entries", "rho, all", "rho, best quarter", "reliability", "between", "within"]
    parts = [
        f"""\
### Noise

Of the networks with several entries: mean Spearman's rho between two entries over all of them, and within the quarter
that is best by a third; the share of the variance that lies between networks rather than between entries of one;
standard deviations between networks (noise taken off) and between entries.

{markdown_table(header, lines)}
### How alike tasks are

Mean Spearman's rho over all pairs of tasks: over all architectures, and among the tenth that is best on the first task
of the pair. Noise lowers both.

{markdown_table(["table", "architectures", "over all", "among the best tenth"], means(alike))}"""
    ]
    for name, (whole, best) in alike.items():
        parts.append(f"`{name}`, over all / among the best tenth of the row's task:\n\n{matrix_table(whole, best)}")
    return "\n".join(parts)


def means(alike: dict[str, tuple[FloatArray, FloatArray]]) -> Sequence[Sequence[str]]:
    """A line per table."""
    told = {scenes.NAME: "networks, one training each", OTHER: "codes, one training each"}
    return [
        [name, told[name], f"{mean_of_pairs(whole):.2f}", f"{mean_of_pairs(best):.2f}"]
        for name, (whole, best) in alike.items()
    ]


def matrix_table(whole: FloatArray, best: FloatArray) -> str:
    """The matrix as Markdown."""
    lines = [
        [task, *("-" if i == j else f"{whole[i, j]:.2f} / {best[i, j]:.2f}" for j in range(len(scenes.TASKS)))]
        for i, task in enumerate(scenes.TASKS)
    ]
    return markdown_table(["", *scenes.TASKS], lines)


if __name__ == "__main__":
    harness.start(main)
