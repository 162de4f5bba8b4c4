"""What a pickle of plain values may name: a handful of types and functions, each done here and none imported.

Scalars of NumPy become Python's numbers. Tensors, modules and everything else are refused by name.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ktnas.typing import JSON


class Call(Enum):
    """What a name stands for when it is called."""

    DICTIONARY = "dictionary"
    SET = "set"
    KIND = "kind"
    SCALAR = "scalar"
    BYTES = "bytes"


_CALLS: Mapping[tuple[str, str], Call] = {
    ("collections", "OrderedDict"): Call.DICTIONARY,
    ("builtins", "set"): Call.SET,
    ("__builtin__", "set"): Call.SET,
    ("numpy", "dtype"): Call.KIND,
    ("numpy.core.multiarray", "scalar"): Call.SCALAR,
    ("numpy._core.multiarray", "scalar"): Call.SCALAR,
    ("_codecs", "encode"): Call.BYTES,
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


def called(function: object, arguments: object) -> object:
    """What a call of something that a pickle names gives.

    Raises:
        ValueError: If it is not admitted.
    """
    if not (isinstance(function, NamedCall) and type(arguments) is tuple):
        raise ValueError("it calls something that is no function")
    if function.call is Call.KIND:
        code = arguments[0].decode() if type(arguments[0]) is bytes else arguments[0]
        code = code.lstrip("<|=") if type(code) is str else code
        if code not in _FORMATS:
            raise ValueError(f"it asks for numbers of kind {str(code)[:20]!r}")
        return Kind(code)
    if function.call is Call.SCALAR:
        kind, raw = arguments
        if not (isinstance(kind, Kind) and type(raw) is bytes):
            raise ValueError("it asks for a number of no known kind")
        return struct.unpack(_FORMATS[kind.code], raw)[0]
    if function.call is Call.BYTES and arguments[1:] == ("latin1",) and type(arguments[0]) is str:
        return arguments[0].encode("latin1")
    if function.call is Call.SET and len(arguments) == 1 and type(arguments[0]) is list:
        return set(arguments[0])
    if function.call is Call.DICTIONARY and len(arguments) == 1 and type(arguments[0]) is list:
        return {key: value for key, value in arguments[0]}  # noqa: C416, pairs are lists in old pickles
    raise ValueError(f"it calls {function.module}.{function.name} with something else than plain values")


def encoded(value: object) -> JSON:  # noqa: PLR0911, a line for each type
    """A plain value as JSON that tells lists, tuples, sets and the rest apart.

    Raises:
        ValueError: If it is none.
    """
    if value is None or type(value) in (bool, int, str):
        return value  # type: ignore[return-value]
    if type(value) is float:
        return {"float": value.hex()}
    if type(value) is list:
        return [encoded(one) for one in value]
    if type(value) is tuple:
        return {"tuple": [encoded(one) for one in value]}
    if type(value) is bytes:
        return {"bytes": value.decode("latin1")}
    if type(value) is set:
        return {"set": [encoded(one) for one in sorted(value, key=repr)]}
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
    if kind == "set":
        return {decoded(one) for one in held}
    if kind == "dict":
        return {decoded(key): decoded(one) for key, one in held}
    if kind == "named":
        return NamedCall.of(*held)
    if kind == "kind" and held in _FORMATS:
        return Kind(held)
    raise ValueError(f"{kind!r} is no kind of value")
