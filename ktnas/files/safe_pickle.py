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
import re
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import numpy.typing as npt

from ktnas.errors import DataError
from ktnas.files.regular import open_regular

SIZE_LIMIT = 1 << 23
"""Larger files of numbers are refused: four times the largest that is known. A byte may become 64 in memory."""

OPERATION_LIMIT = 2_000_000
"""Files of more operations are refused, unless they are of the usual form: each may make an object."""

_NESTING_LIMIT = 1_000
"""Tuples that may lie in each other; to hash what is nested ten times as deeply would end the process."""

_SHORT_TEXTS = b"|".join(rb"\x%02x\x00\x00\x00.{%d}" % (size, size) for size in range(1, 33))
_PUT = rb"(?:q.|r..[\x00-\x0f]\x00)"
_USUAL = re.compile(
    rb"\x80[\x02-\x04](?:h.|j....|" + _PUT + rb"|[(u}N\x88\x89]|G.{8}|C\x04.{4}|C\x08.{8}|M..|J....|K."
    rb"|[\x86\x87]" + _PUT + rb"?R|t" + _PUT + rb"?b|X(?:" + _SHORT_TEXTS + rb")|cnumpy[\w.]*\n\w+\n)*+\.",
    re.DOTALL,
)
"""A file in which each tuple goes at once to what is handed out, and all of the memo is small: that of a benchmark."""

_OPERATIONS = frozenset(
    [
        "PROTO",
        "FRAME",
        "STOP",
        "NONE",
        "NEWTRUE",
        "NEWFALSE",
        "INT",
        "BININT",
        "BININT1",
        "BININT2",
        "LONG",
        "LONG1",
        "LONG4",
        "FLOAT",
        "BINFLOAT",
        "STRING",
        "BINSTRING",
        "SHORT_BINSTRING",
        "UNICODE",
        "BINUNICODE",
        "SHORT_BINUNICODE",
        "BINUNICODE8",
        "BINBYTES",
        "SHORT_BINBYTES",
        "BINBYTES8",
        "EMPTY_LIST",
        "LIST",
        "APPEND",
        "APPENDS",
        "EMPTY_DICT",
        "DICT",
        "SETITEM",
        "SETITEMS",
        "EMPTY_TUPLE",
        "TUPLE",
        "TUPLE1",
        "TUPLE2",
        "TUPLE3",
        "MARK",
        "POP",
        "POP_MARK",
        "GET",
        "BINGET",
        "LONG_BINGET",
        "PUT",
        "BINPUT",
        "LONG_BINPUT",
        "MEMOIZE",
        "GLOBAL",
        "STACK_GLOBAL",
        "REDUCE",
        "BUILD",
    ]
)
_REMEMBERS = frozenset({"PUT", "BINPUT", "LONG_BINPUT"})
_TUPLES = frozenset({"TUPLE", "TUPLE1", "TUPLE2", "TUPLE3"})


_FORMATS = {
    "f8": struct.Struct("<d"),
    "f4": struct.Struct("<f"),
    "i8": struct.Struct("<q"),
    "i4": struct.Struct("<i"),
}


def _require_plain(values: tuple[object, ...]) -> None:
    """Refuse what could hold something else, and so nest without end."""
    if not all(value is None or type(value) in {int, bool, str, bytes} for value in values):
        raise pickle.UnpicklingError("it describes a type by something else than numbers and names")


class _ScalarType:
    """Stands in for ``numpy.dtype``: knows little-endian floats and integers."""

    __slots__ = ("_format",)

    def __init__(self, code: str, *flags: object) -> None:
        _require_plain(flags)
        self._format = _FORMATS[code.lstrip("<=")]

    def __setstate__(self, state: tuple[object, ...]) -> None:
        _require_plain(state)
        if state[1] != "<":
            raise pickle.UnpicklingError("only little-endian numbers are read")

    def decode(self, raw: bytes) -> float:
        value: float = self._format.unpack(raw)[0]
        return value


def _scalar(kind: _ScalarType, raw: bytes) -> float:
    return kind.decode(raw)


