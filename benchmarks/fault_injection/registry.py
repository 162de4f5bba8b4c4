"""Faults by name, and what came of them."""

from __future__ import annotations

import importlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from fault_injection.lab import Lab

ROWS = ("rows_signals", "rows_workers", "rows_records", "rows_power", "rows_resources", "rows_functions", "rows_async")
"""Modules that hold faults, in the order of the table."""


@dataclass(frozen=True, slots=True)
class Injection:
    """What came of a fault that was done once.

    Attributes:
        completed: Whether the run came to its end: by itself, or when its command was given again (with what the error
            asks for: the disk emptied, the file given back).
        refused: Whether the command ended with one line that says why, and exit code 2, before that.
        lost: Evaluations on record when the fault came that are not in the end, or that were made a second time.
        changed: Results that differ from those of a run without the fault.
        left: Processes that were there 2 s after the command's own had ended.
        wrong: What else is not as promised: a traceback, another exit code, no end; empty if nothing is.
    """

    completed: bool = True
    refused: bool = False
    lost: int = 0
    changed: int = 0
    left: int = 0
    wrong: str = ""


Inject: TypeAlias = "Callable[[Lab, random.Random], Injection | None]"


@dataclass(frozen=True, slots=True)
class Fault:
    """One row of the table.

    Attributes:
        name: What is done to what.
        inject: Does it once; None if it came too late.
        quick: Whether it is part of ``--quick``.
        at_most: Times that it is done at most: some take long.
        needs: What must be there: ``torch``, ``root``, ``dask``.
    """

    name: str
    inject: Inject
    quick: bool = False
    at_most: int = 1000
    needs: tuple[str, ...] = ()

    def times(self, asked: int) -> int:
        """How often it is done: where torch is loaded each time, a third of what was asked for."""
        return min(self.at_most, max(1, asked // 3) if "torch" in self.needs else asked)


@dataclass(slots=True)
class Tally:
    """What came of a fault, all told.

    Attributes:
        fault: Its name.
        commit: Of what was injured.
        injections: What came of each time.
        skipped: Why it was not done; empty if it was.
    """

    fault: str
    commit: str = ""
    injections: list[Injection] = field(default_factory=list)
    skipped: str = ""

    @property
    def completed(self) -> int:
        """Runs that came to their end."""
        return sum(injection.completed for injection in self.injections)

    def total(self, name: str) -> int:
        """The sum of a number or truth over all injections."""
        return sum(int(getattr(injection, name)) for injection in self.injections)

    @property
    def wrong(self) -> list[str]:
        """What is not as promised."""
        return [injection.wrong for injection in self.injections if injection.wrong]

    @property
    def holds(self) -> bool:
        """Whether everything is as promised."""
        none = not any(self.total(name) for name in ("lost", "changed", "left"))
        return none and self.completed == len(self.injections) and not self.wrong


_FAULTS: dict[str, Fault] = {}


def fault(
    name: str, *, quick: bool = False, at_most: int = 1000, needs: Sequence[str] = ()
) -> Callable[[Inject], Inject]:
    """Make a function a row of the table; see `Fault`."""

    def register(inject: Inject) -> Inject:
        if name in _FAULTS:
            raise ValueError(f"two faults are named {name!r}")
        _FAULTS[name] = Fault(name, inject, quick, at_most, tuple(needs))
        return inject

    return register


def faults() -> list[Fault]:
    """All of them."""
    for module in ROWS:
        importlib.import_module(f"fault_injection.{module}")
    return list(_FAULTS.values())
