"""A first look at a file or directory: enough of its content to tell which distribution it is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from ktnas.errors import DataError
from ktnas.files.packed_source import machine_of, unpacked
from ktnas.files.pickle_machine import Entry

HEAD = 1 << 16
"""Bytes that are looked at."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What is seen at a first look.

    Attributes:
        path: The file or directory.
        names: Names in the directory, sorted; None of a file.
        head: The first 64 KiB of a file, unpacked; empty of a directory.
    """

    path: Path
    names: tuple[str, ...] | None = None
    head: bytes = field(default=b"", repr=False)

    @property
    def is_pickle(self) -> bool:
        """Whether it is a pickle, or what torch makes of one."""
        return self.names is None and self.head[:1] == b"\x80"

    def first_entry(self, streamed: Collection[str]) -> Entry | None:
        """The first entry of one of the dictionaries of those names in a pickle; None if there is none.

        Raises:
            DataError: If the pickle is damaged before.
        """
        with unpacked(self.path) as source:
            machine = machine_of(source, streamed)
            return next((entry for entry in machine.entries() if entry is not None), None)


def look(path: Path) -> Probe:
    """A first look.

    Raises:
        DataError: If there is nothing, or it cannot be read, or is empty.
    """
    if path.is_dir():
        try:
            names = tuple(sorted(entry.name for entry in path.iterdir()))
        except OSError as error:
            raise DataError(f"{path} cannot be read: {error.strerror}") from error
        if not names:
            raise DataError(f"{path} is an empty directory")
        return Probe(path, names)
    if not path.exists():
        raise DataError(f"{path} does not exist; give the file or directory of an official distribution")
    with unpacked(path) as source:
        head = b""
        while len(head) < HEAD and (chunk := source.read(HEAD - len(head))):
            head += chunk
    if not head:
        raise DataError(f"{path} is empty; get it again")
    return Probe(path, head=head)
