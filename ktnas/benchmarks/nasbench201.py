"""NAS-Bench-201: 15,625 cells on CIFAR-10, CIFAR-100 and ImageNet16-120.

Fitness is validation accuracy after 200 epochs, the mean of the seeds that version 1.1 holds; for CIFAR-10 it
was measured on a model trained on half the training set ("cifar10-valid"), the test accuracy of the report on
one trained on all of it, as is the convention.

Dong, Yang, "NAS-Bench-201", ICLR 2020.
"""

from __future__ import annotations

from pathlib import Path

from ktnas.benchmarks.known import KnownBenchmark, count_rows
from ktnas.benchmarks.table import TableBenchmark, TaskRecord, listed_space
from ktnas.files.search_path import find, require
from ktnas.files.table_reader import Columns, read_columns
from ktnas.problem.task import Task
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.typing import FloatArray

NAME = "nasbench201"


FILENAME = "nasbench201.csv.gz"


SIZE = 15_625


TASKS = ("cifar10", "cifar100", "imagenet16")


HINT = (
    "Put it (columns arch_str, {cifar10,cifar100,imagenet16}_val200 and _test200, ...; see `ktnas docs data`) into one "
    "of these directories, or name its directory with --data or KTNAS_DATA."
)


_EPOCHS_RATIO = 200 / 12


def load(directory: Path | None = None) -> TableBenchmark:
    """The NAS-Bench-201 table.

    Args:
        directory: Where to look first.

    Raises:
        DataError: If the table is not found or damaged.
    """
    columns = read_columns(require(FILENAME, HINT, directory))
    genotypes = tuple(map(NASBench201().parse, columns.text("arch_str")))
    records = tuple(_record(columns, task) for task in TASKS)
    return TableBenchmark(NAME, listed_space(NASBench201(), genotypes), genotypes, records)


def _record(columns: Columns, task: str) -> TaskRecord:
    fitness = columns.numbers(f"{task}_val200")
    return TaskRecord(
        Task(task, "validation accuracy", "%"),
        fitness.values,
        fitness.failures,
        cost_s=_cost(columns) if task == "cifar10" else None,
        metrics={"test_accuracy": columns.numbers(f"{task}_test200").values},
        complexity={name: columns.numbers(f"{task}_{name}").values for name in ("params_M", "flops_M")},
    )


def _cost(columns: Columns) -> FloatArray:
    """Seconds of 200 epochs, extrapolated from the recorded 12; the table times CIFAR-10 only."""
    return columns.numbers("train12_seconds_cifar10valid").values * _EPOCHS_RATIO


NASBENCH201 = KnownBenchmark(
    NAME,
    TASKS,
    SIZE,
    HINT,
    locate=lambda directory: find(FILENAME, directory),
    count=count_rows,
    load=lambda directory, _: load(directory),
)
