"""JSON and JSON Lines as tables, in the shapes in which pandas and people write them.

Numbers keep their spelling, and what is nested becomes a text again: it may be a code.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from ktnas.errors import DataError, quoted
from ktnas.files.delimited import CELL_SIZE_LIMIT, Table, check_size

SUFFIXES = (".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz", ".ndjson.gz")
"""Names of files that must be JSON."""

SIZE_LIMIT = 1 << 26
"""Longer texts are refused: read, they take many times their size."""

DEPTH_LIMIT = 20
"""What is nested deeper is refused."""

KEY = "key"
"""Name of the column that holds what rows were called."""

_SHAPES = (
    "a list of objects, an object of columns, pandas' orient= records, columns, index, split or table, or one object "
    "per line"
)

Value: TypeAlias = "str | list[Value] | dict[str, Value]"


class _Bare(str):
    """What stands in JSON without quotes."""

    __slots__ = ()


def read_json(path: Path, text: str) -> Table | None:
    """The header and the cells of a table in JSON; None if the text is none.

    Raises:
        DataError: If it is meant as JSON, and is none, or no table.
    """
    start = text.lstrip()[:1]
    meant = path.name.lower().endswith(SUFFIXES)
    if start not in ("{", "[") and not meant:
        return None
    if len(text) > SIZE_LIMIT:
        raise DataError(f"{path} holds more than {SIZE_LIMIT >> 20} MiB of JSON; save it as CSV or Parquet")
    first, _, rest = text.strip().partition("\n")
    if rest and isinstance(_line(first), dict):
        return _of_records(path, _lines(path, text))
    try:
        found = _parsed(text)
    except (ValueError, RecursionError) as error:
        closed = text.rstrip().endswith("]" if start == "[" else "}")
        if not closed and not meant:
            return None  # the name of a column may begin so
        raise DataError(f"{path} is no valid JSON: {_problem(error)}") from None
    return _of_document(path, found)


def _parsed(text: str) -> Value:
    found: Value = json.loads(
        text, parse_int=_Bare, parse_float=_Bare, parse_constant=_constant, object_pairs_hook=_object
    )
    return found


def _constant(name: str) -> str:
    return _Bare("" if name == "NaN" else name)


def _object(pairs: Sequence[tuple[str, Value]]) -> dict[str, Value]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"an object has {quoted(twice)} twice")
    return made


def _problem(error: Exception) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)


def _line(text: str) -> Value | None:
    try:
        return _parsed(text)
    except (ValueError, RecursionError):
        return None


def _lines(path: Path, text: str) -> list[dict[str, Value]]:
    records = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = _parsed(line)
        except (ValueError, RecursionError) as error:
            raise DataError(f"line {number} of {path} is no valid JSON: {_problem(error)}") from None
        if not isinstance(record, dict):
            raise DataError(
                f"line {number} of {path} is {quoted(line.strip())}; expected an object, as in the first line"
            )
        records.append(record)
    return records


def _of_document(path: Path, found: Value) -> Table:
    if isinstance(found, list):
        return _of_list(path, found)
    if isinstance(found, dict):
        if {"columns", "data"} <= found.keys() <= {"columns", "data", "index"}:
            return _of_split(path, found)
        values = list(found.values())
        rows = [value for value in values if isinstance(value, list) and value and isinstance(value[0], dict)]
        if len(rows) == 1:  # also pandas' orient=table, and results beside what else is to be said
            return _of_list(path, rows[0])
        if values and all(isinstance(value, list) for value in values):
            return _of_columns(path, {name: value for name, value in found.items() if isinstance(value, list)})
        if values and all(isinstance(value, dict) for value in values):
            return _of_objects(path, {name: value for name, value in found.items() if isinstance(value, dict)})
        if values and not any(isinstance(value, list | dict) for value in values):
            return _of_records(path, [found])
    raise DataError(f"{path} is JSON, but no table; expected {_SHAPES}")


def _of_list(path: Path, rows: Sequence[Value]) -> Table:
    if not rows:
        raise DataError(f"{path} is empty; expected one object per architecture")
    records = [row for row in rows if isinstance(row, dict)]
    if len(records) == len(rows):
        return _of_records(path, records)
    lists = [row for row in rows if isinstance(row, list)]
    if len(lists) == len(rows) and len({len(row) for row in lists}) == 1:
        header, *below = lists
        if all(isinstance(name, str) and not isinstance(name, _Bare) for name in header):
            return _table(path, [_cell(path, name) for name in header], below)
    raise DataError(f"{path} is JSON, but no table; expected {_SHAPES}")


def _of_records(path: Path, records: Sequence[Mapping[str, Value]]) -> Table:
    header = list(dict.fromkeys(name for record in records for name in record))
    check_size(path, len(records), len(header))
    return _table(path, header, [[record.get(name, _Bare("")) for name in header] for record in records])


def _of_columns(path: Path, columns: Mapping[str, list[Value]]) -> Table:
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        short, long = min(lengths, key=lengths.__getitem__), max(lengths, key=lengths.__getitem__)
        raise DataError(
            f"columns of {path} differ in length: {quoted(short)} has {lengths[short]:,} values, {quoted(long)} "
            f"{lengths[long]:,}"
        )
    check_size(path, max(lengths.values()), len(columns))
    return _table(path, list(columns), list(zip(*columns.values(), strict=True)))


def _of_split(path: Path, found: Mapping[str, Value]) -> Table:
    names, rows, index = found["columns"], found["data"], found.get("index")
    if not isinstance(names, list) or not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        if isinstance(names, list) and isinstance(rows, list):  # two columns that happen to be called so
            return _of_columns(path, {name: value for name, value in found.items() if isinstance(value, list)})
        raise DataError(f"{path} is JSON, but no table; expected {_SHAPES}")
    below = [row for row in rows if isinstance(row, list)]
    if any(len(row) != len(names) for row in below):
        raise DataError(f"the rows in {path} differ in length from its {len(names)} columns")
    header = [_cell(path, name) for name in names]
    if isinstance(index, list) and len(index) == len(below) and index != [str(i) for i in range(len(index))]:
        header, below = [_free(header), *header], [[key, *row] for key, row in zip(index, below, strict=True)]
    return _table(path, header, below)


def _of_objects(path: Path, objects: Mapping[str, Mapping[str, Value]]) -> Table:
    """An object of objects: a row each, or a column each, whichever there are more of."""
    inner = list(dict.fromkeys(name for record in objects.values() for name in record))
    check_size(path, len(objects), len(inner))
    numbered, numbered_inside = (all(name.isdecimal() for name in names) for names in (objects, inner))
    if numbered == numbered_inside and len(objects) == len(inner):
        raise DataError(
            f"{path} holds {len(inner)} objects of {len(inner)} values: rows and columns cannot be told apart; "
            "save it as a list of objects"
        )
    rows_inside = numbered_inside if numbered != numbered_inside else len(inner) > len(objects)
    if rows_inside:
        records = [{name: column.get(key, _Bare("")) for name, column in objects.items()} for key in inner]
    else:
        records = [dict(record) for record in objects.values()]
    keys, names = (inner, list(objects)) if rows_inside else (list(objects), inner)
    if keys == [str(i) for i in range(len(keys))]:
        return _of_records(path, records)
    column = _free(names)
    return _of_records(path, [{column: key, **record} for key, record in zip(keys, records, strict=True)])


def _free(names: Sequence[str]) -> str:
    name = KEY
    while name in names:
        name += "_"
    return name


def _table(path: Path, header: list[str], rows: Sequence[Sequence[Value]]) -> Table:
    check_size(path, len(rows), len(header))
    return header, [_cell(path, value) for row in rows for value in row]


def _cell(path: Path, value: Value | bool | None) -> str:
    if value is None:
        return ""
    text = str(value) if isinstance(value, str | bool) else spelled(path, value)
    if len(text) > CELL_SIZE_LIMIT:
        raise DataError(f"{path} has a cell of more than {CELL_SIZE_LIMIT:,} characters; that is no table")
    return text


def spelled(path: Path, value: object, depth: int = 0) -> str:
    """Lists and mappings as JSON writes them, numbers as they stand.

    Args:
        path: The file, for the error.
        value: What is to be written.
        depth: How deep within others it lies.

    Raises:
        DataError: If it is nested too deeply.
    """
    if depth > DEPTH_LIMIT:
        raise DataError(f"{path} has a cell that is nested more than {DEPTH_LIMIT} deep")
    if isinstance(value, Mapping):
        inner = (f"{json.dumps(str(k), ensure_ascii=False)}: {spelled(path, v, depth + 1)}" for k, v in value.items())
        return f"{{{', '.join(inner)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(spelled(path, item, depth + 1) for item in value)}]"
    if isinstance(value, str) and not isinstance(value, _Bare):
        return json.dumps(value, ensure_ascii=False)
    return "null" if value is None else str(value)
