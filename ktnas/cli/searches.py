"""The searches of `ktnas run`: of all tasks together, and, if that is wanted, of each target alone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from ktnas.benchmarks.computed import ComputedBenchmark
from ktnas.config.experiment import compose
from ktnas.config.run_options import RunOptions
from ktnas.errors import ConfigurationError
from ktnas.files.json_lines import to_json
from ktnas.formatting import file_names
from ktnas.records.recordings import ALONE
from ktnas.records.run_directory import RunDirectory, places_of
from ktnas.records.summary import Summary
from ktnas.report.progress import Board, LiveView, PlainView, View
from ktnas.report.sharing import Sharing, sharing
from ktnas.runner.experiment import Experiment
from ktnas.runner.limits import Limits
from ktnas.runner.provenance import Provenance
from ktnas.runner.repeats import search_seeds
from ktnas.runner.session import search_once
from ktnas.runner.workforce import Workforce
from ktnas.tracking.by_name import Tracking

SHARING = "sharing.json"
"""Within a run's directory: what sharing gave."""


def require_sharing(experiment: Experiment) -> None:
    """Refuse to search targets alone where that shows nothing, or costs trainings.

    Raises:
        ConfigurationError: If there is one task, or candidates are trained.
    """
    if len(experiment.problem.tasks) == 1:
        raise ConfigurationError("--alone shows what sharing gives, which takes at least two tasks")
    if isinstance(experiment.benchmark, ComputedBenchmark):
        raise ConfigurationError(
            "--alone is for tables: it would train every candidate again. Search the target by itself (--tasks NAME), "
            "and compare both directories with `ktnas compare`"
        )


@dataclass(frozen=True, slots=True)
class Searched:
    """What searches have come to.

    Attributes:
        together: Summaries of the searches of all tasks together.
        alone: Summaries of the searches of each target alone, by its name.
        sharing: What sharing gave each target that was searched alone as well.
        finished: Whether all of them came to their end.
    """

    together: list[Summary]
    alone: dict[str, list[Summary]]
    sharing: list[Sharing]
    finished: bool


@dataclass(frozen=True, slots=True)
class Searches:
    """Searches with the same seeds, below one directory.

    Attributes:
        path: The directory.
        seeds: A run for each.
        jobs: Processes at most, where there are several seeds.
        catch: Whether to go on with a task of which the first evaluations have all failed.
        silent: Whether to show nothing of how far they have come.
        workforce: Who evaluates.
        provenance: How the runs are made again, and whose answers they take.
        limits: What ends them before their budget.
        tracking: Which trackers are told of each run.
    """

    path: Path
    seeds: range
    jobs: int
    catch: bool
    silent: bool
    workforce: Workforce = field(default_factory=Workforce)
    provenance: Provenance | None = None
    limits: Limits = field(default_factory=Limits)
    tracking: Tracking = field(default_factory=Tracking)

    def found(self, asked: RunOptions, experiment: Experiment, *, alone: bool) -> Searched:
        """Search all tasks together, and, if that is wanted and came to its end, each target alone."""
        together = self.run(partial(compose, asked))
        finished = self.finished(together)
        apart = self.alone(asked, experiment) if alone and finished else {}
        gave = told_of_sharing(experiment, together, apart, RunDirectory(self.path))
        return Searched(together, apart, gave, finished and all(map(self.finished, apart.values())))

    def run(self, composed: Callable[[], Experiment], path: Path | None = None) -> list[Summary]:
        """Search, or go on; after an interruption, the summaries of the runs that had begun."""
        directory, experiment = RunDirectory(path or self.path), composed()
        provenance = self.provenance if path is None else None
        with self._view(experiment) as view:
            if len(self.seeds) == 1:
                return [
                    search_once(
                        experiment,
                        self.seeds[0],
                        directory,
                        [view, *self.limits.callbacks(), *self.tracking.callbacks()],
                        catch=self.catch,
                        provenance=provenance,
                        workforce=self.workforce,
                    )
                ]
            return search_seeds(
                composed,
                self.seeds,
                directory,
                view,
                jobs=self.jobs,
                catch=self.catch,
                provenance=provenance,
                limits=self.limits,
                workforce=self.workforce,
                each=self.tracking.callbacks,
            )

    def alone(self, asked: RunOptions, experiment: Experiment) -> dict[str, list[Summary]]:
        """Search each target alone; after an interruption, what has been searched."""
        found: dict[str, list[Summary]] = {}
        for task, place in self._alone(experiment).items():
            found[task] = self.run(partial(_composed_alone, asked, task), place)
            if not self.finished(found[task]):
                break
        return found

    def finished(self, summaries: Sequence[Summary]) -> bool:
        """Whether all runs came to their end."""
        return len(summaries) == len(self.seeds) and all(summary["finished"] for summary in summaries)

    def places(self, summaries: Sequence[Summary], path: Path | None = None) -> list[Path]:
        """The directories of runs."""
        places = places_of(path or self.path, self.seeds)
        return [places[summary["seed"]] for summary in summaries]

    def alone_places(self, experiment: Experiment, found: Mapping[str, Sequence[Summary]]) -> dict[str, list[Path]]:
        """The directories of the searches of each target alone."""
        places = self._alone(experiment)
        return {task: self.places(summaries, places[task]) for task, summaries in found.items()}

    def _alone(self, experiment: Experiment) -> dict[str, Path]:
        targets = [name for name in experiment.problem.names if name not in experiment.problem.sources]
        return {task: self.path / ALONE / name for task, name in zip(targets, file_names(targets), strict=True)}

    def _view(self, experiment: Experiment) -> View:
        if self.silent:
            return View()
        board = Board.of(experiment, len(self.seeds))
        return LiveView(board, sys.stderr) if sys.stderr.isatty() else PlainView(board, sys.stderr)


def _composed_alone(asked: RunOptions, task: str) -> Experiment:
    return compose(asked).alone(task)


def told_of_sharing(
    experiment: Experiment,
    together: Sequence[Summary],
    alone: Mapping[str, Sequence[Summary]],
    directory: RunDirectory,
) -> list[Sharing]:
    """What sharing gave each target that was searched alone as well; also written beside the runs."""
    until_best = bool(experiment.budget.stop_at)
    every = [sharing(task, together, runs, until_best=until_best) for task, runs in alone.items()]
    found = [one for one in every if one is not None]
    if alone:
        directory.write(SHARING, to_json([one.row() for one in found]))
    return found
