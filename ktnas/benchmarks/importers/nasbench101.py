"""NAS-Bench-101: files of records, one per training of a cell, with validation accuracy, test accuracy and seconds.

A record is JSON: hash of the cell, epochs, adjacency matrix, operations, and a message of protocol buffers in base64
(``nasbench/lib/model_metrics.proto`` upstream). The message has the number of parameters and evaluations at the
beginning, in the middle and at the end of the training; the one at the end is taken. A value is the mean of the
trainings of a cell of the same length: three each in the official files.

Ying et al., "NAS-Bench-101", ICML 2019.
"""

from __future__ import annotations

import base64
import io
import json
import struct
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ktnas.benchmarks.importers.base import Importer, ImportJob, Made
from ktnas.benchmarks.importers.probe import Probe
from ktnas.errors import DataError
from ktnas.files.journal import WorkJournal
from ktnas.files.records import message_fields, read_records, record_length
from ktnas.files.regular import open_regular
from ktnas.spaces.nasbench101 import OPERATIONS, VERTICES

TABLE = "nasbench101.npz"

EPOCHS = (4, 12, 36, 108)

OFFICIAL = {
    "4c39c3936e36a85269881d659e44e61a245babcb72cb374eacacf75d0e5f4fd1": "nasbench_only108.tfrecord",
    "3d64db8180fb1b0207212f9032205064312b6907a3bbc81eabea10db2f5c7e9c": "nasbench_full.tfrecord",
}
"""SHA-256, as upstream's README publishes them."""

_ROW = np.dtype(
    [
        ("high", "<u8"),
        ("low", "<u8"),
        ("edges", "<u4"),
        ("operations", "<u2"),
        ("vertices", "u1"),
        ("epochs", "u1"),
        ("params", "<u4"),
        ("valid", "<f8"),
        ("test", "<f8"),
        ("seconds", "<f8"),
    ]
)
"""One training in the journal."""

_PACK = struct.Struct("<QQIHBBIddd")

_EVERY = 50_000
"""Records between two checkpoints."""


def _recognises(probe: Probe) -> bool:
    return probe.names is None and record_length(probe.head) is not None and probe.head[12:14] == b'["'


def _read(job: ImportJob) -> None:
    where = str(job.source)
    try:
        file = open_regular(job.source)
    except OSError as error:
        raise DataError(f"{where} cannot be read: {error.strerror or error}") from error
    with file:
        size = file.seek(0, 2)
        file.seek(int((job.journal.state or {}).get("offset", 0)))
        for number, record in enumerate(read_records(file, where), 1):
            job.journal.append(_training(record, where))
            if number % _EVERY == 0:
                job.journal.checkpoint({"offset": file.tell()})
            if number % 1_000 == 0:
                job.advance("reading", file.tell(), size)
        job.journal.checkpoint({"offset": file.tell()})


def _training(record: bytes, where: str) -> bytes:
    """A record as a row of the journal.

    Raises:
        DataError: If it is no training of a cell.
    """
    try:
        name, epochs, adjacency, operations, metrics = json.loads(record)
        if epochs not in EPOCHS:
            raise ValueError(f"a training of {epochs} epochs")  # noqa: TRY301, said with the place below
        digest = bytes.fromhex(name)
        vertices, edges, labels = _cell(adjacency, operations.split(","))
        params, valid, test, seconds = _metrics(base64.b64decode(metrics, validate=True))
        high, low = struct.unpack(">QQ", digest)
        return _PACK.pack(high, low, edges, labels, vertices, epochs, params, valid, test, seconds)
    except (ValueError, TypeError, AttributeError, struct.error, RecursionError) as error:
        raise DataError(f"{where}: a record is no training of NAS-Bench-101 ({error}): {record[:60]!r}...") from None


