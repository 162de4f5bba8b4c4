"""Tables as columns of numbers in an npz file, compressed or not: for tables too large to be text."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ktnas.errors import DataError, listing
from ktnas.files.npy_content import array_of
from ktnas.files.table_content import SIZE_LIMIT
from ktnas.typing import FloatArray


def npz_names(path: Path) -> tuple[str, ...]:
    """Names of the columns in the file, in order.

    Raises:
        DataError: If it is no readable npz file.
    """
    try:
        if not path.is_file():
            raise DataError(f"{path} is no regular file")
        with zipfile.ZipFile(path) as archive:
            return tuple(name.removesuffix(".npy") for name in archive.namelist())
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} cannot be read as an npz file (a zip archive of arrays): {error}") from error


def read_npz_floats(path: Path, names: Sequence[str]) -> dict[str, FloatArray]:
    """Columns ``(n,)`` of numbers, as `read_npz_columns` reads whole ones.

    Raises:
        DataError: As there.
    """
    found = _read(path, names, np.number, "numbers")
    return {name: column.astype(np.float64, copy=False) for name, column in found.items()}


def read_npz_columns(path: Path, names: Sequence[str]) -> dict[str, npt.NDArray[np.integer]]:
    """Columns ``(n,)`` of whole numbers, all of one length; whatever else is in the file is not read.

    Args:
        path: The file.
        names: Names of the columns.

    Raises:
        DataError: If it is no readable npz file, lacks a column, holds more than 256 MiB in them, or the columns are
            no whole numbers of one length.
    """
    return _read(path, names, np.integer, "whole numbers")


def _read(path: Path, names: Sequence[str], kind: npt.DTypeLike, said: str) -> dict[str, npt.NDArray[Any]]:
    try:
        if not path.is_file():  # a pipe would be waited for
            raise DataError(f"{path} is no regular file")
        with zipfile.ZipFile(path) as archive:
            columns = {name: _column(archive, name, path, kind, said) for name in _present(archive, names, path)}
    except (OSError, ValueError, EOFError, NotImplementedError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(f"{path} cannot be read as an npz file (a zip archive of arrays): {error}") from error
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise DataError(f"the columns of {path} differ in length: {lengths}")
    return columns


def _present(archive: zipfile.ZipFile, names: Sequence[str], path: Path) -> Sequence[str]:
    sizes = {entry.filename.removesuffix(".npy"): entry.file_size for entry in archive.infolist()}
    if missing := [name for name in names if name not in sizes]:
        raise DataError(f"{path} lacks the columns {listing(missing)}; it holds {listing(sorted(sizes)) or 'nothing'}")
    if sum(sizes[name] for name in names) > SIZE_LIMIT:
        raise DataError(f"{path} holds more than {SIZE_LIMIT >> 20} MiB, the most that is read of a table")
    return names


def _column(archive: zipfile.ZipFile, name: str, path: Path, kind: npt.DTypeLike, said: str) -> npt.NDArray[Any]:
    entry = archive.getinfo(f"{name}.npy")
    with archive.open(entry) as stream:  # what a member claims to hold is the most that is unpacked of it
        array = array_of(stream.read(entry.file_size))
    if array.ndim != 1 or not np.issubdtype(array.dtype, kind):
        raise DataError(f"column {name} of {path} is {array.dtype} of shape {array.shape}; expected {said} (n,)")
    return array.astype(array.dtype.newbyteorder("="), copy=False)
