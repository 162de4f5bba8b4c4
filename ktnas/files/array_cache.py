"""A `Store` on disk: one uncompressed ``.npz`` file per key, written atomically and read without unpickling.

No file in it is ever trusted: one that is truncated, of an unknown form or too large is replaced. Nothing here
raises for the state of the disk; what went wrong is told to ``note``, and the run goes on without a cache. What has not
been used for longest makes room for what is new.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ktnas.files.durable import replacing
from ktnas.files.npy_content import array_of
from ktnas.files.regular import open_regular
from ktnas.store import Arrays

SIZE_LIMIT = 1 << 30
"""Bytes of a file that is read, at most."""

ROOM = 2 << 30
"""Bytes of all files of a directory, at most; the newest file stays in any case."""


def _ignore(message: str) -> None:
    del message


@dataclass(frozen=True)
class DiskStore:
    """Arrays in the files of a directory, which is created with the first of them.

    Attributes:
        directory: The directory.
        note: Called with one line, for people, when a file is damaged or cannot be written.
        room: Bytes that its files may take.
    """

    directory: Path
    note: Callable[[str], None] = field(default=_ignore, compare=False)
    room: int = field(default=ROOM, compare=False)

    def get(self, key: str) -> Arrays | None:
        path = self._path(key)
        _mark_used(path)
        try:
            return _read(path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except PermissionError:
            self.note(f"cache file {path} is not readable; computing anew")
            return None
        except (OSError, ValueError, EOFError, NotImplementedError, RuntimeError, zipfile.BadZipFile) as error:
            self.reject(key, str(error) or type(error).__name__)
            return None

    def put(self, key: str, arrays: Arrays) -> None:
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            _write(self._path(key), arrays)
            _make_room(self.directory, self.room)
        except OSError as error:
            reason = error.strerror or str(error)
            self.note(f"cache directory {self.directory} cannot be written ({reason}); running without it")

    def reject(self, key: str, reason: str) -> None:
        self.note(f"cache file {self._path(key)} is damaged ({reason}); rebuilding it")

    def _path(self, key: str) -> Path:
        return self.directory / f"{key}.npz"


def _mark_used(path: Path) -> None:
    with suppress(OSError):  # of a directory that cannot be written nothing is ever removed either
        os.utime(path)


def _make_room(directory: Path, room: int) -> None:
    """Remove the files used longest ago until the others fit; another process may be doing the same."""
    files = []
    for path in directory.glob("*.npz"):
        with suppress(OSError):
            status = path.stat()
            files.append((status.st_mtime_ns, status.st_size, path))
    taken = 0
    for i, (_, size, path) in enumerate(sorted(files, reverse=True)):
        taken += size
        if i and taken > room:
            with suppress(OSError):
                path.unlink()


def _read(path: Path) -> Arrays:
    with open_regular(path) as file, zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if any(member.compress_type != zipfile.ZIP_STORED for member in members):
            raise ValueError("it is compressed, which this program never does")
        if sum(member.file_size for member in members) > min(SIZE_LIMIT, os.fstat(file.fileno()).st_size):
            raise ValueError("it claims to be larger than it is, or is too large")
        return {member.filename.removesuffix(".npy"): array_of(archive.read(member)) for member in members}


def _write(path: Path, arrays: Arrays) -> None:
    with replacing(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for member, array in arrays.items():
            with archive.open(f"{member}.npy", "w", force_zip64=True) as stream:
                np.lib.format.write_array(stream, np.asarray(array), allow_pickle=False)
