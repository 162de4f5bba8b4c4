"""A benchmark from a user's own table: one architecture per row, one column per task.

The table may cover part of the space only: the search then stays among the listed architectures. A cell that
is empty, no number or infinite is a failed evaluation with a reason. No other column is ever looked at.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from ktnas.benchmarks.table import TableBenchmark, TaskRecord, listed_space
from ktnas.errors import ArchitectureError, DataError, KtnasError, unknown_name
from ktnas.files.table_reader import Columns, read_columns
from ktnas.problem.task import Task
from ktnas.spaces.base import ListedSpace, SearchSpace
from ktnas.spaces.categorical import Categorical
from ktnas.typing import Genotype

_SHOWN = 3


def load_table(
    path: Path,
    space: SearchSpace | None,
    columns: Sequence[str],
    *,
    arch_column: str | None = None,
    minimize: Collection[str] = (),
) -> TableBenchmark:
    """A benchmark whose tasks are columns of a table.

    Args:
        path: CSV or TSV, gzipped or not, or Parquet where pandas and pyarrow are installed.
        space: The space of the architectures; None for a `Categorical` one, inferred from their codes.
        columns: Names of the columns that are tasks, in order.
        arch_column: Name of the column of architectures; found by itself where exactly one column can be it.
        minimize: Those of ``columns`` in which smaller is better.

    Raises:
        UnknownNameError: If the table lacks a column, or ``minimize`` names one that is no task.
        ArchitectureError: If an architecture of ``arch_column`` does not parse.
        DataError: If the file is damaged or empty, an architecture stands in it twice, a task has no finite
            number at all, or the column of architectures cannot be told.
    """
    table = read_columns(path)
    for name in minimize:
        if name not in columns:
            raise unknown_name("column to minimize", name, columns, "the tasks")
    records = tuple(_record(table, name, minimize=name in minimize) for name in columns)
    if arch_column is None:
        arch_column = _found_column(table, space, [name for name in table.header if name not in columns])
    labels = [cell.strip() for cell in table.text(arch_column)]
    whole = Categorical.from_codes(labels) if space is None else space
    genotypes = _parsed(table, arch_column, labels, whole)
    return TableBenchmark(
        path.name,
        listed_space(whole, genotypes),
        genotypes,
        records,
        tuple(labels),
        _notes(table, whole, genotypes, records),
    )


def _record(table: Columns, name: str, *, minimize: bool) -> TaskRecord:
    values, failures = table.numbers(name)
    return TaskRecord(Task(name, metric=name, minimize=minimize), -values if minimize else values, failures)


def _parsed(table: Columns, column: str, labels: Sequence[str], space: SearchSpace) -> tuple[Genotype, ...]:
    genotypes: list[Genotype] = []
    problems: list[str] = []
    for row, label in enumerate(labels, 1):
        try:
            genotypes.append(space.normalize(space.parse(label)))
        except ArchitectureError as error:
            problems.append(f"row {row}: {error}")
    if problems:
        more = f"; and {len(problems) - _SHOWN:,} more rows" if len(problems) > _SHOWN else ""
        raise ArchitectureError(
            f"{len(problems):,} of {len(labels):,} architectures in column {column!r} of {table.path} do not parse: "
            + "; ".join(problems[:_SHOWN])
            + more
        )
    return tuple(genotypes)


def _found_column(table: Columns, space: SearchSpace | None, names: Sequence[str]) -> str:
    fitting = [name for name in names if _fits(table.text(name), space)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise DataError(
            f"columns {', '.join(map(repr, fitting))} of {table.path} could all be the architectures; name the one "
            "that is (--arch-column)"
        )
    kind = "codes of one categorical space" if space is None else f"architectures of {space.name}"
    raise DataError(
        f"no column of {table.path} holds {kind} in every row; looked at {', '.join(names) or 'none'}. "
        "Name the column (--arch-column) to see which row does not parse"
    )


def _fits(cells: Sequence[str], space: SearchSpace | None) -> bool:
    texts = [cell.strip() for cell in cells]
    try:
        if space is not None:
            return all(space.parse(text) for text in texts)
        return len(Categorical.from_codes(texts).cardinalities) > 1 and len(set(texts)) > 1 and not _measured(texts)
    except KtnasError:
        return False


def _measured(texts: Sequence[str]) -> bool:
    """Whether a column holds decimal fractions, which read as codes with ``.`` between positions."""
    try:
        return all("." in text for text in texts) and all(map(math.isfinite, map(float, texts)))
    except ValueError:
        return False


def _notes(
    table: Columns, space: SearchSpace, genotypes: tuple[Genotype, ...], records: tuple[TaskRecord, ...]
) -> tuple[str, ...]:
    notes = [
        f"{len(record.failures):,} of {len(genotypes):,} architectures have no finite {record.task.name}: those "
        "evaluations fail."
        for record in records
        if record.failures
    ]
    if isinstance(space, Categorical) and space.numeric:
        notes.insert(0, _numeric_note(space))
    if isinstance(listed_space(space, genotypes), ListedSpace):
        notes.insert(0, f"The search stays among the {len(genotypes):,} architectures that {table.path.name} lists.")
    return tuple(notes)


def _numeric_note(space: Categorical) -> str:
    every = len(space.numeric) == len(space.cardinalities)
    where = "All positions" if every else f"Position {', '.join(str(i + 1) for i in space.numeric)}"
    return f"{where} of the codes: numbers, of which near ones are taken to be alike (letters would be mere names)."


@dataclass(frozen=True, slots=True)
class TableChoice:
    """A user's own table.

    Attributes:
        path: The file.
        space: Name of the search space.
        arch_column: The column of architectures; None to find it.
        minimize: Columns in which smaller is better.
    """

    path: Path
    space: str
    arch_column: str | None = None
    minimize: tuple[str, ...] = ()
