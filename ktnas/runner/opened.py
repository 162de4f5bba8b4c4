"""Tells callbacks that a run is opened, and, whatever becomes of it, that it is closed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ktnas.errors import reason
from ktnas.problem.callback import Callback, Callbacks
from ktnas.problem.run_events import Closed, Opened

if TYPE_CHECKING:
    from ktnas.records.summary import Summary


@dataclass(slots=True)
class RunOutcome:
    """What a run comes to, once that is known.

    Attributes:
        finished: Whether it came to its end.
        stopped: Why a callback ended it; None if none did.
        summary: As ``summary.json`` has it; empty where there is none.
    """

    finished: bool = True
    stopped: str | None = None
    summary: Mapping[str, object] = field(default_factory=dict)

    def summarized(self, summary: Summary) -> Summary:
        """Take what a summary says, and hand it back."""
        self.finished, self.stopped, self.summary = summary["finished"], summary.get("stopped"), dict(summary)
        return summary

    def closed(self) -> Closed:
        """As callbacks are told."""
        if self.stopped is not None:
            return Closed("stopped", self.stopped, self.summary)
        return Closed("finished" if self.finished else "interrupted", "", self.summary)


def told_of_openings(callbacks: Sequence[Callback]) -> bool:
    """Whether anybody listens when a run is opened: describing one takes a while."""
    return any(type(one).run_opened is not Callback.run_opened for one in callbacks)


@contextmanager
def opened_run(callbacks: Sequence[Callback], opened: Opened) -> Iterator[RunOutcome]:
    """Callbacks are told that the run is opened, and when the block ends that it is closed."""
    told, outcome = Callbacks(*callbacks), RunOutcome()
    told.run_opened(opened)
    try:
        yield outcome
    except KeyboardInterrupt:
        told.run_closed(Closed("interrupted"))
        raise
    except BaseException as error:
        told.run_closed(Closed("failed", reason(error)))
        raise
    told.run_closed(outcome.closed())
