"""A benchmark from a user's own table: one architecture per row, one column per task.

The table may cover part of the space only: the search then stays among the listed architectures. A cell that
is empty, no number or infinite is a failed evaluation with a reason. No other column is ever looked at.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np

from ktnas.benchmarks.arch_column import Architectures, read_architectures, resolved
from ktnas.benchmarks.identifiers import words_of
from ktnas.benchmarks.table import TableBenchmark, TaskRecord, listed_space
from ktnas.errors import ConfigurationError, DataError, quoted, unknown_name
from ktnas.files.numbers import may_be_thousands
from ktnas.files.table_reader import Columns, read_columns
from ktnas.problem.task import Task
from ktnas.spaces.base import ListedSpace, SearchSpace
from ktnas.spaces.categorical import Categorical
from ktnas.typing import FloatArray, IntArray

Repeated: TypeAlias = Literal["mean", "first"]
"""What counts of an architecture that stands in several rows: the mean of their values, or the first of them."""

_LOW = frozenset(
    {
        *("loss", "losses", "error", "errors", "err", "latency", "lat", "flops", "macs", "madds", "params"),
        *("parameters", "perplexity", "ppl", "rmse", "mse", "mae", "mape", "wer", "cer", "fid", "nll", "bpc"),
        *("bpb", "time", "runtime", "duration", "seconds", "sec", "secs", "ms", "size", "memory", "mem", "energy"),
        *("power", "cost", "delay", "regret"),
    }
)
"""Words in names of columns in which smaller is usually better."""

_LOW_ENDS = ("loss", "error", "latency", "flops", "params", "perplexity", "rmse")
_HIGH = frozenset(
    {
        *("acc", "accuracy", "top1", "map", "auc", "auroc", "f1", "score", "bleu", "psnr", "ssim", "iou", "miou"),
        *("precision", "recall", "reward", "throughput", "fps"),
    }
)
"""Words in names of columns in which larger is usually better."""

_TURNED = frozenset({"neg", "negative", "negated", "minus", "inv", "inverse"})


def load_table(
    path: Path,
    space: SearchSpace | None,
    columns: Sequence[str],
    *,
    arch_column: str | Sequence[str] | None = None,
    minimize: Collection[str] = (),
    repeated: Repeated | None = None,
) -> TableBenchmark:
    """A benchmark whose tasks are columns of a table.

    Args:
        path: CSV or TSV, JSON or JSON Lines, gzipped or not, or Parquet where pyarrow is installed (docs/tables.md).
        space: The space of the architectures; None for a `Categorical` one, inferred from their codes.
        columns: Names of the columns that are tasks, in order.
        arch_column: Name of the column of architectures, or of several of which each is a choice (as a sequence, or
            separated by commas where no column is called so); found by itself where exactly one column can be it.
        minimize: Those of ``columns`` in which smaller is better.
        repeated: What counts of an architecture that stands in several rows, as with several seeds; None to refuse it.

    Raises:
        UnknownNameError: If the table lacks a column, or ``minimize`` names one that is no task.
        ArchitectureError: If an architecture of ``arch_column`` does not parse.
        DataError: If the file is damaged or empty, an architecture stands in it twice, a task has no finite
            number at all, or the column of architectures cannot be told.
        ConfigurationError: If ``repeated`` is not known, or a column is both task and architecture.
    """
    if repeated not in (None, "mean", "first"):
        raise ConfigurationError(f"repeated rows count by their 'mean', or the 'first' does; got {repeated!r}")
    table = _columns(path)
    for name in minimize:
        if name not in columns:
            raise unknown_name("column to minimize", name, columns, "the tasks")
    records, number_notes = _records(table, columns, minimize)
    names = _named(arch_column, table.header)
    both = next((name for name in names if name in columns), None)
    if both is not None:
        raise ConfigurationError(f"column {quoted(both)} of {path} is named as a task and as the architecture")
    found = read_architectures(table, space, names, columns)
    found, records, repeat_notes = _without_repeats(path, found, records, repeated)
    notes = [*_space_notes(path, found), *found.notes, *number_notes, *repeat_notes, *_failure_notes(found, records)]
    notes += [note for record in records if (note := _direction_note(record))]
    within = listed_space(found.space, found.genotypes)
    return TableBenchmark(path.name, within, found.genotypes, records, found.labels, tuple(notes))


def task_columns(path: Path, pieces: Sequence[str]) -> tuple[str, ...]:
    """Names of columns that were separated by commas, of which a name may hold some itself.

    Args:
        path: The table.
        pieces: What stands between the commas.

    Raises:
        DataError: If the table cannot be read.
    """
    return tuple(resolved(pieces, _columns(path).header)) if len(pieces) > 1 else tuple(pieces)


def _columns(path: Path) -> Columns:
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read: {error}") from error
    return _read_once(path, (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns))


@lru_cache(maxsize=1)
def _read_once(path: Path, _state: tuple[int, ...]) -> Columns:
    """The table, as long as the file is the same: names of columns are looked up before it is loaded."""
    return read_columns(path)


def _named(arch_column: str | Sequence[str] | None, header: Sequence[str]) -> tuple[str, ...]:
    if arch_column is None:
        return ()
    if not isinstance(arch_column, str):
        return tuple(arch_column)
    if arch_column in header or arch_column.strip() in header:
        return (arch_column.strip(),)
    return tuple(resolved([piece.strip() for piece in arch_column.split(",")], header))


def _records(
    table: Columns, names: Sequence[str], minimize: Collection[str]
) -> tuple[tuple[TaskRecord, ...], list[str]]:
    records, notes = [], []
    for name in names:
        numbers = table.numbers(name)
        values = -numbers.values if name in minimize else numbers.values
        records.append(TaskRecord(Task(name, metric=name, minimize=name in minimize), values, numbers.failures))
        notes += [numbers.note] if numbers.note else []
    commas = next((name for name in names if "decimal commas" in table.numbers(name).note), None) if notes else None
    doubtful = next((name for name in names if commas and may_be_thousands(table.text(name))), None)
    if doubtful is not None:
        raise DataError(
            f"column {quoted(doubtful)} of {table.path} can be read in several ways: its points stand before decimals, "
            f"or between thousands, since column {quoted(str(commas))} has decimal commas. Write plain numbers"
        )
    return tuple(records), notes


def _without_repeats(
    path: Path, found: Architectures, records: tuple[TaskRecord, ...], repeated: Repeated | None
) -> tuple[Architectures, tuple[TaskRecord, ...], list[str]]:
    """Each architecture once, with what counts of its rows."""
    rows: dict[tuple[int, ...], list[int]] = {}
    for row, genotype in enumerate(found.genotypes):
        rows.setdefault(genotype, []).append(row)
    if len(rows) == len(found.genotypes):
        return found, records, []
    if repeated is None:
        one, other, *_ = next(group for group in rows.values() if len(group) > 1)
        columns = f"column{'s' if len(found.columns) > 1 else ''} {', '.join(map(quoted, found.columns))}"
        raise DataError(
            f"{path} lists an architecture twice: {quoted(found.labels[one])} in row {one + 1}, "
            f"{quoted(found.labels[other])} in row {other + 1} ({columns}: {len(found.genotypes):,} rows, "
            f"{len(rows):,} architectures). If these are repeats, such as several seeds, --repeated mean "
            "takes the mean of an architecture's rows, --repeated first the first of them"
        )
    groups = [group if repeated == "mean" else group[:1] for group in rows.values()]
    first = np.array([group[0] for group in groups], dtype=np.int64)
    kept = replace(found, genotypes=tuple(rows), labels=tuple(found.labels[row] for row in first.tolist()))
    counted = "the mean of its rows" if repeated == "mean" else "the first of its rows"
    note = f"{len(found.genotypes):,} rows of {len(rows):,} architectures: of each, {counted} counts."
    return kept, tuple(_counted(record, groups, first) for record in records), [note]


def _counted(record: TaskRecord, groups: Sequence[Sequence[int]], first: IntArray) -> TaskRecord:
    """The mean of the finite values of each group of rows; failed where there is none, for the first one's reason."""
    values: FloatArray = np.array([_mean(record.fitness[list(group)]) for group in groups])
    failures = {i: record.failures[row] for i, row in enumerate(first.tolist()) if np.isnan(values[i])}
    return replace(record, fitness=values, failures=failures)


