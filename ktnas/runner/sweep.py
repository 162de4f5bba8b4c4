"""Runs a sweep on all cores, one line of ``runs.jsonl`` per finished run, and what was evaluated beside it.

A run is identified by everything that decides it, not by its names: what has been finished is never repeated, in
whatever sweep it is asked for again. With several processes, a script that calls `run_sweep` must do so under
``if __name__ == "__main__":``, as the processes import it anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

from ktnas.errors import ConfigurationError, KtnasError
from ktnas.files.durable import write_atomically
from ktnas.files.json_lines import to_json
from ktnas.problem.callback import Callback, Callbacks
from ktnas.problem.progress import RunProgress, SweepProgress
from ktnas.records.digest import code_digest
from ktnas.records.sweep_evaluations import Pair, SweepEvaluations, seen_by
from ktnas.records.sweep_log import SWEEP_FILE, RunRecord, SweepLog
from ktnas.records.trajectory import trajectories
from ktnas.runner.design import Sweep
from ktnas.runner.experiment import Experiment
from ktnas.runner.loop import run
from ktnas.runner.opened import RunOutcome
from ktnas.runner.plan import Job, SweepPlan, planned
from ktnas.runner.pool import Onlooker, run_in_parallel
from ktnas.runner.pool_cluster import run_on_cluster
from ktnas.runner.pool_process import Link
from ktnas.runner.told_runs import ToldRuns, Track, require_here


@dataclass(frozen=True, slots=True)
class SweepResult:
    """What a sweep has come to.

    Attributes:
        records: The finished runs, by seed, case and arm, in the sweep's order.
        finished: Whether these are all; False after an interruption.
        found: Number of runs that were finished before.
    """

    records: tuple[RunRecord, ...]
    finished: bool
    found: int


def run_sweep(
    sweep: Sweep,
    directory: Path,
    *,
    jobs: int = 1,
    callback: Callback | None = None,
    dask: str | None = None,
    track: Track | None = None,
) -> SweepResult:
    """Run what a directory does not hold yet; Ctrl-C, or a callback, ends it with what has been finished.

    Args:
        sweep: What to run.
        directory: Holds ``runs.jsonl``; made if need be.
        jobs: Processes. Results do not depend on it.
        callback: `Callback.sweep_progressed` is called after every run, in this process.
        dask: Address of a Dask scheduler, or the file that it has written: its workers do the runs.
        track: Makes callbacks, such as ``Tracking.of(["mlflow"]).callbacks``, that are told of every run which is
            searched, one after the other, as arm, case and seed (`ktnas.problem.run_events.Opened`); called once in
            every process. It can be pickled, unless one process is enough.

    Raises:
        KtnasError: If an arm does not suit a case, data are not found, the directory cannot be used, a process has
            died, or ``track`` goes with ``dask``. What has been finished by then is kept.
    """
    require_here(track, dask)
    plan = planned(sweep)
    with closing(SweepLog(directory)) as log, closing(SweepEvaluations(directory)) as evaluations:
        write_atomically(directory / SWEEP_FILE, to_json(plan.described))
        pending = [job for job, key in plan.keys.items() if key not in log.records]
        workers = max(1, min(jobs, len(pending)))
        tally = _Tally(sweep, plan, log, evaluations, Callbacks.of(callback), pending, workers)
        if not tally.tell():
            onlooker = Onlooker(tally.take)
            work = _Run(sweep, plan.titles, ToldRuns(track or tuple, directory, sweep, plan.titles))
            if dask is not None:
                run_on_cluster(work, pending, dask, onlooker)
            else:
                run_in_parallel(work, pending, jobs=workers, onlooker=onlooker)
        finished = all(key in log.records for key in plan.keys.values())
        records = [tally.named(job) for job, key in plan.keys.items() if key in log.records]
    return SweepResult(tuple(records), finished, tally.found)


@dataclass(slots=True)
class _Tally:
    """Takes in what has been finished, and tells how far it is."""

    sweep: Sweep
    plan: SweepPlan
    log: SweepLog
    evaluations: SweepEvaluations
    callbacks: Callbacks
    pending: Sequence[Job]
    workers: int = 1
    seconds: dict[tuple[int, int], list[float]] = field(default_factory=dict)
    left: Counter[tuple[int, int]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.left.update((job.arm, job.case) for job in self.pending)

    @property
    def found(self) -> int:
        """Runs that were finished before."""
        return len(self.plan.keys) - len(self.pending)

    def named(self, job: Job) -> RunRecord:
        """A finished run under the names that the sweep gives it."""
        record = self.log.records[self.plan.keys[job]]
        return replace(record, arm=self.sweep.arms[job.arm].name, case=self.plan.titles[job.case])

    def take(self, index: int, ran: _Ran | None) -> bool:
        """Record a finished run; None is one that was ended before. Returns whether a callback wants an end."""
        if ran is None:
            return False
        job, record = self.pending[index], ran.record
        swept = self.plan.swept[job.case]
        self.evaluations.add({swept[task]: pairs for task, pairs in ran.seen.items()})
        self.log.append(self.plan.keys[job], record)
        pair = job.arm, job.case
        self.left[pair] -= 1
        self.seconds.setdefault(pair, []).append(record.wall_s)
        return self.tell()

    def tell(self) -> bool:
        """Tell how far it is; a run left takes as long as those of its arm and case, or as all did."""
        means = {pair: float(np.mean(values)) for pair, values in self.seconds.items()}
        left_s = None
        if means:
            overall = float(np.mean(list(means.values())))
            left_s = sum(means.get(pair, overall) * count for pair, count in self.left.items()) / self.workers
        total = len(self.plan.keys)
        return self.callbacks.sweep_progressed(SweepProgress(total - self.left.total(), total, self.found, left_s))


@dataclass(slots=True)
class _EndWhenClosing(Callback):
    """Ends a run once its process is to end."""

    link: Link

    def progressed(self, progress: RunProgress) -> bool:
        return self.link.closing


@dataclass(frozen=True, slots=True)
class _Ran:
    """What a run came to, and what it evaluated with success, by task."""

    record: RunRecord
    seen: Mapping[str, Sequence[Pair]]


@dataclass(frozen=True, slots=True)
class _Run:
    """One run of a sweep, in whatever process."""

    sweep: Sweep
    titles: dict[int, str]
    told: ToldRuns

    def __call__(self, job: Job, link: Link) -> _Ran | None:
        """What it came to; None if it was ended before its end."""
        arm, case, title = self.sweep.arms[job.arm], self.sweep.cases[job.case], self.titles[job.case]
        experiment = case.experiment(arm.search)
        try:
            with self.told.opened(job, experiment) as outcome:
                return self._searched(job, experiment, link, outcome)
        except KtnasError as error:
            raise ConfigurationError(f"arm {arm.name!r} on {title}: {error}") from error

    def _searched(self, job: Job, experiment: Experiment, link: Link, outcome: RunOutcome) -> _Ran | None:
        benchmark, problem, budget = experiment.benchmark, experiment.problem, experiment.budget
        callbacks = Callbacks(_EndWhenClosing(link), *self.told.callbacks)
        began, cpu = perf_counter(), process_time()
        result = run(problem, experiment.search, benchmark.evaluate, budget=budget, seed=job.seed, callback=callbacks)
        if result.stopped is not None:
            outcome.finished, outcome.stopped = False, None if link.closing else result.stopped
            return None
        record = RunRecord(
            arm=self.sweep.arms[job.arm].name,
            case=self.titles[job.case],
            seed=job.seed,
            budget=budget.evaluations,
            until_best=self.sweep.cases[job.case].until_best,
            tasks=trajectories(benchmark, problem, result.history, result.tasks, result.outcomes),
            wall_s=round(perf_counter() - began, 3),
            cpu_s=round(process_time() - cpu, 3),
            code=code_digest(),
        )
        self.told.ended(job, experiment, result, outcome)
        return _Ran(record, seen_by(result.history))
