"""That a run is opened and closed, as callbacks are told: with what decides it, and with what it came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ktnas.typing import JSON


@dataclass(frozen=True, slots=True)
class Opened:
    """A run that is about to search, or to go on.

    Attributes:
        seed: Its seed.
        config: What decides it, as ``config.json`` has it.
        directory: Where it is recorded; None in memory.
        name: What it is called among the runs of a sweep, fit for a path, such as ``ARM/CASE/seed-0``; empty elsewhere.
        labels: In a sweep, the names of ``sweep``, ``arm`` and ``case``; empty elsewhere.
    """

    seed: int
    config: Mapping[str, JSON]
    directory: str | None = None
    name: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Closed:
    """A run that has ended, however that was.

    Attributes:
        status: ``"finished"``: it came to its end. ``"stopped"``: a callback or a limit ended it. ``"interrupted"``:
            a signal did. ``"failed"``: an error did.
        reason: Why, where something says so; else empty.
        summary: What it came to, as ``summary.json`` has it; empty in memory, and where it failed.
    """

    status: Literal["finished", "stopped", "interrupted", "failed"]
    reason: str = ""
    summary: Mapping[str, object] = field(default_factory=dict)
