"""Rendered scenes: seven tasks over cells of TransNAS-Bench-101's micro space, measured by us; comes with the package.

Every network was trained on scenes that `ktnas.datasets.scenes` renders, for each task by a recipe of its own
(`ktnas docs scenes` has the data sheet). Fitness is the validation metric of the training with seed 0; the report
holds its test metric. Codes of one network (isomorphic pruned cells) share its results. Only part of the space is
measured, and the search stays among that part. The first networks were trained with further seeds, so that the noise
is known: `seeds`.

The numbers are under CC BY 4.0.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ktnas.benchmarks.known import KnownBenchmark
from ktnas.benchmarks.table import TableBenchmark, TaskRecord, listed_space
from ktnas.errors import DataError
from ktnas.files.plain_json import read_json_file
from ktnas.files.table_reader import Columns, read_columns
from ktnas.problem.task import Task
from ktnas.spaces.transnas_micro import TransNASMicro
from ktnas.typing import FloatArray, Genotype, IntArray

NAME = "scenes"

_TABLES = Path(__file__).with_name("tables")
TABLE, SHEET = _TABLES / "scenes.csv.gz", _TABLES / "scenes.json"
"""What ships: the table, and what is known of it."""

SIZE = 4_096
"""Codes of the whole space, of which the table lists those of the networks that were measured."""

_METRICS = {
    "class_object": ("top1", "validation top-1 accuracy", "%"),
    "class_scene": ("top1", "validation top-1 accuracy", "%"),
    "jigsaw": ("top1", "validation top-1 accuracy", "%"),
    "room_layout": ("neg_loss", "negative validation loss", ""),
    "segmentsemantic": ("neg_loss", "negative validation loss", ""),
    "normal": ("ssim", "validation SSIM", ""),
    "autoencoder": ("ssim", "validation SSIM", ""),
}
"""By task: how the metric is called in the table, in words, and its unit; higher is better."""

TASKS = tuple(_METRICS)

HINT = "It comes with the package: install ktnas again (pip install --force-reinstall --no-deps ktnas)."

ELSEWHERE = (
    "The table of TransNAS-Bench-101 ({benchmark}), which has the same tasks, was not found: `scenes` is searched, "
    "networks of the same space trained on rendered scenes. `ktnas data` says how to get the other; --benchmark "
    "chooses one by name."
)


def metric_name(task: str) -> str:
    """What the metric of a task is called in the names of the table's columns."""
    return _METRICS[task][0]


def load(tables: Path = _TABLES) -> TableBenchmark:
    """The table of rendered scenes.

    Args:
        tables: The directory of the table and of the sheet beside it.

    Raises:
        DataError: If the files are missing or damaged.
    """
    columns, sheet = _read(tables)
    rows, genotypes = _codes(columns)
    records = tuple(_record(columns, task, rows) for task in TASKS)
    networks = len(columns)
    note = (
        f"Version {sheet['version']} of the table of rendered scenes: {networks:,} networks, {len(genotypes):,} of "
        f"{SIZE:,} codes: the search, ranks and regrets stay among those."
    )
    return TableBenchmark(NAME, listed_space(TransNASMicro(), genotypes), genotypes, records, notes=(note,))


def seeds(task: str, tables: Path = _TABLES) -> tuple[tuple[Genotype, ...], FloatArray]:
    """Networks that were trained with several seeds, and the validation metric of each ``(networks, seeds)``.

    Raises:
        DataError: If the files are missing or damaged.
    """
    columns, _ = _read(tables)
    name = f"{task}__valid_{metric_name(task)}"
    further = sorted(column for column in columns.header if column.startswith(f"{name}__seed"))
    values = np.column_stack([columns.numbers(column).values for column in (name, *further)])
    whole = np.isfinite(values).all(axis=1)
    space = TransNASMicro()
    genotypes = tuple(space.parse(text) for text in columns.text("arch_str"))
    return tuple(genotypes[i] for i in np.flatnonzero(whole).tolist()), values[whole]


def sheet(tables: Path = _TABLES) -> Mapping[str, Any]:
    """What is known of the table: version, recipe, machines, hours, digest.

    Raises:
        DataError: If it is missing or damaged.
    """
    path = tables / SHEET.name
    try:
        found = read_json_file(path)
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise DataError(f"{path}: cannot be read ({said}). {HINT}") from None
    if not isinstance(found, dict) or not isinstance(found.get("sha256"), str) or "version" not in found:
        raise DataError(f"{path}: not the sheet of the table of rendered scenes. {HINT}")
    return found


@lru_cache(maxsize=2)
def _read(tables: Path) -> tuple[Columns, Mapping[str, Any]]:
    """The table, if it is the one that its sheet describes."""
    told, path = sheet(tables), tables / TABLE.name
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}). {HINT}") from None
    if found != told["sha256"]:
        raise DataError(
            f"{path}: damaged, or of another version than {SHEET.name} beside it (SHA-256 {found[:12]}, expected "
            f"{told['sha256'][:12]}). {HINT}"
        )
    return read_columns(path), told


def _codes(columns: Columns) -> tuple[IntArray, tuple[Genotype, ...]]:
    """Every code that is listed, and the row of its network."""
    space = TransNASMicro()
    rows, genotypes = [], []
    for row, codes in enumerate(columns.text("codes")):
        for code in codes.split():
            rows.append(row)
            genotypes.append(tuple(map(int, code)))
    if not all(map(space.is_valid, genotypes)):
        raise DataError(f"{columns.path}: holds codes that are none of {space.name}. {HINT}")
    return np.array(rows, dtype=np.int64), tuple(genotypes)


def _record(columns: Columns, name: str, rows: IntArray) -> TaskRecord:
    metric, said, unit = _METRICS[name]

    def column(key: str) -> FloatArray:
        return columns.numbers(f"{name}__{key}").values[rows]

    fitness = columns.numbers(f"{name}__valid_{metric}")
    failures = {i: fitness.failures[row] for i, row in enumerate(rows.tolist()) if row in fitness.failures}
    return TaskRecord(
        Task(name, said, unit),
        fitness.values[rows],
        failures,
        cost_s=column("seconds"),
        metrics={f"test_{metric}": column(f"test_{metric}")},
        complexity={key: column(key) for key in ("params_M", "flops_M")},
    )


def _located() -> Path | None:
    return TABLE if TABLE.is_file() else None


def _count(path: Path) -> int:
    return len(load(path.parent).genotypes)


def _of_tasks(_: Path | None, __: Sequence[str]) -> TableBenchmark:
    return load()


SCENES = KnownBenchmark(
    NAME, TASKS, SIZE, HINT, locate=lambda _: _located(), count=_count, load=_of_tasks, stands_in=ELSEWHERE
)
