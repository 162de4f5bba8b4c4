"""Reading pickles of numbers that others made, without letting them run anything.

Admitted are plain containers, strings, numbers, NumPy scalars and, where asked for, arrays of bytes. No callable
of NumPy is handed out either: scalars and arrays are decoded by the few lines below.
"""

from __future__ import annotations

import io
import math
import mmap
import pickle
import pickletools
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import numpy.typing as npt

from ktnas.errors import DataError

SIZE_LIMIT = 1 << 26
"""Larger files are refused."""


_FORMATS = {
    "f8": struct.Struct("<d"),
    "f4": struct.Struct("<f"),
    "i8": struct.Struct("<q"),
    "i4": struct.Struct("<i"),
}


class _ScalarType:
    """Stands in for ``numpy.dtype``: knows little-endian floats and integers."""

    __slots__ = ("_format",)

    def __init__(self, code: str, *_flags: object) -> None:
        self._format = _FORMATS[code.lstrip("<=")]

    def __setstate__(self, state: tuple[object, ...]) -> None:
        if state[1] != "<":
            raise pickle.UnpicklingError("only little-endian numbers are read")

    def decode(self, raw: bytes) -> float:
        value: float = self._format.unpack(raw)[0]
        return value


def _scalar(kind: _ScalarType, raw: bytes) -> float:
    return kind.decode(raw)


class PickledArray:
    """An array of bytes that stood in a pickle.

    Attributes:
        values: The array ``(...)``, uint8, read-only.
    """

    __slots__ = ("values",)

    def __init__(self) -> None:
        self.values: npt.NDArray[np.uint8] = np.empty(0, np.uint8)

    def __setstate__(self, state: tuple[object, ...]) -> None:
        _version, shape, kind, column_major, raw = state
        if not isinstance(kind, _ByteType) or not isinstance(raw, bytes) or not isinstance(shape, tuple):
            raise pickle.UnpicklingError("only arrays of bytes are read")
        if not all(type(size) is int and size >= 0 for size in shape) or math.prod(shape) != len(raw):
            raise pickle.UnpicklingError(f"an array of shape {shape} cannot hold {len(raw)} bytes")
        self.values = np.frombuffer(raw, np.uint8).reshape(shape, order="F" if column_major else "C")


class _ByteType:
    """Stands in for ``numpy.dtype`` where arrays are read: knows unsigned bytes."""

    __slots__ = ()

    def __init__(self, code: str | bytes, *_flags: object) -> None:
        if code not in {"u1", b"u1"}:
            raise pickle.UnpicklingError(f"only arrays of bytes are read; this one is of {code!r}")

    def __setstate__(self, state: object) -> None:
        """Bytes have no order."""


def _array(_class: object, _shape: object, _code: object) -> PickledArray:
    return PickledArray()


_Admitted = Mapping[tuple[str, str], Callable[..., object]]


_SCALARS: _Admitted = {
    ("numpy", "dtype"): _ScalarType,
    ("numpy.core.multiarray", "scalar"): _scalar,
    ("numpy._core.multiarray", "scalar"): _scalar,
}


_ARRAYS: _Admitted = {
    ("numpy", "dtype"): _ByteType,
    ("numpy", "ndarray"): PickledArray,
    ("numpy.core.multiarray", "_reconstruct"): _array,
    ("numpy._core.multiarray", "_reconstruct"): _array,
}


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: BinaryIO, admitted: _Admitted, encoding: str = "ASCII") -> None:
        super().__init__(file, encoding=encoding)
        self._admitted = admitted

    def find_class(self, module_name: str, global_name: str) -> object:
        try:
            return self._admitted[module_name, global_name]
        except KeyError:
            raise pickle.UnpicklingError(f"it asks for {module_name}.{global_name}") from None


def read_restricted_pickle(path: Path) -> object:
    """The content of a pickle file of plain containers and numbers.

    Raises:
        DataError: If the file is unreadable, too large, no pickle, or asks for anything else than numbers.
    """
    try:
        with path.open("rb") as file:
            data = file.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error}") from error
    if len(data) > SIZE_LIMIT:
        raise DataError(f"{path} is larger than {SIZE_LIMIT >> 20} MiB; refused")
    try:
        content: object = _Unpickler(io.BytesIO(data), _SCALARS).load()
    except Exception as error:  # whatever a malformed pickle makes the unpickler raise
        raise DataError(f"{path} is no pickle of plain numbers: {str(error) or type(error).__name__}") from error
    return content


def read_restricted_arrays(path: Path, size_limit: int) -> object:
    """The content of a pickle file of plain containers and arrays of bytes, each a `PickledArray`.

    Strings that Python 2 wrote come back as bytes. What the file claims is checked before anything of the claimed
    size is allocated; the arrays are not copied.

    Args:
        path: The file.
        size_limit: Larger files are refused, bytes.

    Raises:
        DataError: If the file is unreadable, too large, no pickle, or asks for anything else than arrays of bytes.
    """
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as pages:
            _check_claims(pages, size_limit)
            pages.seek(0)
            content: object = _Unpickler(_as_file(pages), _ARRAYS, encoding="bytes").load()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error}") from error
    except Exception as error:  # whatever a malformed pickle makes the unpickler raise
        raise DataError(f"{path} is no pickle of plain arrays: {str(error) or type(error).__name__}") from error
    return content


def _as_file(pages: mmap.mmap) -> BinaryIO:
    """Read like a file, but a length beyond the end allocates nothing."""
    return cast("BinaryIO", pages)


def _check_claims(pages: mmap.mmap, size_limit: int) -> None:
    """Refuse lengths beyond the end (by reading every operation) and places in the memo far beyond its size."""
    if len(pages) > size_limit:
        raise pickle.UnpicklingError(f"it is larger than {size_limit >> 20} MiB")
    for count, (operation, argument, _) in enumerate(pickletools.genops(_as_file(pages))):
        if operation.name in {"PUT", "BINPUT", "LONG_BINPUT"} and not (isinstance(argument, int) and argument <= count):
            raise pickle.UnpicklingError(f"it remembers an object at place {argument}")
