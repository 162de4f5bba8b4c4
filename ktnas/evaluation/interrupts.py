"""Signals that end a search, and processes that are being started; processes whose parent has ended."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.process import BaseProcess
from multiprocessing.util import Finalize

ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Ctrl-C, what schedulers send, and what a terminal sends that is closed. All may go to a whole group of processes."""


@contextmanager
def interruptions_held_back() -> Iterator[None]:
    """`ENDING` signals wait until the end of the block, and never reach processes that are started in it.

    They inherit that, until `leave_signals_to_parent`: one that was interrupted while it starts would tell a traceback,
    and leave its parent waiting.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    with _noted():
        before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
        try:
            # Whoever spawns the first process starts this one too, and until Python 3.12 that unblocks signals.
            resource_tracker.ensure_running()
            signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _noted() -> Iterator[None]:
    """Signals act at the end of the block: a mask alone does not keep those away that other threads take in."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    arrived: list[int] = []
    before = {number: signal.getsignal(number) for number in ENDING}
    heeded = {number: handler for number, handler in before.items() if handler not in (None, signal.SIG_IGN)}
    for number in heeded:
        signal.signal(number, lambda number, _: arrived.append(number))
    try:
        yield
    finally:
        for number, handler in heeded.items():
            signal.signal(number, handler)
        for number in arrived[:1]:
            signal.raise_signal(number)


def leave_signals_to_parent() -> None:
    """For a process that was started with interruptions held back: its parent heeds them, and says when to end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    others = set(ENDING) - {signal.SIGINT}
    for number in others:
        signal.signal(number, lambda *_: None)  # not ignored for good: programs that it starts can be ended by them
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, others)


def killed_at_exit(process: BaseProcess) -> Callable[[], object]:
    """Kill a process that leaves signals to its parent, if it is still there when this one comes to its end.

    Returns:
        Call it to leave the process alone.
    """
    return Finalize(None, process.kill, exitpriority=10).cancel


def end_with_parent() -> None:
    """End this process as soon as its parent has ended, even if it was killed and could tell nobody."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
