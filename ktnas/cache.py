"""A `Store` on disk: one uncompressed ``.npz`` file per key, written atomically and read without unpickling.

No file in it is ever trusted: one that is truncated, of an unknown form or too large is replaced. Nothing here
raises for the state of the disk; what went wrong is told to ``note``, and the run goes on without a cache.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ktnas.embedding.persistence import Arrays

SIZE_LIMIT = 1 << 30
"""Bytes of a file that is read, at most."""


def _ignore(message: str) -> None:
    del message


@dataclass(frozen=True)
class DiskStore:
    """Arrays in the files of a directory, which is created with the first of them.

    Attributes:
        directory: The directory.
        note: Called with one line, for people, when a file is damaged or cannot be written.
    """

    directory: Path
    note: Callable[[str], None] = field(default=_ignore, compare=False)

    def get(self, key: str) -> Arrays | None:
        path = self._path(key)
        try:
            return _read(path)
        except FileNotFoundError:
            return None
        except PermissionError:
            self.note(f"cache file {path} is not readable; computing anew")
            return None
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            self.reject(key, str(error) or type(error).__name__)
            return None

    def put(self, key: str, arrays: Arrays) -> None:
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            _write(self._path(key), arrays)
        except OSError as error:
            reason = error.strerror or str(error)
            self.note(f"cache directory {self.directory} cannot be written ({reason}); running without it")

    def reject(self, key: str, reason: str) -> None:
        self.note(f"cache file {self._path(key)} is damaged ({reason}); rebuilding it")

    def _path(self, key: str) -> Path:
        return self.directory / f"{key}.npz"


def _read(path: Path) -> Arrays:
    with path.open("rb") as file:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            if any(m.compress_type != zipfile.ZIP_STORED for m in members):
                raise ValueError("it is compressed, which this program never does")
            if sum(m.file_size for m in members) > min(SIZE_LIMIT, path.stat().st_size):
                raise ValueError("it claims to be larger than it is, or is too large")
        file.seek(0)
        with np.load(file, allow_pickle=False) as arrays:
            return {name: np.asarray(arrays[name]) for name in arrays.files}


def _write(path: Path, arrays: Arrays) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem[:40]}-", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for member, array in arrays.items():
                with archive.open(f"{member}.npy", "w", force_zip64=True) as stream:
                    np.lib.format.write_array(stream, np.asarray(array), allow_pickle=False)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
