"""A column of codes as positions and symbols: how all of them are divided is judged by all of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ktnas.errors import DataError, quoted
from ktnas.spaces.code_text import (
    Nested,
    Node,
    absent_or,
    alone_in,
    is_bracketed,
    is_plain,
    keyed,
    parsed,
    split,
    tidied,
    unquoted,
)

SEPARATORS = "|,;: /+_-."
"""What may stand between positions of a code, the likeliest first: ``_`` and ``-`` also occur within names."""

POSITION_LIMIT = 10_000
"""Codes of more positions are refused."""

_FLOAT = re.compile(r"(\d+)\.0+")
_ROUNDED = re.compile(r"\d[.,]\d+E\+\d+")
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Mai|Jun|Jul|Aug|Sep|Oct|Okt|Nov|Dec|Dez)"
_DATED = re.compile(rf"\d{{1,2}}[-. ]+{_MONTH}\.?(?:[-. ]+\d+)?|{_MONTH}\.?[- ]\d+")
_BLANKS = re.compile(r"\s*([|,;:/])\s*|\s+([+_-])\s+|\s+")
"""Blanks that divide nothing: beside what divides, or several in place of one."""

_ARROW = re.compile(r"\s*(?:-+>|=+>|\N{RIGHTWARDS ARROW})\s*")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+")
_CALL = re.compile(r"([A-Za-z_][\w.]*)\(", re.ASCII)


@dataclass(frozen=True)
class Codes:
    """Codes, divided.

    Attributes:
        rows: The symbols of each code, one per position.
        separator: What stands between positions; empty where each symbol is a single character.
        names: What the positions are called; empty where nothing says it.
        notes: What was done to read them, a sentence each.
    """

    rows: Sequence[tuple[str, ...]]
    separator: str
    names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.rows[0]) > POSITION_LIMIT:
            raise DataError(f"codes have {len(self.rows[0]):,} positions; at most {POSITION_LIMIT:,} are read")


def read_codes(codes: Iterable[str]) -> Codes:
    """Codes that are strings, one each.

    Raises:
        DataError: If there is none, one is empty, they differ in their positions, or a spreadsheet has spoilt them.
    """
    texts = [tidied(code) for code in codes]
    if not texts:
        raise DataError("cannot infer a categorical space: no codes given")
    _require_content(texts)
    texts, notes = _unspoilt(texts)
    texts = _without_constructor(texts)
    if any(map(is_bracketed, texts)):
        nodes = [parsed(text if is_bracketed(text) else f"[{text}]") for text in texts]
        alone = [inner for text in texts if (inner := alone_in(text)) is not None]
        if len(alone) < len(texts):
            return _nested(nodes, texts, notes)
        texts = alone
    if all(len(text) > 1 and unquoted(text) != text for text in texts):
        texts = [unquoted(text) for text in texts]
        _require_content(texts)
    return _flat(texts, notes)


def _require_content(texts: Sequence[str]) -> None:
    empty = next((row for row, text in enumerate(texts, 1) if not text), None)
    if empty is not None:
        raise DataError(f"cannot infer a categorical space: a code is empty (row {empty})")


def read_columns_of_codes(columns: Mapping[str, Sequence[str]]) -> Codes:
    """Codes of which each position has a column of its own.

    Args:
        columns: The cells of each, by name, all of one length; an empty one means that the choice does not occur.
    """
    cells = zip(*columns.values(), strict=True)
    names = tuple(columns)
    nodes = [Nested(tuple(_cell(tidied(cell)) for cell in row), names) for row in cells]
    return _nested(nodes, [str(node) for node in nodes], ())


def _cell(text: str) -> Node:
    return parsed(text) if is_bracketed(text) else unquoted(text)


def _unspoilt(texts: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """Codes as they were before a spreadsheet took them for numbers, where that can be told."""
    for row, text in enumerate(texts, 1):
        if _ROUNDED.fullmatch(text):
            raise DataError(
                f"code {quoted(text)} in row {row} has lost digits: a spreadsheet took it for a number. Keep the "
                "column as text"
            )
        if _DATED.fullmatch(text):
            raise DataError(
                f"code {quoted(text)} in row {row} is a date: a spreadsheet made it of something like 3-1-2. Keep the "
                "column as text"
            )
    if all(map(_THOUSANDS.fullmatch, texts)) and any(",0" in text for text in texts):
        text = next(text for text in texts if ",0" in text)
        raise DataError(
            f"codes such as {quoted(text)} have commas between thousands: a spreadsheet took them for numbers. Keep "
            "the column as text"
        )
    if all(map(_FLOAT.fullmatch, texts)) and max(map(len, digits := [whole(text) for text in texts])) > 1:
        return digits, (
            f"Codes such as {texts[0]} were taken for numbers when they were saved; they are read as {digits[0]}.",
        )
    return texts, ()


def _without_constructor(texts: list[str]) -> list[str]:
    """``Genotype(a=1)`` as ``(a=1)``, where all begin so."""
    if all(map(is_bracketed, texts)):
        return texts
    if len({found[1] if (found := _CALL.match(text)) else None for text in texts}) > 1:
        return texts
    rest = [argument_of(text) for text in texts]
    return [text for text in rest if text is not None] if None not in rest else texts


def argument_of(text: str) -> str | None:
    """What stands in brackets after a name, with the brackets; None where a code is anything else."""
    found = _CALL.match(text)
    rest = text[found.end() - 1 :] if found else ""
    return rest if is_bracketed(rest) else None


def _nested(nodes: Sequence[Node], texts: Sequence[str], notes: tuple[str, ...]) -> Codes:
    widths = [0 if isinstance(node, str) else len(node.items) for node in nodes]
    groups = [node for node in nodes if isinstance(node, Nested)]
    if not all(group.keys for group in groups):
        if any(group.keys for group in groups):
            row = next(row for row, group in enumerate(groups) if not group.keys)
            raise DataError(f"some codes have keys, and {quoted(texts[row])} in row {row + 1} has none")
        _require_alike(texts, widths, "values")
    leaves = list(_leaves(groups, ""))
    if not leaves:
        raise DataError(f"cannot infer a categorical space: code {quoted(texts[0])} is empty")
    rows = list(zip(*(symbols for _, symbols in leaves), strict=True))
    paths = tuple(path for path, _ in leaves)
    names = () if all(part.isdecimal() for path in paths for part in path.split(".")) else paths
    missing = [
        (name, n) for name, (_, column) in zip(names, leaves, strict=False) if 0 < (n := column.count("")) < len(rows)
    ]
    if missing:
        shown = ", ".join(f"{name} ({n:,})" for name, n in missing[:5])
        notes = (*notes, f"Choices that are missing in some codes are taken as a value of their own: {shown}.")
    return Codes(rows, _unused(rows, ","), names, notes)


def _require_alike(texts: Sequence[str], widths: Sequence[int], what: str) -> None:
    short, long = widths.index(min(widths)), widths.index(max(widths))
    if widths[short] != widths[long]:
        raise DataError(
            f"codes must have the same number of positions: {quoted(texts[short])} in row {short + 1} has "
            f"{widths[short]} {what}, {quoted(texts[long])} in row {long + 1} has {widths[long]}"
        )


def _leaves(nodes: Sequence[Node | None], path: str) -> Iterable[tuple[str, list[str]]]:
    """Positions and their symbols: as deep as all codes are built alike."""
    groups = [node for node in nodes if isinstance(node, Nested)]
    inner = f"{path}." if path else ""
    if len(groups) == len(nodes) and all(group.keys for group in groups):
        named = [group.named for group in groups]
        for key in dict.fromkeys(key for group in groups for key in group.keys):
            yield from _leaves([values.get(key) for values in named], f"{inner}{key}")
    elif len(groups) == len(nodes) and not any(g.keys for g in groups) and len({len(g.items) for g in groups}) == 1:
        for i in range(len(groups[0].items)):
            yield from _leaves([group.items[i] for group in groups], f"{inner}{i}")
    else:
        named_here = not path.rpartition(".")[2].isdecimal()
        yield path, [node if isinstance(node, str) and not named_here else absent_or(node) for node in nodes]


def _flat(texts: Sequence[str], notes: tuple[str, ...]) -> Codes:
    plain = all(map(is_plain, texts))
    if plain:
        texts = [evened(text) for text in texts]
    separator = _separator(texts, plain=plain)
    rows = [tuple(split(text, separator, plain=plain)) for text in texts]
    if separator and (named := _by_key(rows)):
        names, rows = named
        return Codes(rows, _unused(rows, separator), names, notes)
    columns = [_without_key(column) for column in zip(*rows, strict=True)]
    rows = list(zip(*columns, strict=True))
    if not plain and separator:
        nodes = [Nested(tuple(_cell(symbol) for symbol in row)) for row in rows]
        if any(isinstance(item, Nested) for node in nodes for item in node.items):
            return _nested(nodes, texts, notes)
    return Codes(rows, _unused(rows, separator) if separator else "", (), notes)


def evened(text: str) -> str:
    """A code without brackets and quotes, as if there were no blanks beside what divides it."""
    text = text if "|" in text else _ARROW.sub("|", text)
    return _BLANKS.sub(lambda found: str(found[1] or found[2] or " "), text)


def whole(text: str) -> str:
    """Digits that were taken for a number with a fraction."""
    found = _FLOAT.fullmatch(text)
    return found[1] if found else text


def _by_key(rows: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], list[tuple[str, ...]]] | None:
    """Symbols in the order of the first code's keys, where all codes have the same keys, each once."""
    pairs = [[keyed(part) for part in row] for row in rows]
    named = [dict(pair for pair in row if pair is not None) for row in pairs]
    names = tuple(named[0])
    if any(len(found) != len(row) or found.keys() != named[0].keys() for found, row in zip(named, rows, strict=True)):
        return None
    if any(tuple(found) != names for found in named) and any(keyed(part, colons=False) is None for part in rows[0]):
        return None  # "conv:3|pool:5": what stands before a colon is a key only where it keeps its place
    return names, [tuple(unquoted(found[name]) for name in names) for found in named]


