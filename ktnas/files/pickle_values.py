"""What a pickle of plain values may name: a handful of types and functions, each done here and none imported.

Scalars of NumPy become Python's numbers, and arrays lists of them. Tensors, modules and everything else are refused.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np

from ktnas.typing import JSON


class RefusedError(ValueError):
    """What a pickle asks for and is not given."""


class Call(Enum):
    """What a name stands for when it is called."""

    DICTIONARY = "dictionary"
    SET = "set"
    KIND = "kind"
    SCALAR = "scalar"
    BYTES = "bytes"
    ARRAY = "array"
    NEW_ARRAY = "new array"
    NO_BYTES = "no bytes"


_CALLS: Mapping[tuple[str, str], Call] = {
    ("collections", "OrderedDict"): Call.DICTIONARY,
    ("builtins", "set"): Call.SET,
    ("__builtin__", "set"): Call.SET,
    ("numpy", "dtype"): Call.KIND,
    ("numpy.core.multiarray", "scalar"): Call.SCALAR,
    ("numpy._core.multiarray", "scalar"): Call.SCALAR,
    ("_codecs", "encode"): Call.BYTES,
    ("builtins", "bytes"): Call.NO_BYTES,
    ("__builtin__", "bytes"): Call.NO_BYTES,
    ("numpy", "ndarray"): Call.ARRAY,
    ("numpy.core.multiarray", "_reconstruct"): Call.NEW_ARRAY,
    ("numpy._core.multiarray", "_reconstruct"): Call.NEW_ARRAY,
}

_FORMATS: Mapping[str, str] = {
    "f8": "<d",
    "f4": "<f",
    "f2": "<e",
    "i8": "<q",
    "i4": "<i",
    "i2": "<h",
    "i1": "<b",
    "u8": "<Q",
    "u4": "<I",
    "u2": "<H",
    "u1": "<B",
    "b1": "<?",
}


@dataclass(frozen=True, slots=True)
class NamedCall:
    """A type or function that a pickle names.

    Attributes:
        module: Its module.
        name: Its name.
        call: What it stands for.
    """

    module: str
    name: str
    call: Call

    @classmethod
    def of(cls, module: str, name: str) -> NamedCall:
        """What is admitted of that name.

        Raises:
            ValueError: If nothing is.
        """
        call = _CALLS.get((module, name))
        if call is None:
            raise ValueError(f"it asks for {module[:80]}.{name[:80]}")
        return cls(module, name, call)


@dataclass(frozen=True, slots=True)
class Kind:
    """Stands for ``numpy.dtype``: a kind of number, little-endian.

    Attributes:
        code: NumPy's code, such as ``f8``.
    """

    code: str

    def with_state(self, state: object) -> Kind:
        """The same kind; its state says the order of bytes.

        Raises:
            ValueError: If that is another than little-endian, or none.
        """
        if not (type(state) is tuple and len(state) > 1 and state[1] in ("<", "|", b"<", b"|")):
            raise ValueError("only little-endian numbers are read")
        return self


class PickledNumbers(list[Any]):
    """Stands for an array of numbers: a list of them, or of lists of them."""

    def with_state(self, state: object) -> PickledNumbers:
        """The same list, with what the array holds.

        Raises:
            ValueError: If that is not as many numbers as its shape says, of a kind that is known.
        """
        if not (type(state) is tuple and len(state) == 5):
            raise ValueError("it describes an array by something else")
        _, shape, kind, column_major, raw = state
        if not (isinstance(kind, Kind) and type(raw) is bytes and type(shape) is tuple and column_major is False):
            raise ValueError("only arrays of plain numbers are read, row by row")
        array = np.frombuffer(raw, np.dtype(kind.code).newbyteorder("<"))
        if not all(type(size) is int and size >= 0 for size in shape) or math.prod(shape) != len(array):
            raise ValueError(f"an array of shape {shape} cannot hold {len(array):,} numbers")
        self[:] = array.reshape(shape).tolist() if shape else [array.tolist()]
        return self


def called(function: object, arguments: object) -> object:
    """What a call of something that a pickle names gives.

    Raises:
        ValueError: If it is not admitted.
    """
    if not (isinstance(function, NamedCall) and type(arguments) is tuple):
        raise ValueError("it calls something that is no function")
    try:
        return _CALLED[function.call](*arguments)
    except (KeyError, TypeError, AttributeError):
        raise ValueError(f"it calls {function.module}.{function.name} with something else than plain values") from None


def _kind(code: object, *_: object) -> Kind:
    text = code.decode() if type(code) is bytes else code
    text = text.lstrip("<|=") if type(text) is str else text
    if text not in _FORMATS:
        raise ValueError(f"it asks for numbers of kind {str(text)[:20]!r}")
    return Kind(str(text))


def _scalar(kind: object, raw: object) -> object:
    if not (isinstance(kind, Kind) and type(raw) is bytes):
        raise ValueError("it asks for a number of no known kind")
    return struct.unpack(_FORMATS[kind.code], raw)[0]


def _bytes(text: object, encoding: object) -> bytes:
    if not (type(text) is str and encoding == "latin1"):
        raise TypeError
    return text.encode("latin1")


def _list(values: object) -> list[Any]:
    if type(values) is not list:
        raise TypeError
    return values


_CALLED: Mapping[Call, Callable[..., object]] = {
    Call.DICTIONARY: lambda pairs: dict(_list(pairs)),
    Call.SET: lambda values: set(_list(values)),
    Call.KIND: _kind,
    Call.SCALAR: _scalar,
    Call.BYTES: _bytes,
    Call.NEW_ARRAY: lambda _, __, ___: PickledNumbers(),
    Call.NO_BYTES: lambda: b"",
}
"""What is done for each; an array is made by its state, and never called."""


def encoded(value: object) -> JSON:  # noqa: PLR0911, a line for each type
    """A plain value as JSON that tells lists, tuples, sets and the rest apart.

    Raises:
        ValueError: If it is none.
    """
    if value is None or type(value) in (bool, int, str):
        return value  # type: ignore[return-value]
    if type(value) is float:
        return {"float": value.hex()}
    if isinstance(value, list):
        return [encoded(one) for one in value]
    if type(value) is tuple:
        return {"tuple": [encoded(one) for one in value]}
    if type(value) is bytes:
        return {"bytes": value.decode("latin1")}
    if type(value) is set or type(value) is frozenset:
        return {type(value).__name__: [encoded(one) for one in sorted(value, key=repr)]}
    if type(value) is dict:
        return {"dict": [[encoded(key), encoded(one)] for key, one in value.items()]}
    if isinstance(value, NamedCall):
        return {"named": [value.module, value.name]}
    if isinstance(value, Kind):
        return {"kind": value.code}
    raise ValueError(f"{type(value).__name__} is no plain value")


def decoded(value: Any) -> object:  # noqa: PLR0911, a line for each type
    """The way back from `encoded`.

    Raises:
        ValueError: If it is nothing that was encoded.
    """
    if type(value) is list:
        return [decoded(one) for one in value]
    if type(value) is not dict:
        return value
    ((kind, held),) = value.items()
    if kind == "float":
        return float.fromhex(held)
    if kind == "bytes":
        return str(held).encode("latin1")
    if kind == "tuple":
        return tuple(decoded(one) for one in held)
    if kind in ("set", "frozenset"):
        return (set if kind == "set" else frozenset)(decoded(one) for one in held)
    if kind == "dict":
        return {decoded(key): decoded(one) for key, one in held}
    if kind == "named":
        return NamedCall.of(*held)
    if kind == "kind" and held in _FORMATS:
        return Kind(held)
    raise ValueError(f"{kind!r} is no kind of value")
