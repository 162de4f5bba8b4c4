"""The bytes of a pickle as its reader goes through them: a buffer that is filled from a stream."""

from __future__ import annotations

from typing import Protocol

from ktnas.files.pickle_values import RefusedError

ENTRY_LIMIT = 1 << 26
"""Bytes of one entry, or of what comes before the first, that are read at most: the largest known takes 1 MB."""

TEXT_LIMIT = 1 << 20
"""Longer texts are refused, bytes."""

_CHUNK = 1 << 20


class Stream(Protocol):
    """Bytes, in order, as `ktnas.files.packed_source.Unpacked` gives them."""

    def read(self, size: int, /) -> bytes:
        """At most so many further bytes; none at the end."""


class PickleBytes:
    """A part of a stream, and a position in it.

    Attributes:
        buffer: The part.
        position: How far it has been read.
        ended: Whether the stream holds no more.
        since: Offset in the stream at which the entry at hand begins.

    Args:
        stream: The bytes.
        offset: How many lie before them.
    """

    def __init__(self, stream: Stream, offset: int = 0) -> None:
        self.buffer, self.position, self.ended, self.since = b"", 0, False, offset
        self._stream, self._before = stream, offset

    @property
    def offset(self) -> int:
        """Bytes that have been read."""
        return self._before + self.position

    def fill(self) -> bytes:
        """The buffer from the position on, with more behind it.

        Raises:
            RefusedError: If the entry at hand is too long.
        """
        self._before += self.position
        rest = self.buffer[self.position :]
        chunk = self._stream.read(_CHUNK)
        self.ended = not chunk
        self.buffer, self.position = rest + chunk, 0
        if self._before - self.since > ENTRY_LIMIT:
            raise RefusedError(f"an entry takes more than {ENTRY_LIMIT >> 20} MiB")
        return self.buffer

    def take(self, size: int) -> bytes:
        """So many bytes from the position on; it then stands behind them.

        Raises:
            RefusedError: If they are too many.
            EOFError: If the stream ends before.
        """
        if size > TEXT_LIMIT:
            raise RefusedError(f"a text of {size:,} bytes")
        while len(self.buffer) - self.position < size and not self.ended:
            self.fill()
        found = self.buffer[self.position : self.position + size]
        if len(found) < size:
            raise EOFError
        self.position += size
        return found

    def counted(self, wide: int) -> bytes:
        """As many bytes as a number says, which is so many bytes wide and stands before them."""
        return self.take(int.from_bytes(self.take(wide), "little"))

    def line(self) -> str:
        """A line of 255 bytes at most; the position then stands behind its end.

        Raises:
            ValueError: If no line ends there.
        """
        end = self.buffer.index(b"\n", self.position, self.position + 256)
        text = self.buffer[self.position : end].decode()
        self.position = end + 1
        return text
