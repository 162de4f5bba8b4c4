"""What an importer is: how a distribution is recognised, read piece by piece, and made into tables."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ktnas.benchmarks.importers.probe import Probe
from ktnas.errors import DataError
from ktnas.files.journal import WorkJournal

Advance = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class ImportJob:
    """One distribution that is being imported.

    Attributes:
        source: The file or directory.
        journal: What has been read so far.
        advance: Told how far it has come.
    """

    source: Path
    journal: WorkJournal
    advance: Advance


@dataclass(frozen=True, slots=True)
class Made:
    """A table that an import makes.

    Attributes:
        filename: What it is called on the search path.
        content: Its bytes.
        architectures: How many it lists.
        use: How it is searched: a command.
    """

    filename: str
    content: bytes = field(repr=False)
    architectures: int
    use: str


@dataclass(frozen=True, slots=True)
class Importer:
    """How one official distribution becomes tables.

    Attributes:
        name: What it is called at the command line.
        title: The benchmark, and which of its files.
        home: Where it is to be had.
        licence: Under which licence.
        tables: Names of the files that it may make.
        recognises: Whether a file or directory is of this kind, by its content.
        read: Reads it into the journal of a job, from where that stands.
        make: The tables, from a journal that is complete.
        files: The files that are read, of a file or directory.
        official: SHA-256 of official files, and their names.
        notes: What must be known of its numbers, a sentence each.
    """

    name: str
    title: str
    home: str
    licence: str
    tables: tuple[str, ...]
    recognises: Callable[[Probe], bool]
    read: Callable[[ImportJob], None]
    make: Callable[[WorkJournal], Sequence[Made]]
    files: Callable[[Path], Sequence[Path]] = lambda source: (source,)
    official: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def csv_content(header: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """A gzipped table of text, the same bytes for the same rows. Columns without any value are left out.

    Args:
        header: Names of the columns; ``arch_str`` among them.
        rows: Their values by name; floats are written so that they are read back exactly.
    """
    every = list(rows)
    used = [name for name in header if any(row.get(name) is not None for row in every)]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(used)
    for row in every:
        writer.writerow(["" if row.get(name) is None else row[name] for name in used])
    return gzip.compress(text.getvalue().encode(), compresslevel=9, mtime=0)


def in_order(rows: Iterable[Mapping[str, Any]], where: str) -> list[Mapping[str, Any]]:
    """Rows in the order of their ``index``.

    Raises:
        DataError: If there are none, or two of them have the same index or architecture.
    """
    ordered = sorted(rows, key=lambda row: int(row["index"]))
    if not ordered:
        raise DataError(f"{where} holds no architecture")
    for name in ("index", "arch_str"):
        found: set[object] = set()
        for row in ordered:
            if row[name] in found:
                raise DataError(f"{where} holds {name} {row[name]!r} twice")
            found.add(row[name])
    return ordered