class _Scalar:
    """Stands in for NumPy's function of that name; unlike a function, it has no attributes that a file could set."""

    __slots__ = ()

    def __call__(self, kind: _ScalarType, raw: bytes) -> float:
        return _scalar(kind, raw)


class PickledArray:
    """An array of bytes that stood in a pickle.

    Attributes:
        values: The array ``(...)``, uint8, read-only.
    """

    __slots__ = ("values",)

    def __init__(self) -> None:
        self.values: npt.NDArray[np.uint8] = np.empty(0, np.uint8)

    def __setstate__(self, state: tuple[object, ...]) -> None:
        version, shape, kind, column_major, raw = state
        _require_plain((version, column_major))
        if not isinstance(kind, _ByteType) or not isinstance(raw, bytes) or not isinstance(shape, tuple):
            raise pickle.UnpicklingError("only arrays of bytes are read")
        if not all(type(size) is int and size >= 0 for size in shape) or math.prod(shape) != len(raw):
            raise pickle.UnpicklingError(f"an array of shape {shape} cannot hold {len(raw)} bytes")
        self.values = np.frombuffer(raw, np.uint8).reshape(shape, order="F" if column_major else "C")


class _ByteType:
    """Stands in for ``numpy.dtype`` where arrays are read: knows unsigned bytes."""

    __slots__ = ()

    def __init__(self, code: str | bytes, *flags: object) -> None:
        _require_plain(flags)
        if code not in {"u1", b"u1"}:
            raise pickle.UnpicklingError(f"only arrays of bytes are read; this one is of {code!r}")

    def __setstate__(self, state: tuple[object, ...]) -> None:
        """Bytes have no order."""
        _require_plain(state)


class _Array:
    """Stands in for ``_reconstruct``, as `_Scalar` does for its function."""

    __slots__ = ()

    def __call__(self, kind: object, shape: tuple[object, ...], code: object) -> PickledArray:
        _require_plain((*shape, code))
        return PickledArray()


_Admitted = Mapping[tuple[str, str], Callable[..., object]]


_SCALARS: _Admitted = {
    ("numpy", "dtype"): _ScalarType,
    ("numpy.core.multiarray", "scalar"): _Scalar(),
    ("numpy._core.multiarray", "scalar"): _Scalar(),
}


_ARRAYS: _Admitted = {
    ("numpy", "dtype"): _ByteType,
    ("numpy", "ndarray"): PickledArray,
    ("numpy.core.multiarray", "_reconstruct"): _Array(),
    ("numpy._core.multiarray", "_reconstruct"): _Array(),
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
        with open_regular(path) as file:
            data = file.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error}") from error
    if len(data) > SIZE_LIMIT:
        raise DataError(f"{path} is larger than {SIZE_LIMIT >> 20} MiB; refused")
    try:
        if _USUAL.fullmatch(data) is None:  # to look at each operation takes longer than to read the file
            _check_operations(data)
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
        with open_regular(path) as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as pages:
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
    if len(pages) > size_limit:
        raise pickle.UnpicklingError(f"it is larger than {size_limit >> 20} MiB")
    _check_operations(_as_file(pages))


def _check_operations(content: bytes | BinaryIO) -> None:
    """Read every operation, which refuses lengths beyond the end, without doing any.

    Refused are operations that no plain content needs, too many of them, places in the memo beyond its size, and more
    tuples than may lie in each other, where they are not at once the arguments of a call.
    """
    tuples, open_tuple = 0, False
    for count, (operation, argument, _) in enumerate(pickletools.genops(content)):
        name = operation.name
        if name not in _OPERATIONS:
            raise pickle.UnpicklingError(f"it asks for the operation {name}")
        if count >= OPERATION_LIMIT:
            raise pickle.UnpicklingError(f"it has more than {OPERATION_LIMIT:,} operations")
        if name in _REMEMBERS:
            if not (isinstance(argument, int) and argument <= count):
                raise pickle.UnpicklingError(f"it remembers an object at place {argument}")
        elif name != "MEMOIZE":
            tuples += open_tuple and name != "REDUCE"
            open_tuple = name in _TUPLES
            if tuples > _NESTING_LIMIT:
                raise pickle.UnpicklingError(f"it has more than {_NESTING_LIMIT:,} tuples")
