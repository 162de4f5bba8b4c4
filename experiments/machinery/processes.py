"""Work of an experiment that is not a sweep, in parallel, with its progress on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from time import monotonic
from typing import TypeVar

from ktnas.runner.pool import map_in_parallel

Unit = TypeVar("Unit")
Outcome = TypeVar("Outcome")

_APART_S = 2.0
"""Seconds between two lines of progress, at least."""


def in_parallel(
    work: Callable[[Unit], Outcome],
    units: Sequence[Unit],
    jobs: int,
    name: str,
    keep: Callable[[Outcome], object] | None = None,
) -> list[Outcome]:
    """What came of every unit, in their order.

    Args:
        work: Can be pickled, unless one job is asked for.
        units: What to work on.
        jobs: Processes, each with one thread for its matrices; with one, all is done in this process.
        name: What the progress is of.
        keep: Told what came of each, as soon as it is there.
    """
    done = 0
    shown = float("-inf")

    def tell(_number: int, outcome: Outcome) -> None:
        nonlocal done, shown
        if keep is not None:
            keep(outcome)
        done += 1
        if monotonic() - shown >= _APART_S or done == len(units):
            sys.stderr.write(f"{name}: {done} of {len(units)}\n")
            shown = monotonic()

    return map_in_parallel(work, units, jobs=jobs, outcome=tell)
