"""Tables as columns of text: delimited, JSON, JSON Lines, gzipped or not, and Parquet where pyarrow is there.

Cells stay text until somebody asks for numbers, so that codes keep their leading zeros and a cell that is
no number keeps its wording for the error message. docs/tables.md says what is read, and how.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ktnas.errors import DataError, quoted, unknown_name
from ktnas.files.delimited import check_size, read_delimited
from ktnas.files.json_table import read_json
from ktnas.files.numbers import Numbers, read_numbers
from ktnas.files.parquet_table import read_parquet
from ktnas.files.table_content import PARQUET, read_content, text_of


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

    def numbers(self, name: str) -> Numbers:
        """A column as numbers, all of them read by one convention.

        Raises:
            UnknownNameError: If there is no such column.
            DataError: If the column holds no finite number at all, or the convention cannot be told.
        """
        return read_numbers(name, self.text(name), str(self.path))


def read_columns(path: Path) -> Columns:
    """Read a table from a file, whose kind is told by its content, whatever its name.

    Raises:
        DataError: If the file cannot be read, is empty, truncated, no table, too large, or its rows differ in length.
    """
    content = read_content(path)
    if content.startswith(PARQUET):
        header, cells = read_parquet(path, content)
    else:
        text = text_of(path, content)
        del content
        header, cells = read_json(path, text) or read_delimited(path, text)
    names = tuple(name.strip() for name in header)
    check_size(path, 1, len(names))
    if len(set(names)) < len(names):
        repeated = sorted({name for name in names if names.count(name) > 1})
        raise DataError(f"{path} has several columns named {', '.join(map(quoted, repeated[:3]))}; names must differ")
    if not cells:
        raise DataError(f"{path} has a header but no rows")
    return Columns(path, names, cells)
