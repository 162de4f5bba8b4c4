"""Ctrl-C and processes that are being started."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def interruptions_held_back() -> Iterator[None]:
    """Ctrl-C waits until the end of the block, and never reaches processes that are started in it.

    Processes inherit it for good: Ctrl-C is for their parent. One of a pool that is interrupted while it starts would
    leave the pool waiting for ever.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
