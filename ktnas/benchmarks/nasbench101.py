"""NAS-Bench-101: 423,624 cells on CIFAR-10.

There are two tables of it. One is imported from the official files (`ktnas data import`): fitness is validation
accuracy, the mean of three trainings of 108 epochs, with those of 36, 12 and 4 as cheaper fidelities where the full
file was imported, and test accuracy stands in the report. It is taken where it is found.

The other has no validation accuracy: there fitness is **test** accuracy, the mean of three trainings of 108 epochs.
So a search sees what it is judged by, the best it shows is optimistic, and the report has no accuracy beside it; the
benchmark's notes say so wherever results are shown.

Ying, Klein, Christiansen, Real, Murphy, Hutter, "NAS-Bench-101: Towards Reproducible Neural Architecture Search",
ICML 2019.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ktnas.benchmarks.imported import imported_notes
from ktnas.benchmarks.known import KnownBenchmark
from ktnas.benchmarks.packed import PackedGenotypes
from ktnas.benchmarks.table import Fidelity, TableBenchmark, TaskRecord
from ktnas.errors import DataError
from ktnas.files.npz_table import npz_names, read_npz_columns, read_npz_floats
from ktnas.files.search_path import find, require
from ktnas.problem.task import Task
from ktnas.spaces.base import ListedSpace, SearchSpace
from ktnas.spaces.least_order import least_orders
from ktnas.spaces.nasbench101 import BITS, EDGES, INNER, OPERATIONS, VERTICES, NASBench101, pruned_cell
from ktnas.typing import IntArray

IMPORTED = "nasbench101.npz"


NAME, FILENAME, SIZE, TASK = "nasbench101", "nasbench101_test.npz", 423_624, "cifar10"


HINT = (
    "`ktnas data fetch nasbench101` downloads the official file and makes nasbench101.npz of it, with validation "
    "accuracy; `ktnas data import FILE` does so of a file that is here. Or put nasbench101_test.npz (test accuracy "
    "alone: arrays vertices, edges, operations, test_correct_of_29952 and params, one entry per cell; see `ktnas docs "
    "data`) into one of these directories, or name its directory with --data or KTNAS_DATA."
)


NOTE = (
    "NAS-Bench-101 has test accuracy alone here (mean of three trainings of 108 epochs): the search sees it, and ranks "
    "are by it."
)


_IMAGES = 29_952
"""Test images of three trainings: 3 x 9,984, whole batches alone."""


_COLUMNS = ("vertices", "edges", "operations", f"test_correct_of_{_IMAGES}", "params")


Column = npt.NDArray[np.integer]
"""Whole numbers ``(n,)``."""


def load(directory: Path | None = None) -> TableBenchmark:
    """The NAS-Bench-101 table.

    Args:
        directory: Where to look first.

    Raises:
        DataError: If the table is not found or damaged.
    """
    imported = find(IMPORTED, directory)
    return _of_both(imported) if imported else _of_test(require(FILENAME, HINT, directory))


def _of_both(path: Path) -> TableBenchmark:
    """The table that is imported: with validation accuracy."""
    names = npz_names(path)
    lengths = sorted(int(name.removeprefix("valid_")) for name in names if re.fullmatch(r"valid_[0-9]{1,3}", name))
    if not lengths:
        raise DataError(f"{path} has no validation accuracy (valid_108); import it again")
    cells = read_npz_columns(path, ("vertices", "edges", "operations", "params"))
    measured = read_npz_floats(path, [f"{kind}_{n}" for n in lengths for kind in ("valid", "test", "seconds")])
    numbers = least_numbers(cells["vertices"], cells["edges"], cells["operations"], str(path))
    if len(numbers) != len(measured["valid_" + str(lengths[0])]):
        raise DataError(f"the columns of {path} differ in length; import it again")
    genotypes = PackedGenotypes(NASBench101().cardinalities, numbers)
    *cheaper, epochs = lengths
    record = TaskRecord(
        Task(TASK, "validation accuracy", "%"),
        100 * measured[f"valid_{epochs}"],
        cost_s=np.nan_to_num(measured[f"seconds_{epochs}"]),
        metrics={"test_accuracy": 100 * measured[f"test_{epochs}"]},
        complexity={"params_M": cells["params"].astype(np.int64) / 1_000_000},
        epochs=epochs,
        fidelities={
            n: Fidelity(100 * measured[f"valid_{n}"], cost_s=np.nan_to_num(measured[f"seconds_{n}"])) for n in cheaper
        },
    )
    return TableBenchmark(NAME, _space(genotypes), genotypes, (record,), notes=imported_notes(path))


def _of_test(path: Path) -> TableBenchmark:
    """The table that has test accuracy alone."""
    columns = read_npz_columns(path, _COLUMNS)
    correct, params = columns[_COLUMNS[3]].astype(np.int64), columns["params"].astype(np.int64)
    if not len(correct) or correct.min() < 0 or correct.max() > _IMAGES or params.min() < 1:
        raise DataError(f"{path}: expected 0 to {_IMAGES:,} correct answers, and parameters, of one cell at least")
    numbers = least_numbers(columns["vertices"], columns["edges"], columns["operations"], str(path))
    genotypes = PackedGenotypes(NASBench101().cardinalities, numbers)
    record = TaskRecord(
        Task(TASK, "test accuracy", "%"), correct * 100 / _IMAGES, complexity={"params_M": params / 1_000_000}
    )
    return TableBenchmark(NAME, _space(genotypes), genotypes, (record,), notes=(NOTE,))


def _space(genotypes: PackedGenotypes) -> SearchSpace:
    whole = NASBench101()
    return whole if len(genotypes) == SIZE else ListedSpace(whole, tuple(genotypes))


def least_numbers(vertices: Column, edges: Column, operations: Column, where: str) -> IntArray:
    """Normalized codes ``(n,)`` of many cells, packed; one by one, `NASBench101.normalize` makes the same.

    Args:
        vertices: Vertices of each cell, the input and the output among them.
        edges: Bit ``x + y (y - 1) / 2`` for the edge from ``x`` to ``y``.
        operations: Two bits per inner vertex from the input on.
        where: Named in messages.

    Raises:
        DataError: If a row is no cell of the space, all of its vertices on paths.
    """
    if not (vertices >= 2).all() or not (vertices <= VERTICES).all():
        raise DataError(f"{where}: cells have 2 to {VERTICES} vertices; got {vertices.min()} to {vertices.max()}")
    if not ((edges >= 0) & (edges < 1 << BITS)).all() or not ((operations >= 0) & (operations < 4**INNER)).all():
        raise DataError(f"{where}: edges have {BITS} bits and operations {2 * INNER} at most")
    shapes, shape_of = np.unique(vertices.astype(np.int64) << BITS | edges.astype(np.int64), return_inverse=True)
    labels = (operations.astype(np.int64)[:, None] >> 2 * np.arange(INNER)) & 3
    numbers = np.zeros(len(vertices), dtype=np.int64)
    by_shape = np.split(np.argsort(shape_of, kind="stable"), np.cumsum(np.bincount(shape_of))[:-1])
    for shape, rows in zip(shapes.tolist(), by_shape, strict=True):
        size = shape >> BITS
        into = tuple(shape >> y * (y - 1) // 2 & (1 << y) - 1 for y in range(1, size))
        own = labels[rows]
        _require_cell(shape, into, own, where)
        masks, orders = least_orders(into)
        numbers[rows] = _edges_number(masks) + _least_operations(own, orders)
    return numbers


def _require_cell(shape: int, into: tuple[int, ...], labels: IntArray, where: str) -> None:
    inner = len(into) - 1
    cell, behind = pruned_cell(into, range(inner)), (shape & (1 << BITS) - 1) >> (inner + 1) * (inner + 2) // 2
    if cell is None or len(cell.into) != len(into) or cell.edges > EDGES or behind:
        raise DataError(f"{where}: {inner + 2} vertices with edges {into} are no cell whose vertices all lie on paths")
    if labels[:, :inner].max(initial=0) >= len(OPERATIONS) or labels[:, inner:].any():
        raise DataError(f"{where}: operations are 0 to {len(OPERATIONS) - 1}, of vertices that there are")


def _edges_number(masks: tuple[int, ...]) -> int:
    """What the edges of a cell add to its number; its output is the last vertex."""
    places = [*range(1, len(masks)), VERTICES - 1]
    code = [x + y * (y - 1) // 2 for y, mask in zip(places, masks, strict=True) for x in range(y) if mask >> x & 1]
    operations = len(OPERATIONS) ** INNER
    return sum((1 << BITS - 1 - position) * operations for position in code)


def _least_operations(labels: IntArray, orders: tuple[tuple[int, ...], ...]) -> IntArray:
    """What the operations ``(n, 5)`` add to the numbers of the cells, in the order that makes it least."""
    weights = len(OPERATIONS) ** np.arange(INNER)[::-1]
    found = [labels[:, [v - 1 for v in order]] @ weights[: len(order)] for order in orders]
    least: IntArray = np.minimum.reduce(found)
    return least


def _count(path: Path) -> int:
    return len(read_npz_columns(path, ("vertices",))["vertices"])


NASBENCH101 = KnownBenchmark(
    NAME,
    (TASK,),
    SIZE,
    HINT,
    locate=lambda directory: find(IMPORTED, directory) or find(FILENAME, directory),
    count=_count,
    load=lambda directory, _: load(directory),
)
