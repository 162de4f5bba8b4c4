"""What long work has come to so far, so that it goes on where it was stopped and ends in the same bytes.

A directory holds the rows that are done, one file that only grows, and a small file that says how much of it counts
and where the work stands. The small one is replaced in one step, after the rows are on disk: whatever was written
behind it is cut off when the work goes on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

from ktnas.files.durable import make_directory, remove_durably, sync, sync_directory, write_atomically
from ktnas.files.plain_json import read_json_file
from ktnas.files.regular import open_regular
from ktnas.typing import JSON

ROWS, STATE = "rows", "state.json"


class WorkJournal:
    """The rows and the state of a piece of work, in a directory that is held by nobody else.

    Attributes:
        directory: Where they lie; made if need be.
        state: Where the work stands; None at its beginning.

    Args:
        directory: Where they lie.
        key: What work it is: another one than is found there begins anew.

    Raises:
        OSError: If they cannot be read or written.
    """

    def __init__(self, directory: Path, key: Mapping[str, JSON]) -> None:
        self.directory, self._key = directory, json.loads(json.dumps(key))
        self.state: dict[str, Any] | None = None
        make_directory(directory)
        kept = self._kept()
        self._file: BinaryIO = (directory / ROWS).open("r+b" if kept is not None else "wb")
        if kept is not None:
            self._file.truncate(kept)
            self._file.seek(kept)

    def _kept(self) -> int | None:
        """How many bytes of the rows count; None if the work begins."""
        try:
            found = read_json_file(self.directory / STATE)
            size = (self.directory / ROWS).stat().st_size
        except (OSError, ValueError):
            return None
        if not (isinstance(found, dict) and found.get("key") == self._key and isinstance(found.get("state"), dict)):
            return None
        kept = found.get("bytes")
        if not isinstance(kept, int) or not 0 <= kept <= size:
            return None
        self.state = cast("dict[str, Any]", found["state"])
        return kept

    def append(self, row: bytes) -> None:
        """Add to the rows.

        Raises:
            OSError: If that cannot be written.
        """
        self._file.write(row)

    def append_json(self, row: Mapping[str, JSON]) -> None:
        """Add a line of JSON to the rows.

        Raises:
            OSError: If it cannot be written.
        """
        self.append(json.dumps(row, allow_nan=False).encode() + b"\n")

    def checkpoint(self, state: Mapping[str, JSON]) -> None:
        """Have all rows on disk, and that the work stands there.

        Raises:
            OSError: If that cannot be written.
        """
        self._file.flush()
        sync(self._file.fileno())
        sync_directory(self.directory)
        content = json.dumps({"key": self._key, "bytes": self._file.tell(), "state": state})
        write_atomically(self.directory / STATE, content)

    def lines(self) -> Iterator[dict[str, Any]]:
        """The rows, where each is a line of JSON.

        Raises:
            OSError: If they cannot be read.
        """
        self._file.flush()
        with open_regular(self.directory / ROWS) as file:
            for line in file:
                yield json.loads(line)

    def content(self) -> Path:
        """The file of rows, all of them in it.

        Raises:
            OSError: If they cannot be written.
        """
        self._file.flush()
        return self.directory / ROWS

    def close(self) -> None:
        """Let go of the file of rows."""
        self._file.close()

    def remove(self) -> None:
        """Remove the work for good: it is done.

        Raises:
            OSError: If it cannot be removed.
        """
        self.close()
        remove_durably(self.directory / STATE)
        remove_durably(self.directory / ROWS)
        self.directory.rmdir()
        sync_directory(self.directory.parent)