def _mean(values: FloatArray) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else float("nan")


def _space_notes(path: Path, found: Architectures) -> list[str]:
    notes = []
    if isinstance(listed_space(found.space, found.genotypes), ListedSpace):
        notes.append(f"The search stays among the {len(found.genotypes):,} architectures that {path.name} lists.")
    if isinstance(found.space, Categorical) and found.space.numeric:
        notes.append(_numeric_note(found.space))
    return notes


def _failure_notes(found: Architectures, records: Sequence[TaskRecord]) -> list[str]:
    return [
        f"{len(record.failures):,} of {len(found.genotypes):,} architectures have no finite {record.task.name}: those "
        "evaluations fail."
        for record in records
        if record.failures
    ]


def _direction_note(record: TaskRecord) -> str:
    """A doubt about the direction of a task, where its name speaks for the other one."""
    name, minimize = record.task.name, record.task.minimize
    words = words_of(name)
    if words & _TURNED or not np.nanmax(np.abs(record.fitness)):
        return ""
    low = any(word in _LOW or word.endswith(_LOW_ENDS) for word in words)
    if low and not minimize and np.nanmax(record.fitness) > 0:
        return f"{quoted(name)} is taken as higher is better; --minimize {_argument(name)} if it is not."
    if words & _HIGH and minimize and not low:
        return f"{quoted(name)} is taken as lower is better, as --minimize says."
    return ""


def _argument(name: str) -> str:
    return name if re.fullmatch(r"[\w./%+-]+", name) else f'"{name}"'


def _numeric_note(space: Categorical) -> str:
    every = len(space.numeric) == len(space.cardinalities)
    where = "All positions" if every else f"Position {', '.join(str(i + 1) for i in space.numeric)}"
    return f"{where} of the codes: numbers, of which near ones are taken to be alike (letters would be mere names)."
