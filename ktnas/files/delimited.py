"""Delimited text as rows of cells: the delimiter, comments and empty tails are judged by many lines, not by one."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TypeAlias

from ktnas.errors import DataError

COLUMN_LIMIT = 10_000
"""Tables of more columns are refused."""

CELL_LIMIT = 20_000_000
"""Tables of more cells are refused."""

CELL_SIZE_LIMIT = 1 << 20
"""Tables with a longer cell are refused."""

DELIMITERS = "\t;,|"
"""What may stand between cells; where several divide all lines alike, the earlier one: commas stand in text, too."""

_BLANKS = " "
"""Stands for any number of blanks as the delimiter, where nothing else divides the lines."""

_JUDGED = 1000
_RULE = re.compile(r"\s*:?-+:?\s*")
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_SEP = re.compile(r'"?sep=(.)"?', re.IGNORECASE)

Table: TypeAlias = tuple[list[str], Sequence[str]]
"""A header, and all cells below it, row after row."""


def read_delimited(path: Path, text: str) -> Table:
    """The header and the cells of a table whose lines end with a line feed.

    Raises:
        DataError: If rows differ in length, quotes do not close, there are no rows, or it is too large.
    """
    check_size(path, text.count("\n"), 1)
    told, comment, body = _beginning(text)
    if not body.strip(f'{told or ""}{DELIMITERS} "\n'):
        raise DataError(f"{path} has a header but no rows")
    quoted = '"' in body
    delimiter = told or _judged(body, quoted=quoted)
    check_size(path, text.count(delimiter), 1)
    header, cells = (_quoted_rows if quoted else _plain_rows)(path, body, delimiter)
    commented = _divided(comment, delimiter)
    if len(commented) == len(header) > 1 and any(map(_is_number, header)) and not any(map(_is_number, commented)):
        header, cells = commented, [*header, *cells]
    if len(text) > CELL_SIZE_LIMIT and max(map(len, cells), default=0) > CELL_SIZE_LIMIT:
        raise DataError(f"{path} has a cell of more than {CELL_SIZE_LIMIT:,} characters; that is no table")
    return _without_nameless(header, cells)


def check_size(path: Path, rows: int, columns: int) -> None:
    """Refuse what is too large to be a table of architectures.

    Raises:
        DataError: If it is.
    """
    if columns > COLUMN_LIMIT:
        raise DataError(
            f"{path} has {columns:,} columns; at most {COLUMN_LIMIT:,} are read: leave out what is not used"
        )
    if rows * columns > CELL_LIMIT:
        raise DataError(
            f"{path} has more than {CELL_LIMIT:,} cells, the most that are read: leave out what is not used"
        )


def _beginning(text: str) -> tuple[str | None, str, str]:
    """The delimiter that a line ``sep=`` tells, the last comment before the header, and what follows."""
    told, comment, start = None, "", 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        line = text[start:end].strip(" ")
        if line.startswith("#"):
            comment = line
        elif found := _SEP.fullmatch(line):
            told = found[1]
        elif line:
            break
        start = end + 1
    return told, comment, text[start:]


def _judged(text: str, *, quoted: bool) -> str:
    """The delimiter that divides the most lines as it divides the first."""
    shares = {}
    for delimiter in DELIMITERS:
        widths = [len(row) for row in islice(_rows(text, delimiter, quoted=quoted), _JUDGED)]
        if widths and widths[0] > 1:
            shares[delimiter] = sum(width == widths[0] for width in widths) / len(widths)
    if 1 not in shares.values() and not quoted:
        widths = [len(line.split()) for line in islice(filter(str.strip, text.split("\n")), _JUDGED)]
        if len(set(widths)) == 1 and widths[0] > 1:
            return _BLANKS
    return max(shares, key=shares.__getitem__, default=",")


def _rows(text: str, delimiter: str, *, quoted: bool) -> Iterator[list[str]]:
    """Rows that hold anything, for a first look: what is wrong with quotes is not told."""
    lines: Iterable[list[str]]
    if quoted:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    else:
        lines = (line.split(delimiter) for line in io.StringIO(text))
    try:
        yield from (row for row in lines if any(map(str.strip, row)))
    except csv.Error:
        return


def _divided(line: str, delimiter: str) -> list[str]:
    """The cells of a comment."""
    text = line.lstrip("#").strip(" ")
    return text.split() if delimiter == _BLANKS else text.split(delimiter)


def _quoted_rows(path: Path, text: str, delimiter: str) -> Table:
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)
        rows = [row for row in reader if any(map(str.strip, row))]
    except csv.Error as error:
        raise DataError(f"{path} is no valid CSV: {error}") from error
    return _squared(path, rows)


def _plain_rows(path: Path, text: str, delimiter: str) -> Table:
    # Splitting the whole text at once is three times as fast as the csv module; without quotes it is the same.
    blank = f"{delimiter} \t"
    lines = [line for line in text.split("\n") if line.strip(blank)]
    if delimiter == _BLANKS:
        return _squared(path, [line.split() for line in lines])
    widths = {line.count(delimiter) + 1 for line in lines}
    if len(widths) > 1 or _is_rule(lines, delimiter) or lines.count(lines[0]) > 1:
        return _squared(path, [line.split(delimiter) for line in lines])
    _check_header(path, widths.pop(), len(lines))
    return lines[0].split(delimiter), delimiter.join(lines[1:]).split(delimiter)


def _is_rule(lines: Sequence[str], delimiter: str) -> bool:
    """Whether the second line is what parts header and rows in Markdown."""
    return len(lines) > 1 and "-" in lines[1] and not lines[1].strip(f"{delimiter}-: ")


def _squared(path: Path, rows: list[list[str]]) -> Table:
    """Rows of one length: without empty tails, without headers that are repeated between them."""
    header = rows[0]
    named = len(header)
    while named > 1 and not header[named - 1].strip():
        named -= 1
    cells: list[str] = []
    for number, row in enumerate(rows):
        if number and (row == header or (number == 1 and all(map(_RULE.fullmatch, filter(str.strip, row))))):
            continue
        if len(row) < named or any(map(str.strip, row[len(header) :])):
            more = "; a cell that holds the delimiter must stand in quotes" if len(row) > len(header) else ""
            raise DataError(f"row {number} of {path} has {len(row)} cells; expected {named}, as in the header{more}")
        cells += [*row[: len(header)], *[""] * (len(header) - len(row))]
    width = len(header)
    _check_header(path, width, len(cells) // width)
    return cells[:width], cells[width:]


def _check_header(path: Path, width: int, lines: int) -> None:
    check_size(path, lines, width)
    if lines < 2:
        raise DataError(f"{path} has a header but no rows")


def _without_nameless(header: list[str], cells: Sequence[str]) -> Table:
    """Without the columns that have neither a name nor a cell."""
    width = len(header)
    kept = [i for i, name in enumerate(header) if name.strip() or any(map(str.strip, cells[i::width]))]
    if len(kept) == width:
        return header, cells
    return [header[i] for i in kept], [cells[start + i] for start in range(0, len(cells), width) for i in kept]


def _is_number(cell: str) -> bool:
    return _PLAIN.fullmatch(cell.strip()) is not None
