"""From an official distribution to tables on the data path: recognised, read, written, and its source noted down.

The work can be stopped at any time and goes on when it is asked for again: what has been read lies in a directory
``.import-NAME`` beside the tables to be, and the tables appear whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ktnas.benchmarks.imported import SUFFIX
from ktnas.benchmarks.importers.base import Advance, Importer, ImportJob, Made
from ktnas.benchmarks.importers.probe import look
from ktnas.benchmarks.importers.registry import importer_of
from ktnas.errors import DataError
from ktnas.files.durable import write_atomically
from ktnas.files.journal import WorkJournal
from ktnas.files.json_lines import locked_directory
from ktnas.files.packed_source import sha256_of
from ktnas.typing import JSON
from ktnas.version import __version__

VERSION = 1
"""Of what is read of distributions; work begun with another begins anew."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What has become of a distribution.

    Attributes:
        importer: What it was recognised as.
        source: The file or directory.
        sha256: Of the file, or of the list of its files' digests.
        official: Whether these are the bytes that upstream publishes; None where upstream publishes no digest.
        made: The tables, and where each lies.
        went_on: Whether it was begun earlier.
    """

    importer: Importer
    source: Path
    sha256: str
    official: bool | None
    made: tuple[tuple[Path, Made], ...]
    went_on: bool


def import_distribution(
    source: Path, out: Path, name: str | None = None, advance: Advance = lambda _, __, ___: None
) -> Imported:
    """Make tables of an official distribution.

    Args:
        source: Its file or directory.
        out: The directory of the tables; made if need be.
        name: What distribution it is; None to tell by its content.
        advance: Told how far it has come.

    Raises:
        DataError: If it is none that is known, is truncated or damaged, or a table is there already.
        UnknownNameError: If there is no distribution of that name.
        ConfigurationError: If another process is importing it into the same directory.
        OSError: If the tables cannot be written.
    """
    chosen = importer_of(look(source), name)
    _require_free(out, chosen.tables)
    work = out / f".import-{chosen.name}"
    with locked_directory(out):
        digest = _digest(chosen.files(source), source, advance)
        key: dict[str, JSON] = {"importer": chosen.name, "version": VERSION, "sha256": digest}
        journal = WorkJournal(work, key)
        try:
            went_on = journal.state is not None
            chosen.read(ImportJob(source, journal, advance))
            made = chosen.make(journal)
            _require_free(out, [one.filename for one in made])
            official = None if not chosen.official else digest in chosen.official
            placed = tuple(_placed(out, one, chosen, source, digest, official) for one in made)
        finally:
            journal.close()
        journal.remove()
    return Imported(chosen, source, digest, official, placed, went_on)


def _require_free(out: Path, tables: Sequence[str]) -> None:
    """Refuse to replace a table."""
    if out.exists() and not out.is_dir():
        raise DataError(f"{out} is no directory; name one for the tables (--out)")
    there = [out / name for name in tables if (out / name).exists()]
    if there:
        raise DataError(
            f"{there[0]} is there already: move it away, or import into another directory (--out DIR, then --data DIR)"
        )


def _digest(files: Sequence[Path], source: Path, advance: Advance) -> str:
    """SHA-256 of one file; of several, as of what ``sha256sum FILES`` prints of them, by their relative names."""
    if list(files) == [source]:
        return sha256_of(source, lambda done, size: advance("hashing", done, size))
    lines = []
    for number, path in enumerate(files, 1):
        lines.append(f"{sha256_of(path)}  {path.relative_to(source).as_posix()}\n")
        advance("hashing", number, len(files))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _placed(
    out: Path, made: Made, importer: Importer, source: Path, digest: str, official: bool | None
) -> tuple[Path, Made]:
    """Write a table, after the note of where it comes from: a note without its table says nothing."""
    path = out / made.filename
    note = {
        "table": made.filename,
        "table_sha256": hashlib.sha256(made.content).hexdigest(),
        "architectures": made.architectures,
        "distribution": importer.name,
        "source": source.resolve().name,
        "source_sha256": digest,
        "official": official,
        "home": importer.home,
        "licence": importer.licence,
        "notes": list(importer.notes),
        "ktnas": __version__,
    }
    write_atomically(out / f"{made.filename}{SUFFIX}", json.dumps(note, indent=2) + "\n")
    write_atomically(path, made.content)
    return path, made
