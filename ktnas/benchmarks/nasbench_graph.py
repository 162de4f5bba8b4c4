"""NAS-Bench-Graph: 26,206 graph neural networks on nine graph tasks; comes with `pip install`.

The records lie as pickles in the wheel of PyPI's ``nas-bench-graph``. They are found through the installed
distribution and read without importing it, by an unpickler that admits numbers only. Values are upstream's:
shares in 0 to 1, means of three seeds. ``proteins`` lists 2,021 of the 26,206 networks.

Qin et al., "NAS-Bench-Graph", NeurIPS 2022.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import metadata
from itertools import chain
from operator import itemgetter
from pathlib import Path

import numpy as np

from ktnas.benchmarks.known import KnownBenchmark
from ktnas.benchmarks.table import TableBenchmark, TaskRecord, listed_space
from ktnas.errors import DataError, unknown_name
from ktnas.files.safe_pickle import read_restricted_pickle
from ktnas.problem.task import Task
from ktnas.spaces.nasbench_graph import NASBenchGraph
from ktnas.typing import FloatArray, Genotype, IntArray

NAME = "nasbench-graph"


DISTRIBUTION = "nas-bench-graph"


SIZE = 26_206


TASKS = ("cora", "citeseer", "pubmed", "cs", "physics", "photo", "computers", "arxiv", "proteins")


HINT = "Install it: pip install 'nas-bench-graph>=1.4,<2'."


_SUFFIX = ".bench"


_FIELDS = ("valid_perf", "perf", "latency", "para")


def folder() -> Path | None:
    """The directory of the installed records; None if the package or one of its nine files is not installed."""
    try:
        files = metadata.distribution(DISTRIBUTION).files or ()
    except metadata.PackageNotFoundError:
        return None
    places = {Path(str(file.locate())).parent for file in files if file.name == f"{TASKS[0]}{_SUFFIX}"}
    complete = (place for place in places if all((place / f"{task}{_SUFFIX}").is_file() for task in TASKS))
    return next(complete, None)


def count(place: Path) -> int:
    """Number of architectures in the installed records, by the file of the first task, which lists all.

    Raises:
        DataError: If the file is damaged.
    """
    return len(_read(place, TASKS[0])[0])


def load(tasks: Sequence[str] = TASKS) -> TableBenchmark:
    """The benchmark for some of its tasks, in the order given; only their files are read.

    The space is what all of the tasks list; `TableBenchmark.restricted` widens it again to what all of fewer tasks do.

    Raises:
        UnknownNameError: If a name is not one of the nine tasks.
        DataError: If the package is not installed or a file is damaged.
    """
    for task in tasks:
        if task not in TASKS:
            raise unknown_name("task", task, TASKS, NAME)
    place = folder()
    if place is None:
        raise DataError(f"the records of {NAME} are not installed. {HINT}")
    read = [_read(place, task) for task in tasks]
    keys = np.unique(np.concatenate([task_keys for task_keys, _ in read]))
    genotypes = _genotypes(keys)
    space = NASBenchGraph()
    records = tuple(_record(task, keys, *columns) for task, columns in zip(tasks, read, strict=True))
    partial = (
        f"{len(genotypes):,} of {SIZE:,} architectures are listed for {', '.join(tasks)}: the search stays among those."
    )
    notes = (partial,) if len(genotypes) < SIZE else ()
    benchmark = TableBenchmark(NAME, listed_space(space, genotypes), genotypes, records, notes=notes)
    return benchmark.restricted(tuple(tasks))


def _read(place: Path, task: str) -> tuple[IntArray, FloatArray]:
    """Keys ``(n,)``, ascending, and fields ``(n, 4)`` of one task's file."""
    path = place / f"{task}{_SUFFIX}"
    content = read_restricted_pickle(path)
    if not isinstance(content, dict) or not content:
        raise DataError(f"{path}: expected a dictionary of architectures; got {type(content).__name__}")
    try:
        keys = np.fromiter(content, dtype=np.int64, count=len(content))
        entries = chain.from_iterable(map(itemgetter(*_FIELDS), content.values()))
        fields = np.fromiter(entries, dtype=np.float64, count=len(content) * len(_FIELDS)).reshape(-1, len(_FIELDS))
    except (TypeError, ValueError, KeyError, OverflowError, AttributeError) as error:
        raise DataError(f"{path}: expected integer keys, each with the numbers {', '.join(_FIELDS)}") from error
    if not np.isfinite(fields).all():
        raise DataError(f"{path}: not every number is finite")
    order = np.argsort(keys)
    return keys[order], fields[order]


def _genotypes(keys: IntArray) -> tuple[Genotype, ...]:
    """The genotypes of the files' keys, which are the listed codes: no normalization, that takes a second for all."""
    space = NASBenchGraph()
    digits = keys[:, None] // 10 ** np.arange(len(space.cardinalities) - 1, -1, -1)
    digits[:, 1:] %= 10
    genotypes = tuple(map(tuple, digits.tolist()))
    in_range = (digits >= 0).all() and (digits < np.array(space.cardinalities)).all()
    if not in_range or not all(map(space.is_valid, genotypes)):
        raise DataError(f"a file of {DISTRIBUTION} holds keys that are no architectures of {NAME}")
    return genotypes


def _record(task: str, keys: IntArray, task_keys: IntArray, fields: FloatArray) -> TaskRecord:
    rows = np.searchsorted(keys, task_keys)
    columns = np.full((len(_FIELDS), len(keys)), np.nan)
    columns[:, rows] = fields.T
    listed = np.isfinite(columns[0])
    fitness, test, latency, parameters = columns
    measure = "ROC-AUC" if task == "proteins" else "accuracy"
    metrics: Mapping[str, FloatArray] = {f"test_{measure.lower().replace('-', '_')}": test, "latency_s": latency}
    return TaskRecord(
        Task(task, f"validation {measure}"),
        fitness,
        listed=None if listed.all() else listed,
        metrics=metrics,
        complexity={"params_M": parameters},
    )


NASBENCH_GRAPH = KnownBenchmark(
    NAME, TASKS, SIZE, HINT, locate=lambda _: folder(), count=count, load=lambda _, tasks: load(tasks)
)
