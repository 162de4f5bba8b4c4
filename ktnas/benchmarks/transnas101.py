"""TransNAS-Bench-101: seven vision tasks over 4,096 cells (micro) and over 3,256 networks (macro).

Fitness is the validation metric at the final epoch of one training run. A table that was imported from the official
file has test metrics for the report; the one that most people have does not: then a report holds the size of the
network alone, and the benchmark's notes say so.

Duan et al., "TransNAS-Bench-101", CVPR 2021.
"""

from __future__ import annotations

from pathlib import Path

from ktnas.benchmarks.imported import imported_notes
from ktnas.benchmarks.known import KnownBenchmark
from ktnas.benchmarks.table import TableBenchmark, TaskRecord, listed_space
from ktnas.files.search_path import require
from ktnas.files.table_reader import Columns, read_columns
from ktnas.problem.task import Task
from ktnas.spaces.base import SearchSpace
from ktnas.spaces.transnas_macro import TransNASMacro
from ktnas.spaces.transnas_micro import TransNASMicro

MICRO_NAME, MICRO_FILENAME, MICRO_SIZE = "transnas101-micro", "transnas101_micro.csv.gz", 4_096


MACRO_NAME, MACRO_FILENAME, MACRO_SIZE = "transnas101-macro", "transnas101_macro.csv.gz", 3_256


HINT = (
    "Put it (columns arch_str and <task>__valid_<metric>; see `ktnas docs data`) into one of these directories, or "
    "name its directory with --data or KTNAS_DATA; `ktnas data import FILE` makes it of the official file."
)


_COLUMNS = {
    "class_object": ("valid_top1", "validation top-1 accuracy", "%"),
    "class_scene": ("valid_top1", "validation top-1 accuracy", "%"),
    "jigsaw": ("valid_top1", "validation top-1 accuracy", "%"),
    "room_layout": ("valid_neg_loss", "negative validation loss", ""),
    "segmentsemantic": ("valid_acc", "validation pixel accuracy", "%"),
    "normal": ("valid_ssim", "validation SSIM", ""),
    "autoencoder": ("valid_ssim", "validation SSIM", ""),
}


TASKS = tuple(_COLUMNS)


_NOTE = "Validation only: the table has no test metrics."


def load_micro(directory: Path | None = None) -> TableBenchmark:
    """The table of TransNAS-Bench-101's cells; ``directory`` is looked into first.

    Raises:
        DataError: If the table is not found or damaged.
    """
    return _load(MICRO_NAME, TransNASMicro(), require(MICRO_FILENAME, HINT, directory))


def load_macro(directory: Path | None = None) -> TableBenchmark:
    """The table of TransNAS-Bench-101's macro networks; ``directory`` is looked into first.

    Raises:
        DataError: If the table is not found or damaged.
    """
    return _load(MACRO_NAME, TransNASMacro(), require(MACRO_FILENAME, HINT, directory))


def _load(name: str, space: SearchSpace, path: Path) -> TableBenchmark:
    columns = read_columns(path)
    genotypes = tuple(map(space.parse, columns.text("arch_str")))
    records = tuple(_record(columns, task) for task in TASKS)
    missing = () if any(record.metrics for record in records) else (_NOTE,)
    notes = (*missing, *imported_notes(path))
    return TableBenchmark(name, listed_space(space, genotypes), genotypes, records, notes=notes)


def _record(columns: Columns, name: str) -> TaskRecord:
    column, metric, unit = _COLUMNS[name]
    fitness = columns.numbers(f"{name}__{column}")
    complexity = {key: columns.numbers(f"{name}__{key}").values for key in ("params_M", "flops_M")}
    test = column.replace("valid", "test")
    there = f"{name}__{test}" in columns.header
    metrics = {test: columns.numbers(f"{name}__{test}").values} if there else {}
    return TaskRecord(
        Task(name, metric, unit), fitness.values, fitness.failures, metrics=metrics, complexity=complexity
    )


MICRO = KnownBenchmark.of_table(MICRO_NAME, TASKS, MICRO_SIZE, HINT, MICRO_FILENAME, load_micro)

MACRO = KnownBenchmark.of_table(MACRO_NAME, TASKS, MACRO_SIZE, HINT, MACRO_FILENAME, load_macro)
