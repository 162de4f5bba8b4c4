"""From an experiment to its run directory: one search, or one per seed spread over processes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from time import monotonic

from ktnas.benchmarks.base import Benchmark
from ktnas.benchmarks.computed import ComputedBenchmark
from ktnas.benchmarks.table import TableBenchmark
from ktnas.files.json_lines import to_json
from ktnas.problem.budget import check
from ktnas.problem.callback import Answered, Callback, Callbacks, FailureKinds, Finished
from ktnas.problem.progress import RunProgress
from ktnas.problem.run_events import Opened
from ktnas.records.beliefs import BeliefLog
from ktnas.records.configuration import begun_by_this_program
from ktnas.records.evaluations import answered
from ktnas.records.run_directory import SUMMARY, RunDirectory, places_of, unused_directory
from ktnas.records.summary import Ending, Summary, agrees, summarize
from ktnas.records.trials import TrialLog, read_trials
from ktnas.runner.experiment import Experiment, telling
from ktnas.runner.extension import note_on, raise_budget_of_all, with_earlier_budget
from ktnas.runner.failures import FirstFailures
from ktnas.runner.lessons import lessons
from ktnas.runner.limits import Limits
from ktnas.runner.mode import settle_mode
from ktnas.runner.opened import opened_run
from ktnas.runner.pool import Onlooker, run_in_parallel
from ktnas.runner.pool_process import Link
from ktnas.runner.provenance import Provenance, reuse_notes
from ktnas.runner.recorded import ended_summary, is_of_this_package, questions
from ktnas.runner.recorded_run import RunPlace, recorded_configuration, searched
from ktnas.runner.recorder import Recorder
from ktnas.runner.replayed import replayed
from ktnas.runner.workforce import Workforce, alone
from ktnas.typing import JSON

_APART_S = 0.125
"""Seconds between two messages of a run in another process, at least; its end is always told."""


_NAME_LIMIT = 60


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
    problem, budget = experiment.problem, experiment.budget
    check(problem, budget, seed)
    force = alone(workforce)
    benchmark = force.suited(experiment.benchmark)
    if isinstance(benchmark, ComputedBenchmark):
        benchmark = benchmark.for_run(seed, directory.path)
    watching = () if callback is None else (callback,) if isinstance(callback, Callback) else tuple(callback)
    told = Callbacks(*watching)
    with directory.held():
        if provenance is not None:
            provenance.check(directory, recorded_configuration(experiment, benchmark, (seed,), force))
        experiment = with_earlier_budget(experiment, benchmark, seed, directory, told)
        config = recorded_configuration(experiment, benchmark, (seed,), force)
        settle_mode(directory, config)
        lost = directory.claim(config)
        if provenance is not None:
            provenance.write(directory, config)
        ours = not force.asynchronous and is_of_this_package((experiment.search, problem.space))
        same = ours and not lost and begun_by_this_program(directory)
        with (
            closing(TrialLog(directory.path, told=same or (ours and lost))) as log,
            closing(BeliefLog(directory.path)) as beliefs,
        ):
            summary = None if told.of_generations else ended_summary(experiment, benchmark, seed, directory, log)
            if summary is not None:
                return summary
            experiment = telling(experiment, beliefs.append)
            if same and (known := questions(experiment, log)):
                experiment = replace(experiment, search=replayed(experiment.search, known))
            others = (
                *((_Rebuilt(directory, config),) if lost else ()),
                *watching,
                *(() if catch else (FirstFailures(),)),
            )
            free = isinstance(benchmark, TableBenchmark) and not force.asynchronous
            place = RunPlace(directory.path, Recorder(benchmark.label, log, free=free), force)
            with opened_run(watching, Opened(seed, config, str(directory.path))) as outcome:
                ending = searched(experiment, benchmark, seed, place, others)
                if ending.finished:
                    log.require_end()
                summarized = partial(
                    _summarized, experiment, benchmark, seed, directory, recorded=not log.appended, told=told
                )
                return outcome.summarized(_concluded(experiment, seed, directory, ending, summarized))


def _concluded(
    experiment: Experiment, seed: int, directory: RunDirectory, ending: Ending, summarized: Callable[[Ending], Summary]
) -> Summary:
    """The summary of a search that has ended; of one that is interrupted now, too, unless one stands there already."""
    notes = (*note_on(experiment.budget, experiment.search.name), *reuse_notes(directory.path))
    ending = replace(ending, notes=notes)
    try:
        return summarized(replace(ending, learned=lessons(experiment, read_trials(directory.path), seed)))
    except KeyboardInterrupt:  # what is left is to report it, which the same command does
        if directory.finished_summary() is not None:
            raise
        return summarized(replace(ending, finished=False))


_WORKED_OUT_ANEW = (
    f"{SUMMARY} did not agree with the record, or was changed since it was written: it has been worked out anew."
)


def _summarized(
    experiment: Experiment,
    benchmark: Benchmark,
    seed: int,
    directory: RunDirectory,
    ending: Ending,
    *,
    recorded: bool,
    told: Callback,
) -> Summary:
    """The summary that stands there, if the run was finished and it agrees with the record; else a new one, written."""
    earlier = directory.finished_summary() if recorded else None
    problem, search, budget = experiment.problem, experiment.search, experiment.budget.evaluations
    if earlier is not None and agrees(
        earlier, benchmark, problem, ending, method=search.name, seed=seed, budget=budget
    ):
        return earlier
    if recorded and (earlier is not None or directory.holds_altered_summary()):
        ending = replace(ending, notes=(*ending.notes, _WORKED_OUT_ANEW))
    if ending.finished and isinstance(benchmark, ComputedBenchmark):
        told.busy("the best of each task is measured on test images")

    summary = summarize(benchmark, problem, ending, method=search.name, seed=seed, budget=budget)
    directory.write(SUMMARY, to_json(summary))
    told.busy("")
    return summary


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


def search_seeds(
    compose: Callable[[], Experiment],
    seeds: Sequence[int],
    directory: RunDirectory,
    callback: Callback | None = None,
    *,
    jobs: int = 1,
    catch: bool = False,
    provenance: Provenance | None = None,
    limits: Limits | None = None,
    workforce: Workforce | None = None,
    each: Callable[[], Sequence[Callback]] = tuple,
) -> list[Summary]:
    """One search per seed, each in a directory of its own; the results do not depend on the number of processes.

    Args:
        compose: Makes what is searched, in whatever process; can be pickled, where there are several.
        seeds: At least two; `search_once` takes a single one.
        directory: Where the runs are recorded, each in a directory within it.
        callback: Told how far they have come. With several processes, it is told of `Callback.progressed` alone, a few
            times a second, and of the first failure of each kind. If it ends one, it ends all.
        jobs: Processes at most.
        catch: Whether to go on where the first evaluations of a task have all failed.
        provenance: As for `search_once`; answers are taken by each of the runs.
        limits: What ends each of them before its budget.
        workforce: As for `search_once`, for each of the runs. With an executor, one run goes after the other.
        each: Makes callbacks of each run's own, in the process where it is searched; can be pickled, where there are
            several.

    Returns:
        The summaries in the order of the seeds; after an interruption, of those that had begun.

    Raises:
        KtnasError: As `search_once`; or if a process has died.
    """
    experiment = compose()
    problem, budget = experiment.problem, experiment.budget
    for seed in seeds:
        check(problem, budget, seed)
    force = alone(workforce)
    config = recorded_configuration(experiment, experiment.benchmark, seeds, force)
    with directory.held():
        raise_budget_of_all(config, directory)
        lost = directory.claim(config)
        if provenance is not None:
            replace(provenance, reuse=()).write(directory, config)
        way = _Repeat(compose, catch, provenance, limits or Limits(), force, each)
        summaries = _all(way, experiment, seeds, directory, callback, jobs=jobs)
        if lost:  # the runs have proved to be of this search
            directory.write_config(config)
        directory.write(SUMMARY, to_json(summaries))
    return summaries


def _all(
    way: _Repeat,
    experiment: Experiment,
    seeds: Sequence[int],
    directory: RunDirectory,
    callback: Callback | None,
    *,
    jobs: int,
) -> list[Summary]:
    places = places_of(directory.path, seeds)
    workers = min(jobs, len(seeds)) if way.workforce.executor is None else 1  # an executor stays in its process
    others = Callback() if callback is None else callback
    if workers == 1:
        return _in_turn(way, experiment, places, others)
    return _in_parallel(way, places, others, workers)


def unanswered(experiment: Experiment, seeds: Sequence[int], path: Path | None) -> list[Counter[str]]:
    """Per run that has not come to its end, how many evaluations of each task are left.

    Args:
        experiment: What is searched.
        seeds: A run for each.
        path: Where they are recorded; it need not exist. None where nothing is.

    Raises:
        DataError: If one holds a damaged record.
    """
    every = Counter(dict.fromkeys(experiment.problem.names, experiment.budget.evaluations))
    if path is None:
        return [every for _ in seeds]
    budget = experiment.budget.evaluations
    finished = {place: RunDirectory(place).finished_summary() for place in places_of(path, seeds).values()}
    runs = [place for place, found in finished.items() if found is None or found.get("budget") != budget]
    return [every - Counter(task for task, _ in answered(run)) for run in runs]


def _in_turn(way: _Repeat, experiment: Experiment, places: Mapping[int, Path], callback: Callback) -> list[Summary]:
    summaries: list[Summary] = []
    for seed, place in places.items():
        watches = way.limits.callbacks()
        summaries.append(way.search(experiment, seed, place, [callback, *watches, *way.each()]))
        if not (summaries[-1]["finished"] or any(watch.reached for watch in watches)):
            break
    return summaries


def _in_parallel(repeat: _Repeat, places: Mapping[int, Path], callback: Callback, jobs: int) -> list[Summary]:
    callbacks = Callbacks.of(callback)

    def hear(message: object) -> bool:
        if isinstance(message, Finished):
            return callbacks.evaluation_finished(message)
        return isinstance(message, RunProgress) and callbacks.progressed(message)

    onlooker: Onlooker[Summary] = Onlooker(message=hear)
    found = run_in_parallel(repeat, list(places.items()), jobs=jobs, onlooker=onlooker)
    return list(found.outcomes)


@dataclass(frozen=True, slots=True)
class _Repeat:
    """One of several runs, in a process of its own."""

    compose: Callable[[], Experiment]
    catch: bool
    provenance: Provenance | None
    limits: Limits
    workforce: Workforce
    each: Callable[[], Sequence[Callback]]

    def __call__(self, item: tuple[int, Path], link: Link) -> Summary:
        seed, place = item
        experiment = self.compose()
        told = [_Forward(link, experiment.budget.evaluations), *self.limits.callbacks(), *self.each()]
        return self.search(experiment, seed, place, told)

    def search(self, experiment: Experiment, seed: int, place: Path, told: Sequence[Callback]) -> Summary:
        """One run."""
        return search_once(
            experiment,
            seed,
            RunDirectory(place),
            told,
            catch=self.catch,
            provenance=self.provenance,
            workforce=self.workforce,
        )


@dataclass(slots=True)
class _Forward(Callback):
    """Tells the parent how far a run has come, and ends the run when the parent wants it."""

    link: Link
    budget: int
    told: float = 0.0
    kinds: FailureKinds = field(default_factory=FailureKinds)

    def evaluation_finished(self, finished: Finished) -> None:
        if self.kinds.told(finished):
            self.link.tell(finished)

    def progressed(self, progress: RunProgress) -> None:
        if self.link.closing:
            raise KeyboardInterrupt
        ended = all(task.closed or task.evaluations >= self.budget for task in progress.tasks.values())
        if ended or monotonic() - self.told > _APART_S:
            self.told = monotonic()
            self.link.tell(progress)


def fresh_directory(experiment: Experiment, seeds: Sequence[int], parent: Path) -> Path:
    """A new directory named after the run; where the name is taken, with a number behind it: nothing is overwritten.

    Raises:
        ConfigurationError: If it cannot be made.
    """
    problem = experiment.problem
    sources = "+".join(name for name in problem.names if name in problem.sources)
    others = "+".join(name for name in problem.names if name not in problem.sources)
    tasks = f"{sources}-to-{others}" if sources else others
    if len(tasks) > _NAME_LIMIT:
        tasks = f"{len(problem.names)}-tasks"
    seed = f"seed{seeds[0]}" if len(seeds) == 1 else f"seeds{seeds[0]}-{seeds[-1]}"
    return unused_directory(parent, (experiment.benchmark.name, tasks, experiment.search.name, seed))
