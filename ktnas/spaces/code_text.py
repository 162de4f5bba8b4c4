"""How one code is written: brackets, quotes, keys and blanks around its symbols, which are no part of them.

``(4, 0)``, ``[4 0]``, ``{"a": 4, "b": 0}``, ``array(['4', '0'])`` and ``a=4, b=0`` are what Python, NumPy, JSON and
people make of the symbols 4 and 0.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from ktnas.errors import DataError, quoted

DEPTH_LIMIT = 20
"""Codes that are nested deeper are refused."""

_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_QUOTES = "'\""
_WRAPPER = re.compile(
    r"(?:(?:np|numpy|torch|jnp|pd|collections)\.)?"
    r"(?:array|ndarray|tensor|list|tuple|dict|OrderedDict|Series|str_?|bool_?|u?int\d*|float\d*)(?=\()"
)
"""Names that say what holds the values, and not which they are."""

_KEY = re.compile(r"\s*(?:'([^'=:]+)'|\"([^\"=:]+)\"|([^\s'\"=:,;|\[\](){}]+))\s*(?:=(?!=)|:)\s*", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_NUMBER_SIZE = 400


@dataclass(frozen=True, slots=True)
class Nested:
    """Several values of a code, in brackets.

    Attributes:
        items: The values.
        keys: What they are called; empty where their place says it.
    """

    items: tuple[Node, ...]
    keys: tuple[str, ...] = ()

    @property
    def named(self) -> dict[str, Node]:
        """The values by their keys."""
        return dict(zip(self.keys, self.items, strict=True))


Node: TypeAlias = "str | Nested"


def tidied(text: str) -> str:
    """A code without what spreadsheets and editors add: blanks around it, ``="..."``, two ways to write one accent."""
    text = unicodedata.normalize("NFC", text.strip()) if not text.isascii() else text.strip()
    if len(text) > 3 and text.startswith('="') and text.endswith('"'):
        text = text[2:-1].strip()
    return text


def unquoted(text: str) -> str:
    """A symbol without blanks and quotes around it."""
    text = text.strip()
    while len(text) > 1 and text[0] in _QUOTES and text[-1] == text[0] and text[0] not in text[1:-1]:
        text = text[1:-1].strip()
    return text


def number(text: str) -> Decimal | None:
    """What a symbol says as a number, exactly; None if it is none."""
    return Decimal(text) if len(text) < _NUMBER_SIZE and _NUMBER.fullmatch(text) else None


def is_bracketed(text: str) -> bool:
    """Whether one pair of brackets holds a whole code."""
    return _inside(text) is not None


def parsed(text: str, depth: int = 0) -> Node:
    """A code as nested values.

    Raises:
        DataError: If it is nested more than `DEPTH_LIMIT` deep.
    """
    found = _inside(text)
    if found is None:
        return unquoted(text)
    if depth > DEPTH_LIMIT:
        raise DataError(f"code {quoted(text)} is nested more than {DEPTH_LIMIT} deep")
    opening, inner, wrapped = found
    parts = _parts(inner)
    if wrapped:
        first = next(iter(parts), "")
        keyed = opening == "(" and _KEY.match(first) and "=" in first and not is_bracketed(first)
        if not keyed:  # what follows the values is a type or a device
            return parsed(first, depth + 1) if first else Nested(())
    keys = [_key(part, colons=opening == "{") for part in parts]
    names = tuple(key[0] for key in keys if key is not None)
    if names and len(set(names)) == len(parts):
        return Nested(tuple(parsed(key[1], depth + 1) for key in keys if key is not None), names)
    return Nested(tuple(parsed(part, depth + 1) for part in parts))


def alone_in(text: str) -> str | None:
    """A code without separators, or with others, that brackets merely surround; None where they hold a list.

    ``(403)`` and ``[4_0_3]`` are ``403`` and ``4_0_3``; ``[403]``, ``['4_0_3']`` and ``(403,)`` are lists of one value.
    """
    inner = text[1:-1].strip()
    if text[:1] not in _BRACKETS or not isinstance(parsed(inner), str) or len(_parts(inner)) != 1:
        return None
    listed = inner.endswith((",", ";")) or unquoted(inner) != inner or keyed(inner, colons=text[0] == "{") is not None
    value = number(inner) is not None or inner.lower() in {"true", "false", "null", "none"}
    return None if listed or (text[0] != "(" and value) else inner


def spelled(node: Node) -> str:
    """One spelling of all that mean the same value."""
    if isinstance(node, str):
        value = number(node)
        return node if value is None else spelled_number(node, value)
    if node.keys:
        return f"{{{', '.join(f'{key}: {spelled(item)}' for key, item in sorted(node.named.items()))}}}"
    return f"[{', '.join(map(spelled, node.items))}]"


def spelled_number(text: str, value: Decimal) -> str:
    """A whole number as one, others as they stand."""
    return text if value != value.to_integral_value() or abs(value) > 1e15 else str(int(value))


def split(text: str, separator: str, *, plain: bool = False) -> list[str]:
    """A code's parts, blanks and quotes around them removed.

    Args:
        text: The code.
        separator: What stands between its parts; empty for single characters.
        plain: Whether it holds neither brackets nor quotes; separators within those divide nothing.
    """
    if not separator:
        return list(text)
    if plain or not _may_hold(text):
        return text.split() if separator == " " else [part.strip() for part in text.split(separator)]
    return [unquoted(part) for part in _cut(text, separator.__eq__)]


def is_plain(text: str) -> bool:
    """Whether a code holds neither brackets nor quotes."""
    return not _may_hold(text)


def keyed(part: str, *, colons: bool = True) -> tuple[str, str] | None:
    """The key of a part and its value; None if it has none."""
    return _key(part, colons=colons)


def _key(part: str, *, colons: bool) -> tuple[str, str] | None:
    found = _KEY.match(part)
    if found is None or (not colons and "=" not in found[0]):
        return None
    return next(key.strip() for key in found.groups() if key is not None), part[found.end() :]


def _may_hold(text: str) -> bool:
    return any(mark in text for mark in "([{'\"")


def _inside(text: str) -> tuple[str, str, bool] | None:
    """The opening bracket, what stands between it and its end, and whether a name stands before it."""
    wrapper = _WRAPPER.match(text)
    start = wrapper.end() if wrapper else 0
    opening = text[start : start + 1]
    if opening not in _BRACKETS or not text.endswith(_BRACKETS[opening]):
        return None
    if _end(text, start) != len(text) - 1:
        return None
    return opening, text[start + 1 : -1], wrapper is not None


def _end(text: str, start: int) -> int:
    """Where the bracket at ``start`` closes; -1 where it does not."""
    open_brackets: list[str] = []
    quote = ""
    for i in range(start, len(text)):
        mark = text[i]
        if quote:
            quote = "" if mark == quote else quote
        elif mark in _QUOTES and _opens(text, i):
            quote = mark
        elif mark in _BRACKETS:
            open_brackets.append(_BRACKETS[mark])
        elif open_brackets and mark == open_brackets[-1]:
            open_brackets.pop()
            if not open_brackets:
                return i
    return -1


def _opens(text: str, i: int) -> bool:
    """Whether a quote begins something: an apostrophe within a word does not."""
    return i == 0 or not text[i - 1].isalnum()


def _parts(inner: str) -> list[str]:
    """What stands in brackets, divided at commas, else at semicolons, else at blanks."""
    if not inner.strip():
        return []
    for separator in ",;":
        parts = _cut(inner, separator.__eq__)
        if len(parts) > 1:
            return [part.strip() for part in (parts if parts[-1].strip() else parts[:-1])]
    found = _KEY.match(inner)
    if found and not is_bracketed(inner.strip()):  # a single key; blanks may follow it
        return [inner.strip()]
    return [part for part in _cut(inner, str.isspace) if part]


def _cut(text: str, divides: Callable[[str], bool]) -> list[str]:
    """A text divided where neither brackets nor quotes are open."""
    parts, start, depth, quote = [], 0, 0, ""
    for i, mark in enumerate(text):
        if quote:
            quote = "" if mark == quote else quote
        elif mark in _QUOTES and _opens(text, i):
            quote = mark
        elif mark in _BRACKETS:
            depth += 1
        elif mark in ")]}":
            depth = max(depth - 1, 0)
        elif not depth and divides(mark):
            parts.append(text[start:i])
            start = i + 1
    return [*parts, text[start:]]


def flattened(node: Node, names: Sequence[str], size: int) -> list[str] | None:
    """The symbols of a nested code, by names where there are some; None if it has others.

    Args:
        node: The code.
        names: Names of the positions, nested ones joined by points; may be empty.
        size: Number of positions.
    """
    if isinstance(node, str):
        return None
    if names:
        found: dict[str, str] = {}
        _collect(node, "", frozenset(names), found)
        return [found.get(name, "") for name in names] if found.keys() <= set(names) else None
    whole = _leaves(node)
    return whole if len(whole) == size else [spelled(item) for item in node.items]


def _collect(node: Node, path: str, names: frozenset[str], found: dict[str, str]) -> None:
    if path in names or isinstance(node, str):
        found[path] = absent_or(node)
        return
    for key, item in zip(node.keys or map(str, range(len(node.items))), node.items, strict=True):
        _collect(item, f"{path}.{key}" if path else key, names, found)


def absent_or(node: Node | None) -> str:
    """The symbol of a value that has a name: nothing where it is missing or null."""
    return "" if node in (None, "null", "None") else spelled(node) if isinstance(node, Nested) else str(node)


def _leaves(node: Node) -> list[str]:
    return [node] if isinstance(node, str) else [leaf for item in node.items for leaf in _leaves(item)]
