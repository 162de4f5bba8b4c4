"""Ctrl-C and processes that are being started; processes whose parent has ended."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
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


def end_with_parent() -> None:
    """End this process as soon as its parent has ended, even if it was killed and could tell nobody."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
