"""From an experiment to its run directory: one search, which goes on where it was cut off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from ktnas.benchmarks.base import Benchmark
from ktnas.benchmarks.computed import ComputedBenchmark
from ktnas.benchmarks.table import TableBenchmark
from ktnas.problem.budget import check
from ktnas.problem.callback import Answered, Callback, Callbacks
from ktnas.problem.run_events import Opened
from ktnas.records.beliefs import BeliefLog
from ktnas.records.configuration import begun_by_this_program
from ktnas.records.run_directory import RunDirectory
from ktnas.records.summary import Ending, Summary
from ktnas.records.trials import TrialLog
from ktnas.runner.conclusion import Conclusion
from ktnas.runner.experiment import Experiment, telling
from ktnas.runner.extension import with_earlier_budget
from ktnas.runner.failures import FirstFailures
from ktnas.runner.mode import settle_mode
from ktnas.runner.opened import opened_run
from ktnas.runner.provenance import Provenance
from ktnas.runner.recorded import ended_summary, is_of_this_package, questions
from ktnas.runner.recorded_run import RunPlace, recorded_configuration, searched
from ktnas.runner.recorder import Recorder
from ktnas.runner.replayed import replayed
from ktnas.runner.workforce import Workforce, alone
from ktnas.typing import JSON


def search_once(
    experiment: Experiment,
    seed: int,
    directory: RunDirectory,
    callback: Callback | Sequence[Callback] | None = None,
    *,
    catch: bool = False,
    provenance: Provenance | None = None,
    workforce: Workforce | None = None,
) -> Summary:
    """Search, or go on with a search that was cut off, and record it.

    One that was interrupted, or that a callback has ended, comes back unfinished. One that is recorded with a smaller
    budget goes on (`ktnas.runner.extension`). One that had come to its end is shown from its record, if that bears out
    its summary and no callback wants to be told of generations.

    Args:
        experiment: What is searched, and how.
        seed: Seed of all random numbers.
        directory: Where it is recorded.
        callback: Told of everything, after it was recorded; also of what is done beside the search, if that takes
            long. Several are told in their order.
        catch: Whether to go on where the first evaluations of a task have all failed (`ktnas.runner.failures`).
        provenance: What else the directory is to know of it; None for nothing.
        workforce: Who evaluates; None for whoever the benchmark has.

    Raises:
        EvaluationError: If the first evaluations of a task have all failed, unless ``catch``.
        ConfigurationError: If settings do not suit the problem, or the directory cannot take the run; nothing has
            been evaluated then.
        DataError: If the directory holds a damaged record.
    """
    check(experiment.problem, experiment.budget, seed)
    force = alone(workforce)
    benchmark = force.suited(experiment.benchmark)
    if isinstance(benchmark, ComputedBenchmark):
        benchmark = benchmark.for_run(seed, directory.path)
    watching = () if callback is None else (callback,) if isinstance(callback, Callback) else tuple(callback)
    run = _Run(experiment, benchmark, seed, directory, force, watching)
    with directory.held():
        return run.claimed(provenance).summary(catch=catch)


@dataclass(frozen=True, slots=True)
class _Run:
    """A run in its directory.

    Attributes:
        experiment: What is searched, and how.
        benchmark: Who evaluates.
        seed: Seed of all random numbers.
        directory: Where it is recorded.
        workforce: Who evaluates for the benchmark.
        watching: Told of everything.
    """

    experiment: Experiment
    benchmark: Benchmark
    seed: int
    directory: RunDirectory
    workforce: Workforce
    watching: tuple[Callback, ...]

    def configuration(self) -> dict[str, JSON]:
        """What decides it."""
        return recorded_configuration(self.experiment, self.benchmark, (self.seed,), self.workforce)

    def claimed(self, provenance: Provenance | None) -> _ClaimedRun:
        """The directory is this run's from now on; with the budget as it goes on there."""
        directory = self.directory
        if provenance is not None:
            provenance.check(directory, self.configuration())
        told = Callbacks(*self.watching)
        experiment = with_earlier_budget(self.experiment, self.benchmark, self.seed, directory, told)
        run = replace(self, experiment=experiment)
        config = run.configuration()
        settle_mode(directory, config)
        lost = directory.claim(config)
        if provenance is not None:
            provenance.write(directory, config)
        return _ClaimedRun(run, config, lost)

    def ended(self, log: TrialLog) -> Summary | None:
        """The summary of a run that has ended, if it is borne out and nobody wants to be told of generations."""
        if Callbacks(*self.watching).of_generations:
            return None
        return ended_summary(self.experiment, self.benchmark, self.seed, self.directory, log)

    def searched(self, log: TrialLog, others: Sequence[Callback]) -> Ending:
        """What the search comes to, which is recorded."""
        free = isinstance(self.benchmark, TableBenchmark) and not self.workforce.asynchronous
        recorder = Recorder(self.benchmark.label, log, free=free)
        place = RunPlace(self.directory.path, recorder, self.workforce)
        ending = searched(self.experiment, self.benchmark, self.seed, place, others)
        if ending.finished:
            log.require_end()
        return ending

    def conclusion(self, *, recorded: bool) -> Conclusion:
        """How it is concluded."""
        told = Callbacks(*self.watching)
        return Conclusion(self.experiment, self.benchmark, self.seed, self.directory, told, recorded)


@dataclass(frozen=True, slots=True)
class _ClaimedRun:
    """A run whose directory is claimed.

    Attributes:
        run: The run.
        config: Its configuration.
        lost: Whether the directory has lost it, but holds a record.
    """

    run: _Run
    config: Mapping[str, JSON]
    lost: bool

    def summary(self, *, catch: bool) -> Summary:
        """What it has come to, or comes to now."""
        run, path = self.run, self.run.directory.path
        ours = not run.workforce.asynchronous and is_of_this_package(
            (run.experiment.search, run.experiment.problem.space)
        )
        same = ours and not self.lost and begun_by_this_program(run.directory)
        with closing(TrialLog(path, told=same or (ours and self.lost))) as log, closing(BeliefLog(path)) as beliefs:
            if (summary := run.ended(log)) is not None:
                return summary
            experiment = telling(run.experiment, beliefs.append)
            if same and (known := questions(experiment, log)):
                experiment = replace(experiment, search=replayed(experiment.search, known))
            run = replace(run, experiment=experiment)
            with opened_run(run.watching, Opened(run.seed, self.config, str(path))) as outcome:
                ending = run.searched(log, self._callbacks(catch=catch))
                return outcome.summarized(run.conclusion(recorded=not log.appended).of(ending))

    def _callbacks(self, *, catch: bool) -> Sequence[Callback]:
        """Who is told, after everything is recorded."""
        rebuilt = (_Rebuilt(self.run.directory, self.config),) if self.lost else ()
        return (*rebuilt, *self.run.watching, *(() if catch else (FirstFailures(),)))


@dataclass(slots=True)
class _Rebuilt(Callback):
    """Writes a configuration that was lost anew, once the record has proved to be of this search as far as it goes."""

    directory: RunDirectory
    config: Mapping[str, JSON]
    written: bool = False

    def generation_answered(self, answered: Answered) -> None:
        if not self.written:
            self.directory.write_config(self.config)
            self.written = True