def _cell(adjacency: str, operations: Sequence[str]) -> tuple[int, int, int]:
    """Vertices, bits of edges, and bits of operations, as `ktnas.benchmarks.nasbench101` reads them."""
    size = len(operations)
    if not 2 <= size <= VERTICES or len(adjacency) != size * size or set(adjacency) - set("01"):
        raise ValueError(f"a matrix of {len(adjacency)} numbers for {size} operations")
    if operations[0] != "input" or operations[-1] != "output":
        raise ValueError("operations that do not begin with input and end with output")
    edges = 0
    for x in range(size):
        for y in range(size):
            if adjacency[x * size + y] == "1":
                if y <= x:
                    raise ValueError("edges that lead back")
                edges |= 1 << x + y * (y - 1) // 2
    labels = sum(OPERATIONS.index(name) << 2 * i for i, name in enumerate(operations[1:-1]))
    return size, edges, labels


def _metrics(message: bytes) -> tuple[int, float, float, float]:
    """Parameters, and validation accuracy, test accuracy and seconds of the last evaluation."""
    params, evaluations = 0, []
    for field, value in message_fields(message):
        if field == 1 and isinstance(value, bytes):
            evaluations.append(value)
        elif field == 2 and isinstance(value, int):
            params = value
    if len(evaluations) < 3 or params < 1:
        raise ValueError("fewer than three evaluations, or no parameters")
    last = {field: value for field, value in message_fields(evaluations[-1]) if isinstance(value, bytes)}
    valid, test, seconds = (struct.unpack("<d", last.get(field, b""))[0] for field in (4, 5, 2))
    if not (0 <= valid <= 1 and 0 <= test <= 1 and 0 <= seconds < 1e9):
        raise ValueError(f"accuracies {valid} and {test} after {seconds} s")
    return params, valid, test, seconds


def _make(journal: WorkJournal) -> Sequence[Made]:
    rows = np.memmap(journal.content(), dtype=_ROW, mode="r") if journal.content().stat().st_size else None
    if rows is None:
        raise DataError("the file holds no training")
    order = np.lexsort((rows["low"], rows["high"]))
    high, low = rows["high"][order], rows["low"][order]
    begins = np.flatnonzero(np.r_[True, (high[1:] != high[:-1]) | (low[1:] != low[:-1])])
    cell = np.repeat(np.arange(len(begins)), np.diff(np.r_[begins, len(rows)]))
    first = order[begins]
    columns: dict[str, npt.NDArray[Any]] = {
        name: np.asarray(rows[name][first]) for name in ("vertices", "edges", "operations", "params")
    }
    for name in ("vertices", "edges", "operations", "params"):
        if (rows[name][order] != columns[name][cell]).any():
            raise DataError(f"trainings of one cell differ in {name}: the file is damaged")
    columns.update(_means(rows, order, cell, len(begins)))
    use = "ktnas run --benchmark nasbench101 --tasks cifar10"
    return (Made(TABLE, _npz(columns), len(begins), use),)


def _means(rows: npt.NDArray[Any], order: npt.NDArray[Any], cell: npt.NDArray[Any], cells: int) -> dict[str, Any]:
    """Means over trainings of the same length; NaN where a cell has none; the order of records does not count."""
    found = {}
    epochs = rows["epochs"][order]
    for length in np.unique(epochs).tolist():
        chosen = np.flatnonzero(epochs == length)
        count = np.bincount(cell[chosen], minlength=cells)
        for kind in ("valid", "test", "seconds"):
            values = rows[kind][order[chosen]]
            within = np.lexsort((values, cell[chosen]))
            total = np.bincount(cell[chosen][within], weights=values[within], minlength=cells)
            with np.errstate(invalid="ignore"):
                found[f"{kind}_{length}"] = total / count
    return found


def _npz(columns: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """An npz file with the same bytes for the same columns."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, column in columns.items():
            entry = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            array = io.BytesIO()
            np.save(array, column, allow_pickle=False)
            archive.writestr(entry, array.getvalue())
    return content.getvalue()


NASBENCH101_IMPORTER = Importer(
    "nasbench101",
    "NAS-Bench-101 (nasbench_only108.tfrecord, or nasbench_full.tfrecord)",
    "https://github.com/google-research/nasbench",
    "Apache-2.0",
    (TABLE,),
    recognises=_recognises,
    read=_read,
    make=_make,
    official=OFFICIAL,
)
