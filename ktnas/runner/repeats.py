"""The same search once per seed, in turn or spread over processes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic

from ktnas.files.json_lines import to_json
from ktnas.problem.budget import check
from ktnas.problem.callback import Callback, Callbacks, FailureKinds, Finished
from ktnas.problem.progress import RunProgress
from ktnas.records.run_directory import SUMMARY, RunDirectory, places_of
from ktnas.records.summary import Summary
from ktnas.runner.experiment import Experiment
from ktnas.runner.extension import raise_budget_of_all
from ktnas.runner.limits import Limits
from ktnas.runner.pool import Onlooker, run_in_parallel
from ktnas.runner.pool_process import Link
from ktnas.runner.provenance import Provenance
from ktnas.runner.recorded_run import recorded_configuration
from ktnas.runner.session import search_once
from ktnas.runner.workforce import Workforce, alone

_APART_S = 0.125
"""Seconds between two messages of a run in another process, at least; its end is always told."""


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
