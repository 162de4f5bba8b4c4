"""A file of results that several processes add to at once: one line per training, none done twice, none cut in two.

A process claims a piece of work by a lock on one byte of a file beside the results; the system takes the lock back when
the process ends, however it ends. Lines are appended under another lock, and are on disk before the claim is given up.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ktnas.errors import ConfigurationError, DataError
from ktnas.files.durable import write_atomically
from ktnas.files.json_lines import complete_lines

_APPEND = 1 << 40
"""The byte whose lock allows to append; far behind those of all claims."""

MARK = b"# "


def renew(path: Path, head: Mapping[str, object], keep: Callable[[tuple[str, ...], Mapping[str, Any]], bool]) -> int:
    """Put another head on a file, and drop the lines that do not hold under it; nothing else may be at the file.

    Args:
        path: The file.
        head: The new head.
        keep: Whether a line, as its values, holds; it is told the old head too.

    Returns:
        How many lines were dropped.

    Raises:
        DataError: If the file does not begin with a head.
    """
    first, *rest = path.read_text().splitlines()
    if not first.startswith(MARK.decode()):
        raise DataError(f"{path}: not a file of results, or a damaged one; remove it or name another --out")
    before, (columns, *lines) = json.loads(first[len(MARK) :]), rest
    kept = [line for line in lines if line.startswith(MARK.decode()) or keep(tuple(line.split(",")), before)]
    new = MARK.decode() + json.dumps(head, sort_keys=True)
    write_atomically(path, "\n".join([new, columns, *kept]) + "\n")
    return len(lines) - len(kept)


class Rows:
    """Lines of comma-separated values below a head that says how they came about.

    Args:
        path: The file; made with the head if there is none.
        head: What all its lines share, such as the recipe; a file with another one is refused.
        columns: Names of the values.
        key: How many of the first columns name the piece of work.

    Attributes:
        lines: Values by their key, as far as they have been read.
        machines: Where lines were measured; a line may tell the index.

    Raises:
        ConfigurationError: If the file has another head.
        DataError: If it is none of these files.
    """

    def __init__(self, path: Path, head: Mapping[str, object], columns: tuple[str, ...], key: int) -> None:
        self.path, self.columns, self._key = path, columns, key
        self._head = json.loads(json.dumps(head))
        self.machines: list[dict[str, Any]] = []
        self.lines: dict[tuple[str, ...], tuple[str, ...]] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        self._locks = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o644)
        with self._appending() as file:
            self._repair(file)
            self._refresh(file)

    def close(self) -> None:
        """Give up all claims."""
        os.close(self._locks)

    def refresh(self) -> None:
        """Read what other processes have appended."""
        with self.path.open("rb", buffering=0) as file:
            self._refresh(file.fileno())

    @contextmanager
    def claimed(self, number: int, key: tuple[str, ...]) -> Iterator[bool]:
        """Whether the piece of work with this number and key is to be done now, and is nobody else's until the end."""
        try:
            fcntl.lockf(self._locks, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
        except OSError:
            yield False
            return
        try:
            self.refresh()  # it may have been finished between a look and the claim
            yield key not in self.lines
        finally:
            fcntl.lockf(self._locks, fcntl.LOCK_UN, 1, number)

    def machine(self, described: Mapping[str, object]) -> int:
        """The index of a machine; it is told in the file if it is new."""
        plain = json.loads(json.dumps(described))
        with self._appending() as file:
            self._refresh(file)
            if plain not in self.machines:
                self._append(file, MARK + json.dumps({"machine": plain}).encode())
                self._refresh(file)
        return self.machines.index(plain)

    def append(self, values: tuple[str, ...]) -> None:
        """Add a line; it is on disk when this returns."""
        if len(values) != len(self.columns) or any(set(value) & set(',"\n') for value in values):
            raise ValueError(f"a line has the columns {', '.join(self.columns)}, without commas; got {values}")
        with self._appending() as file:
            self._append(file, ",".join(values).encode())
            self._refresh(file)

    @contextmanager
    def _appending(self) -> Iterator[int]:
        fcntl.lockf(self._locks, fcntl.LOCK_EX, 1, _APPEND)
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            yield file
        finally:
            os.close(file)
            fcntl.lockf(self._locks, fcntl.LOCK_UN, 1, _APPEND)

    def _repair(self, file: int) -> None:
        """Cut off a line that was not written to its end, and begin an empty file."""
        content = os.pread(file, os.fstat(file).st_size, 0)
        _, size = complete_lines(content)
        if size < len(content):
            os.ftruncate(file, size)
        if not size:
            self._append(file, MARK + json.dumps(self._head, sort_keys=True).encode())
            self._append(file, ",".join(self.columns).encode())

    def _append(self, file: int, line: bytes) -> None:
        os.write(file, line + b"\n")
        os.fsync(file)

    def _refresh(self, file: int) -> None:
        """Read all of it: what a version control system puts in its place while this runs is read as well."""
        lines, _ = complete_lines(os.pread(file, os.fstat(file).st_size, 0))
        told = [json.loads(line[len(MARK) :]) for line in lines if line.startswith(MARK)]
        values = [tuple(line.decode().split(",")) for line in lines if not line.startswith(MARK)]
        if not told or not values or values[0] != self.columns or any(len(row) != len(self.columns) for row in values):
            raise DataError(f"{self.path}: not a file of results, or a damaged one; remove it or name another --out")
        self._check(told[0])
        self.machines = [one["machine"] for one in told[1:]]
        self.lines = {row[: self._key]: row for row in values[1:]}

    def _check(self, told: object) -> None:
        if told != self._head:
            raise ConfigurationError(
                f"{self.path} was made by another recipe or version ({_short(told)}; this program's is "
                f"{_short(self._head)}); name another file with --out, or move it away"
            )


def _short(head: object) -> str:
    if not isinstance(head, dict):
        return "an unknown one"
    return ", ".join(f"{key} {head[key]}" for key in ("version", "recipe") if key in head)
