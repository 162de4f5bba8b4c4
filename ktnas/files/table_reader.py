"""Tables as columns of text: CSV and TSV, gzipped or not, and Parquet where pandas and pyarrow are there.

Cells stay text until somebody asks for numbers, so that codes keep their leading zeros and a cell that is
no number keeps its wording for the error message.
"""

from __future__ import annotations

import csv
import gzip
import io
import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ktnas.errors import DataError, unknown_name
from ktnas.typing import FloatArray

SIZE_LIMIT = 1 << 29
"""Tables that decompress to more bytes than this are refused."""


_GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True, eq=False)
class Columns:
    """A table, read column by column.

    Attributes:
        path: The file it came from.
        header: Names of the columns, unique.
        cells: All cells, row after row, without the header.
    """

    path: Path
    header: tuple[str, ...]
    cells: Sequence[str]

    def __len__(self) -> int:
        return len(self.cells) // len(self.header)

    def text(self, name: str) -> Sequence[str]:
        """The cells of a column as they stand.

        Raises:
            UnknownNameError: If there is no such column.
        """
        if name not in self.header:
            raise unknown_name("column", name, self.header, self.path.name)
        return self.cells[self.header.index(name) :: len(self.header)]

    def numbers(self, name: str) -> tuple[FloatArray, dict[int, str]]:
        """A column as numbers ``(n,)``, NaN where a cell is none, with the reason for each such row.

        Raises:
            UnknownNameError: If there is no such column.
            DataError: If the column holds no finite number at all.
        """
        cells = self.text(name)
        try:
            values = np.array(list(map(float, cells)))
        except ValueError:
            values = np.array([_number(cell) for cell in cells])
        bad = np.flatnonzero(~np.isfinite(values)).tolist()
        if len(bad) == len(cells):
            raise DataError(
                f"column {name!r} of {self.path} holds no finite number in {len(cells):,} rows; its first cell is "
                f"{cells[0]!r}"
            )
        failures = {i: _reason(name, cells[i]) for i in bad}
        values[bad] = np.nan
        return values, failures


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return math.nan


def _reason(name: str, cell: str) -> str:
    return f"{name} is {cell.strip()!r} in the table, not a finite number" if cell.strip() else f"{name} is missing"


def read_columns(path: Path) -> Columns:
    """Read a table from a file; Parquet by its suffix, everything else as delimited text.

    The delimiter is the one of comma, tab and semicolon that the header holds most of. A gzipped file is
    told by its first bytes.

    Raises:
        DataError: If the file cannot be read, is empty, truncated, not text, too large, or its rows differ in length.
    """
    if path.suffix in {".parquet", ".pq"}:
        return _read_parquet(path)
    text = _read_text(path)
    header_line = text.lstrip("\n").partition("\n")[0]
    delimiter = max(",\t;", key=header_line.count)
    if '"' in text:
        rows = _parsed_rows(path, text, delimiter)
        header, cells = rows[0], [cell for row in rows[1:] for cell in row]
    else:
        # Splitting the whole text at once is three times as fast as the csv module; without quotes it is the same.
        lines = [line for line in text.split("\n") if line]
        _check_widths(path, [line.count(delimiter) + 1 for line in lines])
        header, cells = lines[0].split(delimiter), delimiter.join(lines[1:]).split(delimiter)
    return _checked(Columns(path, tuple(name.strip() for name in header), cells))


def _read_text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            zipped = file.read(2) == _GZIP_MAGIC
            file.seek(0)
            data = (gzip.GzipFile(fileobj=file) if zipped else file).read(SIZE_LIMIT + 1)
        if len(data) > SIZE_LIMIT:
            raise DataError(f"{path} holds more than {SIZE_LIMIT >> 20} MiB of text; that is no table of ours to read")
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except EOFError as error:
        raise DataError(f"{path} is a truncated gzip file; get it again") from error
    except (OSError, zlib.error) as error:
        raise DataError(f"{path} cannot be read: {error}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is no UTF-8 text (byte {error.start}); expected CSV, TSV or Parquet") from error
    if not text.strip():
        raise DataError(f"{path} is empty; expected a header and one row per architecture")
    return text


def _parsed_rows(path: Path, text: str, delimiter: str) -> list[list[str]]:
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True) if row]
    except csv.Error as error:
        raise DataError(f"{path} is no valid CSV: {error}") from error
    _check_widths(path, [len(row) for row in rows])
    return rows


def _check_widths(path: Path, widths: Sequence[int]) -> None:
    for row, width in enumerate(widths):
        if width != widths[0]:
            raise DataError(f"row {row} of {path} has {width} cells; expected {widths[0]}, as in the header")
    if len(widths) < 2:
        raise DataError(f"{path} has a header but no rows")


def _checked(columns: Columns) -> Columns:
    repeated = sorted({name for name in columns.header if columns.header.count(name) > 1})
    if repeated:
        raise DataError(f"{columns.path} has several columns named {', '.join(map(repr, repeated))}; names must differ")
    if not len(columns):
        raise DataError(f"{columns.path} has a header but no rows")
    return columns


def _read_parquet(path: Path) -> Columns:
    try:
        import pandas as pd
        import pyarrow as pa
    except ImportError as error:
        raise DataError(f"reading {path} needs pandas and pyarrow: pip install 'ktnas[parquet]'") from error
    try:
        frame = pd.read_parquet(path, engine="pyarrow")
    except (OSError, ValueError, pa.ArrowException) as error:
        raise DataError(f"{path} cannot be read as Parquet: {error}") from error
    if not len(frame.columns):
        raise DataError(f"{path} is empty; expected one row per architecture")
    columns = [[_cell(value) for value in frame[name].tolist()] for name in frame.columns]
    cells = [cell for row in zip(*columns, strict=True) for cell in row]
    return _checked(Columns(path, tuple(str(name) for name in frame.columns), cells))


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return "" if text in {"nan", "<NA>", "NaT"} else text
