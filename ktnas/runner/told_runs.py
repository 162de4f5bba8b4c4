"""Tells callbacks of each run of a sweep, under the names that the sweep gives it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ktnas.errors import ConfigurationError
from ktnas.formatting import file_names
from ktnas.problem.callback import Callback
from ktnas.problem.run_events import Opened
from ktnas.records.configuration import configuration
from ktnas.records.summary import Ending, summarize
from ktnas.runner.design import Sweep
from ktnas.runner.experiment import Experiment
from ktnas.runner.loop import Result
from ktnas.runner.opened import RunOutcome, opened_run
from ktnas.runner.plan import Job

Track: TypeAlias = Callable[[], Sequence[Callback]]
"""Makes callbacks that are told of runs; called once in every process that searches."""


@dataclass(slots=True)
class ToldRuns:
    """Tells the callbacks of one process of every run that it searches, one after the other.

    Attributes:
        track: Makes them; called when the first run begins, in whatever process that is.
        directory: The sweep's.
        sweep: The sweep.
        titles: Names of its cases.
    """

    track: Track
    directory: Path
    sweep: Sweep
    titles: Mapping[int, str]
    _callbacks: tuple[Callback, ...] | None = None

    @property
    def callbacks(self) -> tuple[Callback, ...]:
        """Those of this process."""
        if self._callbacks is None:
            self._callbacks = tuple(self.track())
        return self._callbacks

    @contextmanager
    def opened(self, job: Job, experiment: Experiment) -> Iterator[RunOutcome]:
        """A run is opened, and, whatever becomes of it, closed with what it has come to by then."""
        opened = self._opened(job, experiment) if self.callbacks else Opened(job.seed, {})
        with opened_run(self.callbacks, opened) as outcome:
            yield outcome

    def ended(self, job: Job, experiment: Experiment, result: Result, outcome: RunOutcome) -> None:
        """A run has come to its end: its summary goes to those who are told."""
        if self.callbacks:
            outcome.summarized(
                summarize(
                    experiment.benchmark,
                    experiment.problem,
                    Ending(result.tasks, {"total": result.total_s, "search": result.search_s}),
                    method=experiment.search.name,
                    seed=job.seed,
                    budget=experiment.budget.evaluations,
                )
            )

    def _opened(self, job: Job, experiment: Experiment) -> Opened:
        arms = [arm.name for arm in self.sweep.arms]
        cases = [self.titles[number] for number in range(len(self.sweep.cases))]
        parts = (file_names(arms)[job.arm], file_names(cases)[job.case], f"seed-{job.seed}")
        return Opened(
            job.seed,
            configuration(experiment.benchmark, experiment.problem, experiment.search, experiment.budget, (job.seed,)),
            str(self.directory),
            "/".join(parts),
            {"sweep": self.directory.resolve().name, "arm": arms[job.arm], "case": cases[job.case]},
        )


def require_here(track: Track | None, dask: str | None) -> None:
    """Refuse to tell trackers of runs on other machines: what they write would lie scattered there.

    Raises:
        ConfigurationError: If both are asked for.
    """
    if track is not None and dask is not None:
        raise ConfigurationError(
            "--track tells of runs on this machine, and --dask searches them on others; leave one of them out"
        )
