"""Weights & Biases: a run of its own for every run; ``WANDB_MODE=offline`` keeps it here until it is synced."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from ktnas.problem.run_events import Closed, Opened
from ktnas.tracking.base import Point, Tracker, plain_name, run_name, settings_of

if TYPE_CHECKING:
    import wandb

PROJECT, VARIABLE = "ktnas", "WANDB_PROJECT"
"""The project that runs belong to, unless the variable names another."""

_LONGEST_NAME = 128
"""Characters of a name, at most."""

EVALUATION = "evaluation"
"""What a task's numbers are drawn over."""


class WeightsAndBiases(Tracker):
    """Logs settings as the run's configuration, a chart per task and number over its evaluations, and results."""

    title, package, extra = "Weights & Biases", "wandb", "wandb"

    def __init__(self, project: str | None = None, mode: Literal["online", "offline"] | None = None) -> None:
        """Each run that is told becomes a run there.

        Args:
            project: The project's name; None for what ``WANDB_PROJECT`` says, or ``ktnas``.
            mode: Whether it is sent at once; None for what ``WANDB_MODE`` says.

        Raises:
            ConfigurationError: If wandb is not installed.
        """
        super().__init__()
        self._project = project or os.environ.get(VARIABLE) or PROJECT
        self._mode = mode
        self._run: wandb.Run | None = None
        self._ways_out = (sys.exit, sys.excepthook)

    def begin(self, run: Opened) -> None:
        """Make the run; files go to ``wandb/`` in the run's directory."""
        import wandb

        self._ways_out = (sys.exit, sys.excepthook)  # wandb puts its own in their place, and leaves them there
        self._run = wandb.init(
            project=self._project,
            name=_fitting(run_name(run)),
            group=_group(run),
            config=dict(settings_of(run)),
            dir=run.directory,
            mode=self._mode,
            reinit="create_new",
            settings=wandb.Settings(console="off", quiet=True),
        )
        for task in self._tasks:
            step = f"{plain_name(task)}/{EVALUATION}"
            self._run.define_metric(step, hidden=True)
            self._run.define_metric(f"{plain_name(task)}/*", step_metric=step)

    def write(self, points: Sequence[Point]) -> None:
        """Log numbers, with the evaluation of the task that they belong to."""
        if self._run is not None:
            for point in points:
                numbers = {**point.values, EVALUATION: point.evaluation}
                self._run.log({f"{plain_name(point.task)}/{name}": value for name, value in numbers.items()})

    def end(self, closed: Closed, results: Mapping[str, float]) -> None:
        """Put the results into the run's summary, and finish it."""
        if self._run is None:
            return
        run, self._run = self._run, None
        try:
            run.summary.update({**results, "ended": closed.status, "reason": closed.reason})
        finally:
            run.finish(exit_code=0 if closed.status in {"finished", "stopped"} else 1)
            sys.exit, sys.excepthook = self._ways_out


def _group(run: Opened) -> str | None:
    """What runs of a sweep that differ in their seed alone are grouped by."""
    return _fitting(f"{run.labels.get('arm')} on {run.labels.get('case')}") if run.labels else None


def _fitting(name: str) -> str:
    """A name with the middle of what is too long left out: a run's ends with its seed."""
    half = _LONGEST_NAME // 2
    return name if len(name) <= _LONGEST_NAME else f"{name[: half - 3]}...{name[-half:]}"