def _without_key(symbols: Sequence[str]) -> Sequence[str]:
    """The symbols of a position without the key that all of them have."""
    pairs = {symbol: keyed(symbol, colons=False) for symbol in set(symbols)}
    values = {symbol: unquoted(pair[1]) for symbol, pair in pairs.items() if pair is not None}
    if len(values) < len(pairs) or len({pair[0] for pair in pairs.values() if pair is not None}) > 1:
        return symbols
    return [values[symbol] for symbol in symbols]


def _unused(rows: Sequence[tuple[str, ...]], separator: str) -> str:
    """The separator, or another where a symbol holds it."""
    symbols = {symbol for row in rows for symbol in row}
    free = (mark for mark in f"{separator}{SEPARATORS}¦¬" if not any(mark in symbol for symbol in symbols))
    found = next(free, "")
    if not found:
        raise DataError(f"cannot infer a categorical space: symbols hold every separator, {SEPARATORS!r}")
    return found


def _separator(codes: Sequence[str], *, plain: bool) -> str:
    """The likeliest separator that divides all codes alike; empty where positions are single characters."""
    shared = [s for s in SEPARATORS if all(s in code for code in codes)]
    widths = {s: [code.count(s) + 1 if plain else len(split(code, s)) for code in codes] for s in shared}
    for separator in shared:
        if len(set(widths[separator])) == 1 and widths[separator][0] > 1:
            return separator
    if shared:
        _require_alike(codes, widths[shared[0]], f"separated by {shared[0]!r}")
    _require_one_length(codes)
    return ""


def _require_one_length(codes: Sequence[str]) -> None:
    lengths = [len(code) for code in codes]
    short, long = lengths.index(min(lengths)), lengths.index(max(lengths))
    if lengths[short] == lengths[long]:
        return
    ends = (
        f"{quoted(codes[short])} in row {short + 1} has {lengths[short]} characters, {quoted(codes[long])} in row "
        f"{long + 1} "
    )
    if all(code.isdecimal() for code in codes):
        whole = [code.zfill(lengths[long]) for code in codes if len(code) < lengths[long]]
        raise DataError(
            f"codes must have the same number of positions: {ends}{lengths[long]}; leading zeros were lost "
            f"({', '.join(whole[:2])}), as when a spreadsheet or pandas takes codes for numbers: "
            "keep the column as text. Longer symbols need a separator between positions, such as '_' or '|'"
        )
    raise DataError(
        f"codes must have the same number of positions: {ends}{lengths[long]}; longer symbols need a separator between "
        "positions, such as '_' or '|'"
    )
