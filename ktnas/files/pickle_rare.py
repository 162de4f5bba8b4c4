"""Operations of pickles that few values need; `ktnas.files.pickle_machine` does the others."""

from __future__ import annotations

from typing import Any

from ktnas.files.pickle_bytes import PickleBytes
from ktnas.files.pickle_values import Kind, NamedCall, PickledNumbers, RefusedError

PLAIN = frozenset({int, float, str, bytes, bool, type(None)})
"""Types of values that hold no others."""

_CONSTANTS = {0x88: True, 0x89: False}
_NEW = {0x5D: list, 0x29: tuple, 0x8F: set}
_GATHERS = frozenset({0x65, 0x90, 0x74, 0x6C, 0x64, 0x91})
_WIDE = {0x42: 4, 0x43: 1, 0x54: 4, 0x55: 1}
"""Width of the length of BINBYTES, SHORT_BINBYTES, BINSTRING and SHORT_BINSTRING."""


def do_rare(op: int, stack: list[Any], levels: list[list[Any]], content: PickleBytes) -> list[Any]:
    """Do an operation; the stack after it.

    Args:
        op: Its byte, which the position stands behind.
        stack: The values since the last mark.
        levels: Those before it, by mark.
        content: Where its argument stands.

    Raises:
        RefusedError: If no plain content needs it, or it does not suit what is on the stack.
    """
    if op in _CONSTANTS:
        stack.append(_CONSTANTS[op])
    elif op in _NEW:  # EMPTY_LIST, EMPTY_TUPLE, EMPTY_SET
        stack.append(_NEW[op]())
    elif op in _GATHERS:
        values, stack = stack, levels.pop()
        _gather(op, stack, values)
    elif op in _WIDE:
        stack.append(content.counted(_WIDE[op]))
    elif op in (0x8A, 0x8B):  # LONG1, LONG4
        stack.append(int.from_bytes(content.counted(1 if op == 0x8A else 4), "little", signed=True))
    elif op == 0x8D:  # BINUNICODE8
        stack.append(str(content.counted(8), "utf-8"))
    elif op == 0x63:  # GLOBAL
        stack.append(_named(content.line(), content.line()))
    else:
        _on_top(op, stack)
    return stack


def _on_top(op: int, stack: list[Any]) -> None:
    """Do an operation on the topmost values."""
    if op == 0x61:  # APPEND
        value = stack.pop()
        _list(stack[-1]).append(value)
    elif op == 0x93:  # STACK_GLOBAL
        name, module = stack.pop(), stack.pop()
        stack.append(_named(module, name))
    elif op == 0x62:  # BUILD
        state = stack.pop()
        if not isinstance(stack[-1], (Kind, PickledNumbers)):
            raise RefusedError("it sets the state of an object that is no plain value")
        stack[-1] = stack[-1].with_state(state)
    elif op == 0x30:  # POP
        stack.pop()
    else:
        raise RefusedError(f"it asks for the operation {op:#04x}")


def _gather(op: int, stack: list[Any], values: list[Any]) -> None:
    """What becomes of all values since the mark."""
    if op == 0x65:  # APPENDS
        _list(stack[-1]).extend(values)
    elif op == 0x90:  # ADDITEMS
        if type(stack[-1]) is not set:
            raise RefusedError("it adds to something that is no set")
        stack[-1].update(values)
    elif op == 0x74:  # TUPLE
        stack.append(flat(values))
    elif op == 0x6C:  # LIST
        stack.append(values)
    elif op == 0x64:  # DICT
        stack.append(dict(zip(values[::2], values[1::2], strict=True)))
    else:  # FROZENSET
        stack.append(frozenset(values))


def flat(values: list[Any]) -> tuple[Any, ...]:
    """Values as a tuple.

    Raises:
        RefusedError: If tuples lie in each other more than twice: to hash them could end the process.
    """
    for value in values:
        if type(value) is tuple and any(type(inner) not in PLAIN for inner in value):
            raise RefusedError("tuples lie in each other")
        if type(value) is frozenset:
            raise RefusedError("sets lie in tuples")
    return tuple(values)


def _list(target: object) -> list[Any]:
    if type(target) is not list:
        raise RefusedError("it adds to something that is no list")
    return target


def _named(module: object, name: object) -> NamedCall:
    if not (type(module) is str and type(name) is str):
        raise RefusedError("it names something by no text")
    return NamedCall.of(module, name)
