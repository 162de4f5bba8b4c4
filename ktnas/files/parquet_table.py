"""Parquet as a table, by pyarrow: lists and structures become texts, as they do in JSON."""

from __future__ import annotations

import math
from pathlib import Path

from ktnas.errors import DataError
from ktnas.files.delimited import CELL_SIZE_LIMIT, Table, check_size
from ktnas.files.json_table import spelled
from ktnas.files.table_content import SIZE_LIMIT

_UNNAMED = "__index_level_0__"
"""What pandas calls an index without a name."""


def read_parquet(path: Path, content: bytes) -> Table:
    """The header and the cells of a Parquet file; an index that pandas kept is a column.

    Raises:
        DataError: If pyarrow is not installed, or the file is damaged, empty or too large.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise DataError(f"reading {path} needs pyarrow: pip install 'ktnas[parquet]'") from error
    try:
        file = parquet.ParquetFile(pa.BufferReader(content))
        meta = file.metadata
        names = list(file.schema_arrow.names)
        check_size(path, meta.num_rows, len(names))
        _check_bytes(path, sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups)))
        table = file.read()
        columns = [table.column(i).to_pylist() for i in range(len(names))]
    except DataError:
        raise
    except (OSError, ValueError, OverflowError, pa.ArrowException) as error:
        raise DataError(f"{path} cannot be read as Parquet: {error}") from error
    if not columns:
        raise DataError(f"{path} is empty; expected one row per architecture")
    header = ["index" if name == _UNNAMED and "index" not in names else name for name in names]
    return header, [_cell(path, value) for row in zip(*columns, strict=True) for value in row]


def _check_bytes(path: Path, size: int) -> None:
    if size > SIZE_LIMIT:
        raise DataError(f"{path} holds more than {SIZE_LIMIT >> 20} MiB, the most that is read of a table")


def _cell(path: Path, value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "backslashreplace")
    text = spelled(path, value) if isinstance(value, list | tuple | dict) else str(value)
    if text in {"nan", "<NA>", "NaT"}:
        return ""
    if len(text) > CELL_SIZE_LIMIT:
        raise DataError(f"{path} has a cell of more than {CELL_SIZE_LIMIT:,} characters; that is no table")
    return text
