"""How noisy TransNAS-Bench-101's tables are: equal networks that upstream trained more than once (method section 8).

    python -m experiments.paper.table_noise            # a second
    python -m experiments.paper.table_noise --smoke    # its first two tasks

Cells that are equal after pruning, but do not share their seven results, were trained more than once; how far
their results lie apart is the luck of a training. Set against it: how far the best quarter of all results lies apart.
Nothing is drawn at random.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from time import process_time

import numpy as np

from experiments.machinery import harness, publishing
from experiments.machinery.tables import MICRO, opened, tasks
from ktnas.benchmarks.table import TableBenchmark
from ktnas.report.markdown import markdown_table
from ktnas.spaces.base import canonical
from ktnas.typing import FloatArray

EXPLANATION = """\
Standard deviations of the validation metric: of all distinct results in the best quarter of a task; within a class of
equal networks that were trained more than once, of those of its results that lie in the best quarter (pooled over the
classes that have at least two there); and within a class, wherever its results lie.
"""


@dataclass(frozen=True, slots=True)
class Noise:
    """Standard deviations of one task's validation metric, in its unit, and how many classes they rest on.

    Attributes:
        task: The task.
        metric: What is measured, with its unit.
        best_quarter: Of all distinct results in the best quarter.
        repeats_in_best_quarter: Within a class, pooled over classes with several results in the best quarter, of those.
        classes_in_best_quarter: Number of such classes.
        repeats: Within a class, pooled over all classes with several results.
        classes: Number of such classes.
    """

    task: str
    metric: str
    best_quarter: float
    repeats_in_best_quarter: float
    classes_in_best_quarter: int
    repeats: float
    classes: int


def classes_of_results(benchmark: TableBenchmark) -> list[list[int]]:
    """Rows of each class of equal cells, one row per distinct result."""
    metrics = np.array([benchmark.record(task.name).fitness for task in benchmark.tasks]).T.tolist()
    classes: dict[object, dict[tuple[float, ...], int]] = defaultdict(dict)
    for row, genotype in enumerate(benchmark.genotypes):
        classes[canonical(benchmark.space, genotype)].setdefault(tuple(metrics[row]), row)
    return [list(rows.values()) for rows in classes.values()]


def distinct_results(benchmark: TableBenchmark) -> list[int]:
    """The first row of each distinct result, whatever its class."""
    metrics = np.array([benchmark.record(task.name).fitness for task in benchmark.tasks]).T.tolist()
    first = {tuple(values): row for row, values in reversed(list(enumerate(metrics)))}
    return sorted(first.values())


def pooled_deviation(groups: Sequence[FloatArray]) -> float:
    """Standard deviation within groups of at least two values each, weighted by degrees of freedom."""
    squares = sum(float(((group - group.mean()) ** 2).sum()) for group in groups)
    return float(np.sqrt(squares / sum(len(group) - 1 for group in groups)))


def noise(benchmark: TableBenchmark, task: str, distinct: Sequence[int], classes: Sequence[Sequence[int]]) -> Noise:
    """The noise of one task, given what `distinct_results` and `classes_of_results` found."""
    record = benchmark.record(task)
    results = record.fitness[list(distinct)]
    threshold = np.quantile(results, 0.75)
    repeated = [record.fitness[list(rows)] for rows in classes if len(rows) > 1]
    best = [kept for group in repeated if len(kept := group[group >= threshold]) > 1]
    return Noise(
        task=task,
        metric=record.task.metric + (f", {record.task.unit}" if record.task.unit else ""),
        best_quarter=float(results[results >= threshold].std(ddof=1)),
        repeats_in_best_quarter=pooled_deviation(best),
        classes_in_best_quarter=len(best),
        repeats=pooled_deviation(repeated),
        classes=len(repeated),
    )


def markdown(rows: Sequence[Noise]) -> str:
    """The rows as a table in Markdown."""
    lines = [
        [
            row.task,
            row.metric,
            f"{row.best_quarter:#.3g}",
            f"{row.repeats_in_best_quarter:#.3g} ({row.classes_in_best_quarter})",
            f"{row.repeats:#.3g} ({row.classes})",
        ]
        for row in rows
    ]
    header = ["task", "metric", "best quarter", "repeats in it (classes)", "all repeats (classes)"]
    return f"{EXPLANATION}\n{markdown_table(header, lines)}"


def main() -> None:
    """Measure every task; print and write."""
    parser = harness.parser_of(__doc__, seeds=None)
    opts = harness.read(parser, parser.parse_args(), __file__)
    began = process_time()
    benchmark = opened(MICRO)
    distinct, classes = distinct_results(benchmark), classes_of_results(benchmark)
    rows = [noise(benchmark, task, distinct, classes) for task in tasks(opts, MICRO)]
    work = publishing.Work({"listed architectures": len(benchmark.genotypes)}, process_time() - began)
    publishing.publish(opts, markdown(rows), [asdict(row) for row in rows], {}, work=work)


if __name__ == "__main__":
    harness.start(main)
