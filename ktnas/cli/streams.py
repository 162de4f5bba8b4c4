"""Standard output and standard error that never end a command.

A search that took hours must not be lost because its report meets a terminal that lacks a character, a disk that is
full, or a reader that has gone. What a stream lacks is escaped; what it refuses is dropped from then on, and said once.
"""

from __future__ import annotations

import os
from typing import Any, TextIO


class Sheltered:
    """A text stream whose writer never sees an error; all else is the stream's own.

    Attributes:
        error: What the stream has refused to do; None while it has taken everything.
    """

    def __init__(self, stream: TextIO | None) -> None:
        """Shelter a stream; None, as a process without one has it, takes everything and keeps nothing."""
        self._stream = stream
        self.error: OSError | None = None

    def write(self, text: str) -> int:
        """Write what can be written: characters that the encoding lacks as escapes of their numbers."""
        if self._stream is None or self.error is not None:
            return len(text)
        try:
            try:
                self._stream.write(text)
            except UnicodeEncodeError:
                encoding = self._stream.encoding or "ascii"
                self._stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        except OSError as error:
            self.error = error
        return len(text)

    def flush(self) -> None:
        """Hand on what is kept back."""
        if self._stream is None or self.error is not None:
            return
        try:
            self._stream.flush()
        except OSError as error:
            self.error = error

    def isatty(self) -> bool:
        """Whether a person looks on."""
        return self._stream is not None and self._stream.isatty()

    def end(self) -> None:
        """Hand on the rest; what a stream that refused still holds goes nowhere, lest it fail again at the exit."""
        self.flush()
        if self.error is None or self._stream is None:
            return
        try:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)
        except (OSError, ValueError):  # no file of the system's, or closed: nothing is held back
            return

    def __getattr__(self, name: str) -> Any:
        """Whatever else a stream can do."""
        return getattr(self._stream, name)
