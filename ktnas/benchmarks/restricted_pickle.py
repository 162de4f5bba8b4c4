"""Reading pickles of numbers that others made, without letting them run anything.

Admitted are plain containers, strings, numbers and NumPy scalars. No callable of NumPy is handed out
either: a scalar is decoded by the few lines below.
"""

from __future__ import annotations

import io
import pickle
import struct
from pathlib import Path

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


_ADMITTED = {
    ("numpy", "dtype"): _ScalarType,
    ("numpy.core.multiarray", "scalar"): _scalar,
    ("numpy._core.multiarray", "scalar"): _scalar,
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module_name: str, global_name: str) -> object:
        try:
            return _ADMITTED[module_name, global_name]
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
        content: object = _Unpickler(io.BytesIO(data)).load()
    except Exception as error:  # whatever a malformed pickle makes the unpickler raise
        raise DataError(f"{path} is no pickle of plain numbers: {str(error) or type(error).__name__}") from error
    return content
