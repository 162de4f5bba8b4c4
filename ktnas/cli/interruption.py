"""SIGTERM, as schedulers send it, and SIGHUP, as a terminal that is closed, end a command as Ctrl-C does.

What is ended so has told and recorded what it had. No traceback is shown, wherever in the command the signal comes: a
library that is being imported may make any exception of it, or print it and go on.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ktnas.cli.parser import INTERRUPTED

_AGAIN_S = 0.05


@dataclass(slots=True)
class Interruption:
    """What has interrupted a command.

    Attributes:
        number: Of the first signal that came; None while none has.
    """

    number: int | None = None

    @property
    def code(self) -> int:
        """The exit code, as shells have it: 130 for Ctrl-C, 143 for SIGTERM, 129 for SIGHUP."""
        return INTERRUPTED if self.number is None else 128 + self.number

    def heed(self, number: int, _: object) -> None:
        """A signal handler.

        Raises:
            KeyboardInterrupt: Always.
        """
        self.number = self.number or number
        raise KeyboardInterrupt


@contextmanager
def interruptible() -> Iterator[Interruption]:
    """Within, the signals raise ``KeyboardInterrupt``; those that this process ignores, as under nohup, are ignored."""
    interruption = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield interruption
        return
    heeded = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    usual = (signal.default_int_handler, signal.SIG_DFL)
    before = {number: signal.getsignal(number) for number in heeded if signal.getsignal(number) in usual}
    for number in before:
        signal.signal(number, interruption.heed)
    unraisable = sys.unraisablehook

    def again(lost: sys.UnraisableHookArgs) -> None:
        """One that was raised where nothing can be raised, as in a destructor, comes once more."""
        if interruption.number is None or not isinstance(lost.exc_value, KeyboardInterrupt):
            unraisable(lost)
            return
        timer = threading.Timer(_AGAIN_S, _send, (interruption.number,))
        timer.daemon = True
        timer.start()

    sys.unraisablehook = again
    try:
        yield interruption
    finally:
        sys.unraisablehook = unraisable
        for number, handler in before.items():
            signal.signal(number, handler)
        if interruption.number is not None:
            # Under `python -m`, Python ends by SIGINT, whatever the exit code, if the last source text that was
            # executed was interrupted, as dataclasses execute while they are imported. One more text is that last.
            exec("")  # noqa: S102


def _send(number: int) -> None:
    """To the main thread: another one would take it in without waking that."""
    main = threading.main_thread().ident
    if main is not None and hasattr(signal, "pthread_kill"):
        signal.pthread_kill(main, number)
    else:
        signal.raise_signal(number)
