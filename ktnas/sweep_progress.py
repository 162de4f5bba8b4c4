"""How far a sweep has come, on one line of standard error that renews itself, or on sparse plain lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic
from typing import TextIO

from ktnas.sweep import SweepProgress
from ktnas.wording import duration

_APART_S = 0.2, 15.0
"""Seconds between two states that are shown, at least: on a terminal, and elsewhere."""


@dataclass(slots=True)
class SweepView:
    """Shows progress; called after every run.

    Attributes:
        stream: Where to.
        shown: When something was shown last, on the monotonic clock.
        width: Characters of the line that stands there.
    """

    stream: TextIO
    shown: float = field(default=float("-inf"))
    width: int = 0

    def __call__(self, progress: SweepProgress) -> None:
        """Show it, unless something was shown just now."""
        terminal = self.stream.isatty()
        ended = progress.done == progress.total
        if monotonic() - self.shown < _APART_S[0 if terminal else 1] and not ended:
            return
        self.shown = monotonic()
        text = line(progress)
        before, after = ("\r", "\n" if ended else "") if terminal else ("", "\n")
        self.stream.write(f"{before}{text.ljust(self.width if terminal else 0)}{after}")
        self.stream.flush()
        self.width = len(text)


def line(progress: SweepProgress) -> str:
    """Progress in words.

    >>> line(SweepProgress(done=30, total=120, found=10, left_s=95.0))
    '30 of 120 runs (10 found finished), about 1 min 35 s left'
    """
    found = f" ({progress.found} found finished)" if progress.found else ""
    left = progress.left_s
    return f"{progress.done} of {progress.total} runs{found}" + (
        f", about {duration(left)} left" if left is not None and progress.done < progress.total else ""
    )
