"""What a Python function is, in one short string: what was computed by one is not taken for what another would give."""

from __future__ import annotations

import functools
import hashlib
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from types import CellType, CodeType, FunctionType, MethodType
from typing import Any, TypeAlias

import numpy as np

from ktnas.recorded_names import is_ours, lasting_name, told_fields

_Plain: TypeAlias = bool | int | float | complex | str | bytes | None


def function_digest(function: object) -> str:
    """32 hexadecimal digits that stand for a callable, the same in every process of one version of Python.

    They cover its compiled code with constants and defaults, the values that it closes over, and of the globals that
    it names the functions of its own module, plain values, containers and arrays, as they are now. Of partial
    functions, methods and dataclasses they cover all that these hold, but for fields that do not count for equality;
    of any other object only its type and name: a change inside a library, or in a field of an object that is no
    dataclass, goes unnoticed.
    """
    return hashlib.sha256(_Description().of(function).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class _Description:
    """Describes objects by what decides how they behave, those that may hold themselves once.

    Tuples and code are described wherever they occur: whether equal ones are one object differs between code that was
    just compiled and code that was read from a file.
    """

    known: dict[int, object] = field(default_factory=dict)

    def of(self, value: object) -> str:
        if isinstance(value, _Plain):
            return f"{type(value).__name__} {value!r}"
        value = inspect.unwrap(value) if callable(value) else value
        if id(value) in self.known:
            return f"number {list(self.known).index(id(value))}"
        if not isinstance(value, tuple | frozenset | CodeType):
            self.known[id(value)] = value  # kept, so that its id stays its own
        parts = self._members(value) if isinstance(value, set | frozenset) else map(self.of, _held(value))
        return f"{type(value).__qualname__}({', '.join(parts)})"

    def _members(self, values: set[object] | frozenset[object]) -> Iterable[str]:
        """Each described as if it were the first: the order of a set differs between processes."""
        return sorted(_Description(dict(self.known)).of(value) for value in values)


def _held(value: object) -> Iterable[object]:
    for kind, held in _HELD.items():
        if isinstance(value, kind):
            return held(value)
    names = [*_names_of(type(value)), *_names_of(value)]
    if is_dataclass(value) and not isinstance(value, type):
        called = vars(type(value)).get("__call__")
        told = told_fields(
            type(value), {each.name: getattr(value, each.name) for each in fields(value) if each.compare}
        )
        return (*names, called, *told.values())
    return names


def _names_of(value: object) -> tuple[object, object]:
    """Module and name; of what is ours, those under which it was first recorded, wherever it lies today."""
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    kind = type(value) if name is None else value
    if not isinstance(module, str) or not is_ours(module):
        return module, name
    first, _, own = lasting_name(kind).rpartition(".")
    return first, None if name is None else own


def _of_function(function: FunctionType) -> Iterable[object]:
    closed = [_content(cell) for cell in function.__closure__ or ()]
    named = [(name, function.__globals__.get(name)) for name in _names(function.__code__)]
    own = [(name, value) for name, value in named if _decides(value, function.__module__)]
    return function.__code__, function.__defaults__, function.__kwdefaults__, closed, own


def _content(cell: CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # not set yet
        return None


def _of_array(array: np.ndarray[Any, Any]) -> Iterable[object]:
    content = array.tolist() if array.dtype == object else hashlib.sha256(array.tobytes()).digest()
    return array.dtype.str, array.shape, content


_HELD: Mapping[type, Callable[[Any], Iterable[object]]] = {
    FunctionType: _of_function,
    CodeType: lambda code: (code.co_code, code.co_names, code.co_varnames, code.co_consts),
    functools.partial: lambda partial: (partial.func, partial.args, partial.keywords),
    MethodType: lambda method: (method.__func__, method.__self__),
    np.ndarray: _of_array,
    dict: dict.items,
    list: tuple,
    tuple: tuple,
}


def _names(code: CodeType) -> list[str]:
    """Names that code and the functions within it look up."""
    inner = [name for constant in code.co_consts if isinstance(constant, CodeType) for name in _names(constant)]
    return list(dict.fromkeys((*code.co_names, *inner)))


def _decides(value: object, module: str) -> bool:
    """Whether a global is part of what a function of a module is."""
    if callable(value):
        return isinstance(inspect.unwrap(value), FunctionType) and value.__module__ == module
    return isinstance(value, _Plain | tuple | list | set | frozenset | dict | np.ndarray)
