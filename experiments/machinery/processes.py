"""Work of an experiment that is not a sweep, on several processes, with its progress on standard error."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from time import monotonic
from typing import TypeVar

from threadpoolctl import threadpool_limits

Unit = TypeVar("Unit")
Outcome = TypeVar("Outcome")

_APART_S = 2.0
"""Seconds between two lines of progress, at least."""


def in_parallel(work: Callable[[Unit], Outcome], units: Sequence[Unit], jobs: int, name: str) -> list[Outcome]:
    """What came of every unit, in their order.

    Args:
        work: Can be pickled, unless one job is asked for.
        units: What to work on.
        jobs: Processes, each with one thread for its matrices; with one, all is done in this process.
        name: What the progress is of.
    """
    done: list[Outcome] = []
    shown = float("-inf")
    with _mapped(work, units, jobs) as outcomes:
        for outcome in outcomes:
            done.append(outcome)
            if monotonic() - shown >= _APART_S or len(done) == len(units):
                sys.stderr.write(f"{name}: {len(done)} of {len(units)}\n")
                shown = monotonic()
    return done


@contextmanager
def _mapped(work: Callable[[Unit], Outcome], units: Sequence[Unit], jobs: int) -> Iterator[Iterator[Outcome]]:
    if jobs == 1:
        with threadpool_limits(1):
            yield map(work, units)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(jobs, len(units)), context) as pool:
        yield pool.map(partial(_one_thread, work), units)


def _one_thread(work: Callable[[Unit], Outcome], unit: Unit) -> Outcome:
    """Sums then do not depend on the number of cores, and processes do not wait for one another's."""
    with threadpool_limits(1):
        return work(unit)
