"""What evaluations print, kept apart: in a process of its own by its file descriptors, in a thread by its streams."""

from __future__ import annotations

import io
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO, TextIO, cast

PRINTED_LIMIT = 64 * 1024
"""Characters of what an evaluation prints that are kept: its end, as an error stands there."""


def kept(text: str) -> str:
    """The end of a long text, and how much of it is left out."""
    if len(text) <= PRINTED_LIMIT:
        return text
    return f"({len(text) - PRINTED_LIMIT:,} characters left out)\n{text[-PRINTED_LIMIT:]}"


@contextmanager
def printed_by_process() -> Iterator[Callable[[], str]]:
    """Whatever this process prints until the end of the block, by C code and programs it starts too.

    Yields:
        Call it after the block: what was printed, on both streams in their order.
    """
    streams = [stream for stream in (sys.stdout, sys.stderr) if stream is not None]
    with tempfile.TemporaryFile() as file:
        saved = {number: os.dup(number) for number in (1, 2)}
        text = ""
        try:
            for stream in streams:
                stream.flush()
            for number in saved:
                os.dup2(file.fileno(), number)
            yield lambda: text
        finally:
            for stream in streams:
                with suppress(Exception):  # the function may have closed it
                    stream.flush()
            for number, copy in saved.items():
                os.dup2(copy, number)
                os.close(copy)
            text = _end_of(file)


def _end_of(file: BinaryIO) -> str:
    size = file.seek(0, io.SEEK_END)
    start = max(0, size - 4 * PRINTED_LIMIT)
    file.seek(start)
    text = file.read().decode(errors="replace")
    return kept(text) if start == 0 else f"({start:,} bytes left out)\n{text[-PRINTED_LIMIT:]}"


class _PerThread(io.TextIOBase):
    """A stream that threads which are listened to write elsewhere; all others write through it."""

    def __init__(self, through: TextIO) -> None:
        self.through = through
        self.buffers: dict[int, io.StringIO] = {}

    def write(self, text: str) -> int:
        buffer = self.buffers.get(threading.get_ident())
        return self.through.write(text) if buffer is None else buffer.write(text)

    def flush(self) -> None:
        if threading.get_ident() not in self.buffers:
            self.through.flush()

    def isatty(self) -> bool:
        return threading.get_ident() not in self.buffers and self.through.isatty()

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self.through.encoding


_LOCK = threading.Lock()
_SHARED: list[_PerThread] = []
_USERS = 0


@contextmanager
def threads_listened_to() -> Iterator[None]:
    """Until the end of the block, `printed_by_thread` keeps apart what threads print by Python's streams."""
    global _USERS  # noqa: PLW0603 - the streams are the process's, too
    with _LOCK:
        if _USERS == 0:
            _SHARED[:] = [_PerThread(sys.stdout), _PerThread(sys.stderr)]
            sys.stdout, sys.stderr = cast("list[TextIO]", _SHARED)
        _USERS += 1
    try:
        yield
    finally:
        with _LOCK:
            _USERS -= 1
            if _USERS == 0:
                for name, stream in zip(("stdout", "stderr"), _SHARED, strict=True):
                    if getattr(sys, name) is stream:  # else somebody has exchanged it meanwhile
                        setattr(sys, name, stream.through)
                _SHARED.clear()


@contextmanager
def printed_by_thread() -> Iterator[Callable[[], str]]:
    """Whatever this thread prints by Python's streams until the end of the block, while threads are listened to."""
    buffer, thread = io.StringIO(), threading.get_ident()
    streams = list(_SHARED)
    for stream in streams:
        stream.buffers[thread] = buffer
    try:
        yield lambda: kept(buffer.getvalue())
    finally:
        for stream in streams:
            stream.buffers.pop(thread, None)
