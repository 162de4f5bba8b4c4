"""Callbacks that end a search: by the clock, or when nothing gets better any more. What was found is kept."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic

from ktnas.errors import ConfigurationError
from ktnas.formatting import duration
from ktnas.problem.callback import Begun, Callback, Finished, StopSearch
from ktnas.problem.progress import Progress, RunProgress, TaskProgress


class Limit(Callback):
    """Ends a search.

    Attributes:
        reached: Whether it has.
    """

    reached: bool = False


class Timeout(Limit):
    """Ends a search after so many seconds, by a clock that nobody sets.

    It is looked at whenever an evaluation begins, ends, or tells how far it is: one that is under way elsewhere may
    take longer.
    """

    def __init__(self, seconds: float, begun: float | None = None) -> None:
        """The clock runs from now, or has run for a while.

        Args:
            seconds: How long.
            begun: When it began, by `time.monotonic`; None for now.

        Raises:
            ConfigurationError: If the seconds are not finite and above 0.
        """
        if not 0 < seconds < math.inf:  # NaN is none either
            raise ConfigurationError(f"the timeout must be finite and above 0 seconds; got {seconds:g}")
        self._seconds = seconds
        self._until = (monotonic() if begun is None else begun) + seconds

    def evaluation_begun(self, begun: Begun) -> None:
        self._check()

    def evaluation_finished(self, finished: Finished) -> None:
        self._check()

    def generation_finished(self, progress: Progress) -> None:
        self._check()

    def progressed(self, progress: RunProgress) -> None:
        self._check()

    def _check(self) -> None:
        if monotonic() >= self._until:
            self.reached = True
            raise StopSearch(f"the timeout of {duration(self._seconds)} was reached")


class Patience(Limit):
    """Ends a search once no task has got better for so many of its evaluations.

    It looks at whole generations, so that where it ends depends on nothing but the trials.
    """

    def __init__(self, evaluations: int) -> None:
        """Waits for so many evaluations of each task.

        Raises:
            ConfigurationError: If they are fewer than 1.
        """
        if evaluations < 1:
            raise ConfigurationError(f"patience must be at least 1 evaluation; got {evaluations}")
        self._evaluations = evaluations

    def generation_finished(self, progress: Progress) -> None:
        if all(task.closed or self._waited(task) for task in progress.tasks.values()) and not _all_closed(
            progress.tasks
        ):
            self.reached = True
            raise StopSearch(f"no task got better for {self._evaluations:,} evaluations")

    def _waited(self, task: TaskProgress) -> bool:
        return task.evaluations - task.evaluations_to_best >= self._evaluations


def _all_closed(tasks: Mapping[str, TaskProgress]) -> bool:
    return all(task.closed for task in tasks.values())


@dataclass(frozen=True, slots=True)
class Limits:
    """What ends runs before their budget; it can travel to other processes of this machine.

    Attributes:
        timeout: Seconds for all runs together; None for no limit.
        patience: Evaluations of each task without an improvement; None for no limit.
        beginning: When the clock began to run, by `time.monotonic`.
    """

    timeout: float | None = None
    patience: int | None = None
    beginning: float = 0.0

    @classmethod
    def begun(cls, timeout: float | None, patience: int | None) -> Limits:
        """With a clock that runs from now.

        Raises:
            ConfigurationError: If one is out of its range.
        """
        limits = cls(timeout, patience, monotonic())
        limits.callbacks()
        return limits

    def callbacks(self) -> list[Limit]:
        """What watches over them in one run."""
        found: list[Limit] = []
        if self.timeout is not None:
            found.append(Timeout(self.timeout, self.beginning))
        if self.patience is not None:
            found.append(Patience(self.patience))
        return found
