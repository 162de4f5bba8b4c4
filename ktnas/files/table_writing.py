"""Tables written for other programs: CSV, and Parquet by pyarrow. Whole or not at all, as all files are."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from ktnas.errors import ConfigurationError
from ktnas.files.durable import replacing
from ktnas.formatting import cell_text

Kind = Literal["text", "integer", "number", "flag", "integers", "lists"]
"""What a column holds, nulls aside; lists are lists of integers, and lists of these."""

Format = Literal["csv", "parquet"]

FORMATS: tuple[Format, ...] = get_args(Format)


@dataclass(frozen=True, slots=True)
class ColumnOut:
    """A column.

    Attributes:
        kind: What it holds.
        values: Its cells; None where there is nothing.
    """

    kind: Kind
    values: Sequence[object]


def write_table(path: Path, columns: Mapping[str, ColumnOut], to: Format) -> None:
    """Write columns of one length, in their order.

    In CSV nothing is an empty cell, a flag ``True`` or ``False``, a list JSON; a text that a spreadsheet would take for
    a formula stands behind an apostrophe. Numbers keep every digit.

    Raises:
        ConfigurationError: If it cannot be written, or pyarrow is not installed.
    """
    try:
        with replacing(path) as file:
            if to == "csv":
                text = io.TextIOWrapper(file, encoding="utf-8", newline="")
                _write_csv(text, columns)
                text.flush()
                text.detach()
            else:
                _write_parquet(file, columns)
    except OSError as error:
        raise ConfigurationError(f"cannot write {path}: {error.strerror or error}; choose another --out") from None


def _write_csv(file: io.TextIOWrapper, columns: Mapping[str, ColumnOut]) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([cell_text(name) for name in columns])
    writer.writerows(zip(*(map(_cell, column.values) for column in columns.values()), strict=True))


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return json.dumps(value)
    return cell_text(value) if isinstance(value, str) else repr(value)


def _whole(value: object) -> object:
    """A text that UTF-8 can hold: halves of a pair, as names of files may have them, as escapes."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


def _write_parquet(file: object, columns: Mapping[str, ColumnOut]) -> None:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise ConfigurationError("Parquet needs pyarrow: pip install 'ktnas[parquet]'; CSV needs nothing") from None
    integers = pa.list_(pa.int64())
    types = {
        "text": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "flag": pa.bool_(),
        "integers": integers,
        "lists": pa.list_(integers),
    }
    values = [map(_whole, column.values) if column.kind == "text" else column.values for column in columns.values()]
    arrays = [pa.array(list(one), types[c.kind]) for one, c in zip(values, columns.values(), strict=True)]
    parquet.write_table(pa.Table.from_arrays(arrays, names=list(columns)), file)
