"""JSON that others may have damaged or made up: read from regular files alone, and never without a bound."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import NoReturn

from ktnas.files.regular import open_regular

SIZE_LIMIT = 1 << 26
"""Larger files that are read whole for one value are refused, bytes."""


def parse_json(text: str | bytes) -> object:
    """The value that a text holds.

    Raises:
        ValueError: If it is no JSON, NaN or an infinity stands in it, or it is nested too deeply to be read.
    """
    try:
        value: object = json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")


def read_regular(path: Path, size_limit: int | None = None) -> bytes:
    """The content of a regular file: a pipe is not waited for, and a device that never ends is not read.

    Raises:
        OSError: If it cannot be read, is no regular file, or is larger than the limit.
    """
    with open_regular(path) as file:
        content = file.read() if size_limit is None else file.read(size_limit + 1)
    if size_limit is not None and len(content) > size_limit:
        raise OSError(errno.EFBIG, f"it is larger than {size_limit >> 20} MiB")
    return content


def read_json_file(path: Path) -> object:
    """The value that a file holds.

    Raises:
        OSError: As `read_regular`.
        ValueError: As `parse_json`, or if it is no UTF-8.
    """
    return parse_json(read_regular(path, SIZE_LIMIT).decode())
