"""Callbacks that end a search: by the clock, or when nothing gets better any more. What was found is kept."""

from __future__ import annotations

import math
from collections.abc import Mapping
from time import monotonic

from ktnas.errors import ConfigurationError
from ktnas.formatting import duration
from ktnas.problem.callback import Begun, Callback, Finished, StopSearch
from ktnas.problem.progress import Progress, RunProgress, TaskProgress


class Timeout(Callback):
    """Ends a search after so many seconds, by a clock that nobody sets.

    It is looked at whenever an evaluation begins, ends, or tells how far it is: one that is under way elsewhere may
    take longer.
    """

    def __init__(self, seconds: float) -> None:
        """The clock runs from now.

        Raises:
            ConfigurationError: If the seconds are not finite and above 0.
        """
        if not 0 < seconds < math.inf:  # NaN is none either
            raise ConfigurationError(f"the timeout must be finite and above 0 seconds; got {seconds:g}")
        self._seconds = seconds
        self._until = monotonic() + seconds

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
            raise StopSearch(f"the timeout of {duration(self._seconds)} was reached")


class Patience(Callback):
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
            raise StopSearch(f"no task got better for {self._evaluations:,} evaluations")

    def _waited(self, task: TaskProgress) -> bool:
        return task.evaluations - task.evaluations_to_best >= self._evaluations


def _all_closed(tasks: Mapping[str, TaskProgress]) -> bool:
    return all(task.closed for task in tasks.values())
