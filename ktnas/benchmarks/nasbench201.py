"""NAS-Bench-201: 15,625 cells on CIFAR-10, CIFAR-100 and ImageNet16-120.

Fitness is validation accuracy after 200 epochs, the mean of the seeds that the table's source holds; for CIFAR-10 it
was measured on a model trained on half the training set ("cifar10-valid"), the test accuracy of the report on
one trained on all of it, as is the convention. Trainings of 12 epochs are a cheaper fidelity.

Dong, Yang, "NAS-Bench-201", ICLR 2020.
"""

from __future__ import annotations

from pathlib import Path

from ktnas.benchmarks.imported import imported_notes
from ktnas.benchmarks.known import KnownBenchmark
from ktnas.benchmarks.schedules import record_of
from ktnas.benchmarks.table import TableBenchmark, TaskRecord, listed_space
from ktnas.files.search_path import require
from ktnas.files.table_reader import Columns, read_columns
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.typing import FloatArray

NAME = "nasbench201"


FILENAME = "nasbench201.csv.gz"


SIZE = 15_625


TASKS = ("cifar10", "cifar100", "imagenet16")


HINT = (
    "Put it (columns arch_str, {cifar10,cifar100,imagenet16}_val200 and _test200, ...; see `ktnas docs data`) into one "
    "of these directories, or name its directory with --data or KTNAS_DATA; `ktnas data import FILE` makes it of the "
    "official files of NAS-Bench-201 and of NATS-Bench's topology space."
)


EPOCHS = 200


_TIMED = "train12_seconds_cifar10valid"


def load(directory: Path | None = None) -> TableBenchmark:
    """The NAS-Bench-201 table.

    Args:
        directory: Where to look first.

    Raises:
        DataError: If the table is not found or damaged.
    """
    path = require(FILENAME, HINT, directory)
    columns = read_columns(path)
    genotypes = tuple(map(NASBench201().parse, columns.text("arch_str")))
    records = tuple(_record(columns, task) for task in TASKS)
    return TableBenchmark(NAME, listed_space(NASBench201(), genotypes), genotypes, records, notes=imported_notes(path))


def _record(columns: Columns, task: str) -> TaskRecord:
    return record_of(columns, task, EPOCHS, (12,), lambda epochs: _seconds(columns, task, epochs))


def _seconds(columns: Columns, task: str, epochs: int) -> FloatArray | None:
    """Seconds of a training where the table times 12 epochs alone, and those of CIFAR-10."""
    if task != "cifar10" or _TIMED not in columns.header:
        return None
    return columns.numbers(_TIMED).values * (epochs / 12)


NASBENCH201 = KnownBenchmark.of_table(NAME, TASKS, SIZE, HINT, FILENAME, load)
