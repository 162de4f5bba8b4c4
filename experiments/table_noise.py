"""How noisy TransNAS-Bench-101's tables are: equal networks that upstream trained more than once (method section 8).

    python experiments/table_noise.py            # a second
    python experiments/table_noise.py --smoke    # its first task only

Cells that are equal after pruning, but do not share their seven results, were trained more than once; how far
their results lie apart is the luck of a training. Set against it: how far the best quarter of all results lies apart.
Prints a table in Markdown and writes ``table_noise.csv``. Nothing is drawn at random.
"""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np

from ktnas.benchmarks.lookup import load_benchmark
from ktnas.benchmarks.table import TableBenchmark
from ktnas.space import canonical
from ktnas.typing import FloatArray

RESULTS = Path(__file__).parent / "results"
BENCHMARK = "transnas101-micro"


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
        "| task | metric | best quarter | repeats in it (classes) | all repeats (classes) |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.task} | {row.metric} | {row.best_quarter:#.3g} | {row.repeats_in_best_quarter:#.3g} "
        f"({row.classes_in_best_quarter}) | {row.repeats:#.3g} ({row.classes}) |"
        for row in rows
    ]
    return "\n".join(lines)


def write_csv(rows: Sequence[Noise], path: Path) -> None:
    """Write the rows, one per task, to ``path``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, [field.name for field in fields(Noise)], lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({k: f"{v:.6g}" if isinstance(v, float) else v for k, v in asdict(row).items()})


def main() -> None:
    """Measure every task; print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=RESULTS, help="directory of table_noise.csv")
    parser.add_argument("--smoke", action="store_true", help="the first task only")
    options = parser.parse_args()
    benchmark = load_benchmark(BENCHMARK)
    tasks = benchmark.tasks[:1] if options.smoke else benchmark.tasks
    distinct, classes = distinct_results(benchmark), classes_of_results(benchmark)
    rows = [noise(benchmark, task.name, distinct, classes) for task in tasks]
    write_csv(rows, options.out / "table_noise.csv")
    print(markdown(rows))


if __name__ == "__main__":
    main()
