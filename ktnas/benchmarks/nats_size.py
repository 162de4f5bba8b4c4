"""NATS-Bench, size space: 32,768 networks of five widths on CIFAR-10, CIFAR-100 and ImageNet16-120.

Fitness is validation accuracy after 90 epochs, a single training; trainings of 12 epochs (the mean of three) and of 1
are cheaper fidelities. For CIFAR-10, validation is of networks trained on half of the training set, test of networks
trained on all of it. Names of tasks are those of NAS-Bench-201: alone, they mean that.

Dong, Liu, Musial, Gabrys, "NATS-Bench", TPAMI 2021; BibTeX in `ktnas.spaces.nats_size`.
"""

from __future__ import annotations

from pathlib import Path

from ktnas.benchmarks.imported import imported_notes
from ktnas.benchmarks.known import KnownBenchmark
from ktnas.benchmarks.schedules import record_of
from ktnas.benchmarks.table import TableBenchmark, listed_space
from ktnas.files.search_path import require
from ktnas.files.table_reader import read_columns
from ktnas.spaces.nats_size import NATSSize

NAME, FILENAME, SIZE = "nats-size", "nats_size.csv.gz", 32_768


TASKS = ("cifar10", "cifar100", "imagenet16")


EPOCHS = 90


CHEAPER = (1, 12)


HINT = (
    "`ktnas data import FILE_OR_DIR` makes it of NATS-Bench's official files of the size space "
    "(https://github.com/D-X-Y/NATS-Bench); see `ktnas docs data`."
)


def load(directory: Path | None = None) -> TableBenchmark:
    """The table of NATS-Bench's size space.

    Args:
        directory: Where to look first.

    Raises:
        DataError: If the table is not found or damaged.
    """
    path = require(FILENAME, HINT, directory)
    columns, space = read_columns(path), NATSSize()
    genotypes = tuple(map(space.parse, columns.text("arch_str")))
    records = tuple(record_of(columns, task, EPOCHS, CHEAPER) for task in TASKS)
    return TableBenchmark(NAME, listed_space(space, genotypes), genotypes, records, notes=imported_notes(path))


NATS_SIZE = KnownBenchmark.of_table(NAME, TASKS, SIZE, HINT, FILENAME, load)
