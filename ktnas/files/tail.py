"""A file of one record per line that somebody else appends to, read as far as it has come: every line once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from ktnas.errors import DataError
from ktnas.files.json_lines import complete_lines
from ktnas.files.line_checks import has_check, without_checks
from ktnas.files.regular import open_regular

Record = TypeVar("Record")

AT_ONCE = 1 << 22
"""Bytes that are read at once, at most: a longer file is read in several steps."""


_KEPT = 64
"""Bytes before the place that was read to: where others stand there, the file is another one."""


class Tail(Generic[Record]):
    """The records of a file that grows.

    Attributes:
        path: The file.
        more: Whether what is there has not been read to its end.
    """

    def __init__(self, path: Path, decode: Callable[[str], Record]) -> None:
        """Nothing is read yet.

        Args:
            path: The file; it need not exist.
            decode: The record of a line; raises `DataError` where there is none.
        """
        self.path = path
        self.more = False
        self._decode = decode
        self._forget()

    def _forget(self) -> None:
        self._offset, self._lines, self._before, self._checked = 0, 0, b"", False

    def read(self, at_once: int = AT_ONCE) -> tuple[bool, list[Record]]:
        """What has come since the last time, and whether the file is another one, or has lost lines, and begins anew.

        Args:
            at_once: Bytes at most; `more` says whether some are left. A single longer line is damaged.

        Returns:
            Whether to forget what was read before, and the new records, in order. A last line without an end is not
            whole yet, and read later.

        Raises:
            DataError: If the file cannot be read, or a line of it holds no record or was changed since it was written.
        """
        try:
            anew, content = self._content(at_once)
        except FileNotFoundError:
            anew = self._offset > 0
            self._forget()
            self.more = False
            return anew, []
        except OSError as error:
            raise DataError(f"cannot read {self.path}: {error.strerror}") from None
        lines, size = complete_lines(content)
        self.more = len(content) == at_once
        if self.more and not lines:
            raise DataError(f"{self.path}, line {self._lines + 1}: it is longer than {at_once >> 20} MiB")
        records = [self._record(line) for line in lines]
        self._offset += size
        self._before = (self._before + content[:size])[-_KEPT:]
        return anew, records

    def _content(self, at_once: int) -> tuple[bool, bytes]:
        with open_regular(self.path) as file:
            file.seek(self._offset - len(self._before))
            anew = file.read(len(self._before)) != self._before
            if anew:
                self._forget()
                file.seek(0)
            return anew, file.read(at_once)

    def _record(self, line: bytes) -> Record:
        self._lines += 1
        ((plain, changed),) = without_checks([line])
        checked = has_check(line)
        if self._checked and not checked:
            changed = "it has no check, as those before it have"
        self._checked = self._checked or checked
        try:
            record = self._decode(plain.decode())
        except (DataError, UnicodeDecodeError) as error:
            changed = str(error)
        if changed:
            raise DataError(f"{self.path}, line {self._lines}: {changed}")
        return record
