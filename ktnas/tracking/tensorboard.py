"""TensorBoard: event files beside the run, which ``tensorboard --logdir runs`` shows for all runs together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ktnas.errors import ConfigurationError
from ktnas.problem.run_events import Closed, Opened
from ktnas.tracking.base import Point, Tracker, plain_name, run_name, settings_of

if TYPE_CHECKING:
    from tensorboardX import SummaryWriter

PLACE = "tensorboard"
"""Where a run's events lie in its directory."""


class TensorBoard(Tracker):
    """Writes event files: a curve per task and number over its evaluations; settings as text; results."""

    title, package, extra = "TensorBoard", "tensorboardX", "tensorboard"

    def __init__(self, directory: Path | str | None = None) -> None:
        """Written for each run that is told.

        Args:
            directory: Where events go, in a directory named after the run; None for ``tensorboard/`` in the run's own
                directory, or the sweep's, which a search in memory has not.

        Raises:
            ConfigurationError: If tensorboardX is not installed.
        """
        super().__init__()
        self._directory = None if directory is None else Path(directory)
        self._writer: SummaryWriter | None = None

    def begin(self, run: Opened) -> None:
        """Open the events.

        Raises:
            ConfigurationError: If there is no directory for them.
        """
        from tensorboardX import SummaryWriter

        if self._directory is None and run.directory is None:
            raise ConfigurationError("a search in memory has no directory: TensorBoard(directory) says where events go")
        beside = Path(run.directory or ".") / PLACE / run.name
        place = beside if self._directory is None else self._directory / run_name(run)
        # What an earlier attempt at the same run has written is told again: its events end where these begin.
        # Files are named after the second: a number keeps two attempts within one second apart, and in order.
        attempt = f".{len(list(place.glob('events.*'))):04d}"
        self._writer = SummaryWriter(str(place), purge_step=0, flush_secs=2, filename_suffix=attempt)
        lines = [f"| {name} | {text.replace('|', '/')} |" for name, text in settings_of(run).items()]
        self._writer.add_text("settings", "\n".join(["| setting | value |", "|---|---|", *lines]))

    def write(self, points: Sequence[Point]) -> None:
        """Add points, at the evaluation of the task."""
        if self._writer is not None:
            for point in points:
                for name, value in point.values.items():
                    self._writer.add_scalar(f"{plain_name(point.task)}/{name}", value, point.evaluation)

    def end(self, closed: Closed, results: Mapping[str, float]) -> None:
        """Add the results, and close the file."""
        if self._writer is None:
            return
        self._writer.add_text("ended", f"{closed.status}{f': {closed.reason}' if closed.reason else ''}")
        for name, value in results.items():
            self._writer.add_scalar(f"results/{name}", value, 0)
        self._writer.close()
        self._writer = None
