"""A column of text as numbers, by one convention for all of its cells.

``93,5`` is a decimal number in one country and no number in another. What a column means is judged by all of its cells;
where that does not tell, the column is refused: no cell is guessed at, and none fails because of how it is written.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ktnas.errors import DataError, quoted
from ktnas.typing import FloatArray

_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_SIGN = r"(?P<sign>[+-]?)"
_CURRENCY = r"(?P<before>[$€£¥₹]?)\s*"
_BODY = r"(?P<body>(?:\d[\d.,'\u2019_ \u00a0\u202f\u2009]*|[.,]\d[\d]*))"
_EXPONENT = r"(?P<exponent>(?:[eE][+-]?\d+)?)"
_SYMBOLS = "%\u00b5\u03bc\u2126"
_UNIT = rf"\s*(?P<unit>[A-Za-z{_SYMBOLS}\u2030\u00b0\"$\u20ac][A-Za-z{_SYMBOLS}/\u00b2\u00b3^*\u00b7 .()-]*)?"
_WRITTEN = re.compile(f"{_SIGN}\\s*{_CURRENCY}{_SIGN.replace('sign', 'inner')}{_BODY}{_EXPONENT}{_UNIT}", re.ASCII)
_NUMBERLIKE = re.compile(r"[(~<>≈±]?\s*[+-]?\s*[$€£¥₹]?\s*[.,]?\d", re.ASCII)
_MONTH = re.compile(r"(?=.*\d).*\b(?:jan|feb|mar|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)\b.*", re.IGNORECASE)
_SPACES = " \u00a0\u202f\u2009"


_UNDERSCORES = "underscores between digits"


def _grouped(mark: str) -> str:
    return rf"(?:[1-9]\d{{0,2}}(?:{mark}\d{{3}})+|\d+)"


_CONVENTIONS: Mapping[str, tuple[str, str, str]] = {
    "decimal points": (r"\d+\.?\d*|\.\d+", "", "."),
    "decimal commas": (r"\d+,?\d*|,\d+", "", ","),
    "commas between thousands": (_grouped(",") + r"(?:\.\d*)?", ",", "."),
    "points between thousands": (_grouped("[.]") + r"(?:,\d*)?", ".", ","),
    "blanks between thousands": (_grouped(f"[{_SPACES}]") + r"(?:\.\d*)?", _SPACES, "."),
    "blanks between thousands and decimal commas": (_grouped(f"[{_SPACES}]") + r"(?:,\d*)?", _SPACES, ","),
    "apostrophes between thousands": (_grouped("['\u2019]") + r"(?:\.\d*)?", "'\u2019", "."),
    _UNDERSCORES: (r"\d+(?:_\d+)*(?:\.\d*)?", "_", "."),
}
"""How digits may be written: a pattern, what stands between thousands, and what before decimals."""

_PLAIN_CONVENTION = "decimal points"

_SENTINELS = frozenset({float(np.finfo(np.float32).max), 2.0**31 - 1, 2.0**31, 2.0**63, 2.0**64})
_LARGEST = 1e300
"""Values beyond it, and the largest of other types, stand for a failure: nobody measures them."""


@dataclass(frozen=True, eq=False)
class Numbers:
    """A column as numbers.

    Attributes:
        values: ``(n,)``, NaN where a cell is none.
        failures: Why it is none, by row.
        note: How the column was read, where that is not as numbers stand in programs; empty otherwise.
    """

    values: FloatArray
    failures: Mapping[int, str]
    note: str = ""


def read_numbers(name: str, cells: Sequence[str], where: str) -> Numbers:
    """The numbers of a column.

    Args:
        name: Name of the column.
        cells: Its cells.
        where: The file, for errors.

    Raises:
        DataError: If cells are written by more than one convention, or by one that cannot be told, or none is a
            finite number.
    """
    texts, note = cells, ""
    values = _fast(cells)
    if values is None:
        texts, note = _rewritten(name, cells, where)
        values = np.array([_number(text) for text in texts])
    values[np.abs(values) >= _LARGEST] = np.nan
    for sentinel in _SENTINELS:
        values[np.abs(values) == sentinel] = np.nan
    bad = np.flatnonzero(~np.isfinite(values)).tolist()
    if len(bad) == len(cells):
        raise DataError(
            f"column {quoted(name)} of {where} holds no finite number in {len(cells):,} rows; its first cell is "
            f"{quoted(cells[0])}"
        )
    values[bad] = np.nan
    return Numbers(values, {i: _reason(name, cells[i], texts[i]) for i in bad}, note)


def is_measured(cells: Sequence[str]) -> bool:
    """Whether all cells are numbers of which some have decimals, units or thousands: measurements, and no codes."""
    texts = [_tidy(cell) for cell in cells]
    if all(map(_PLAIN.fullmatch, texts)):
        return any("." in text for text in texts)
    written = _written(texts)
    units = {f"{found['before']}{found['unit'] or ''}".strip() for found in written.values()}
    readings = _readings([found["body"] for found in written.values()])
    if len(written) < len(texts) or len(units) > 1 or readings[:1] in ([], [_UNDERSCORES]):
        return False
    return readings != ["decimal commas"] or not _is_grid([text.split(",") for text in texts])


def _is_grid(pairs: Sequence[Sequence[str]]) -> bool:
    """Whether pairs of digits are a code of two positions: most combinations of a first and a second one occur."""
    if any(len(pair) != 2 or len(pair[0]) > 2 or len(pair[1]) > 2 for pair in pairs):
        return False
    firsts, seconds = (len({pair[i] for pair in pairs}) for i in (0, 1))
    different = len({tuple(pair) for pair in pairs})
    return firsts > 1 and seconds > 1 and different > 3 and 2 * different >= firsts * seconds


def may_be_thousands(cells: Sequence[str]) -> bool:
    """Whether all points of a column may stand between thousands: ``1.234`` beside ``999``, but no ``0.5``."""
    texts = [cell.strip() for cell in cells]
    pointed = [text for text in texts if "." in text]
    return bool(pointed) and all(re.fullmatch(r"[+-]?[1-9]\d{0,2}\.\d{3}", text) for text in pointed)


def plain_spelling(cells: Sequence[str]) -> Sequence[str]:
    """Cells as programs write numbers, where exactly one other convention reads them all; else as they are."""
    texts = [_tidy(cell) for cell in cells]
    written = _written(texts)
    if len(written) != len(texts) or all(map(_PLAIN.fullmatch, texts)):
        return cells
    if any(found["unit"] or found["before"] for found in written.values()):
        return cells
    readings = _readings([found["body"] for found in written.values()])
    return _spelled(written, readings[0], texts) if len(readings) == 1 else cells


def _fast(cells: Sequence[str]) -> FloatArray | None:
    """The numbers, where all cells are as programs write them."""
    if any("_" in cell for cell in cells):
        return None
    try:
        return np.array(list(map(float, cells)))
    except ValueError:
        return None


def _number(text: str) -> float:
    return float(text) if _PLAIN.fullmatch(text) else math.nan


def _reason(name: str, cell: str, text: str) -> str:
    if not cell.strip():
        return f"{name} is missing"
    if _PLAIN.fullmatch(text.strip()) and math.isfinite(float(text)):
        return f"{name} is {quoted(cell.strip())} in the table, which stands for no value"
    return f"{name} is {quoted(cell.strip())} in the table, not a finite number"


def _tidy(cell: str) -> str:
    text = cell.strip()
    if len(text) > 3 and text.startswith('="') and text.endswith('"'):  # as spreadsheets keep text
        text = text[2:-1]
    return text.removeprefix("'").replace("\N{MINUS SIGN}", "-").strip()


def _rewritten(name: str, cells: Sequence[str], where: str) -> tuple[Sequence[str], str]:
    """All cells as programs write numbers, and how they were written; words stay."""
    texts = [_tidy(cell) for cell in cells]
    like = {row: text for row, text in enumerate(texts) if _NUMBERLIKE.match(text) or _MONTH.fullmatch(text)}
    if all(map(_PLAIN.fullmatch, like.values())):
        return texts, ""
    column = f"column {quoted(name)} of {where}"
    written = _written(texts)
    strange = next((row for row in like if row not in written), None)
    if strange is not None:
        date = "; a spreadsheet may have made a date of it" if _MONTH.fullmatch(texts[strange]) else ""
        raise DataError(
            f"{column} cannot be read as numbers: row {strange + 1} is {quoted(cells[strange].strip())}{date}. Write "
            "plain numbers such as 93.5 (an empty cell is a failed evaluation)"
        )
    unit = _one_unit(column, cells, written)
    convention = _one_convention(column, cells, written)
    first = next((row for row in written if not _PLAIN.fullmatch(texts[row])), 0)
    spelled = _spelled(written, convention, texts)
    told = [convention] if convention != _PLAIN_CONVENTION else []
    told += [f"the unit {unit!r} left out"] if unit else []
    shown = f"{quoted(cells[first].strip())} is {spelled[first]}"
    return spelled, f"{quoted(name)} was read with {' and '.join(told)}: {shown}." if told else ""


def _written(texts: Sequence[str]) -> dict[int, re.Match[str]]:
    found = ((row, _WRITTEN.fullmatch(text)) for row, text in enumerate(texts))
    return {row: match for row, match in found if match is not None and not _MONTH.fullmatch(texts[row])}


def _one_unit(column: str, cells: Sequence[str], written: Mapping[int, re.Match[str]]) -> str:
    units = {row: (found["before"] + (found["unit"] or "")).strip() for row, found in written.items()}
    counts = Counter(units.values())
    if len(counts) == 1:
        return str(next(iter(counts)))
    rows = [next(row for row, unit in units.items() if unit == one) for one in sorted(counts, key=counts.__getitem__)]
    shown = " and ".join(f"{quoted(cells[row].strip())} in row {row + 1}" for row in rows[:2])
    raise DataError(f"{column} mixes numbers with different units, or with and without: {shown}. Write plain numbers")


def _readings(bodies: Sequence[str]) -> list[str]:
    """The conventions by which all can be read, without those that read them as another does."""
    bodies = [body.strip() for body in bodies]
    fitting = [name for name, (pattern, _, _) in _CONVENTIONS.items() if all(re.fullmatch(pattern, b) for b in bodies)]
    if _PLAIN_CONVENTION in fitting:
        return [_PLAIN_CONVENTION]
    values = {name: tuple(_plain(body, name) for body in bodies) for name in fitting}
    return [name for i, name in enumerate(fitting) if values[name] not in [values[other] for other in fitting[:i]]]


def _one_convention(column: str, cells: Sequence[str], written: Mapping[int, re.Match[str]]) -> str:
    bodies = {row: found["body"].strip() for row, found in written.items()}
    readings = _readings(list(bodies.values()))
    if len(readings) == 1:
        return readings[0]
    if readings:
        row, body = next((r, b) for r, b in bodies.items() if len({_plain(b, name) for name in readings}) > 1)
        ways = " or ".join(f"{_plain(body, name)} ({name})" for name in readings)
        raise DataError(
            f"{column} can be read in several ways: row {row + 1}, {quoted(body)}, is {ways}. Write plain numbers"
        )
    kinds: dict[str, int] = {}
    for row, body in bodies.items():
        fitting = [name for name, (pattern, _, _) in _CONVENTIONS.items() if re.fullmatch(pattern, body)]
        if not fitting:
            raise DataError(f"{column} cannot be read as numbers: row {row + 1} is {quoted(cells[row].strip())}")
        if not body.isdecimal():
            kinds.setdefault(fitting[0], row)
    shown = ", ".join(f"{name} (row {row + 1}: {quoted(cells[row].strip())})" for name, row in kinds.items())
    raise DataError(f"{column} mixes ways to write numbers: {shown}. Write plain numbers such as 93.5")


def _spelled(written: Mapping[int, re.Match[str]], convention: str, texts: Sequence[str]) -> list[str]:
    spelled = list(texts)
    for row, found in written.items():
        spelled[row] = f"{found['sign']}{found['inner']}{_plain(found['body'].strip(), convention)}{found['exponent']}"
    return spelled


def _plain(body: str, convention: str) -> str:
    _, thousands, decimal = _CONVENTIONS[convention]
    return "".join("." if mark == decimal else mark for mark in body if mark not in thousands)
