"""Runs a sweep on all cores, one line of ``runs.jsonl`` per finished run.

A run is identified by everything that decides it, not by its names: what has been finished is never repeated, in
whatever sweep it is asked for again. With several processes, a script that calls `run_sweep` must do so under
``if __name__ == "__main__":``, as the processes import it anew.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING

import numpy as np

from ktnas.errors import ConfigurationError, KtnasError
from ktnas.evaluation.interrupts import interruptions_held_back
from ktnas.files.durable import write_atomically
from ktnas.files.json_lines import to_json
from ktnas.problem.progress import Progress
from ktnas.records.digest import code_digest
from ktnas.records.sweep_log import SWEEP_FILE, RunRecord, SweepLog
from ktnas.runner.design import Sweep
from ktnas.runner.loop import run
from ktnas.runner.plan import Job, Plan, planned

if TYPE_CHECKING:
    from multiprocessing.synchronize import Event
from ktnas.benchmarks import Benchmark
from ktnas.records.trajectory import Move, Step, TaskCourse
from ktnas.runner.loop import Result
from ktnas.transfer.outcome import Outcome


def task_courses(benchmark: Benchmark, result: Result) -> dict[str, TaskCourse]:
    """How a finished search went, task by task; opens the benchmark's report, so it is for after the search only."""
    courses = {}
    for task in result.problem.tasks:
        steps, moves = _events(benchmark, result, task.name, result.outcomes.get(task.name, ()))
        counts = result.tasks[task.name]
        courses[task.name] = TaskCourse(
            role=result.problem.role(task.name),
            metric=task.metric,
            unit=task.unit,
            minimize=task.minimize,
            best_listed=benchmark.best_fitness(task.name),
            evaluations=counts.evaluations,
            failed=counts.failed,
            skipped=counts.transfers.skipped_generations,
            steps=steps,
            moves=moves,
        )
    return courses


def _events(
    benchmark: Benchmark, result: Result, task: str, outcomes: Sequence[Outcome]
) -> tuple[tuple[Step, ...], tuple[Move, ...]]:
    labels = {(outcome.generation, outcome.genotype): outcome.positive for outcome in outcomes}
    steps: list[Step] = []
    moves: list[Move] = []
    for number, trial in enumerate(result.history.evaluated(task), 1):
        fitness, source = trial.fitness, trial.proposal.source_task
        better = fitness is not None and (not steps or fitness > steps[-1].fitness)
        if not better and source is None:
            continue
        rank = benchmark.report(task, trial.genotype).rank
        if fitness is not None and better:
            steps.append(Step(number, fitness, rank))
        if source is not None:
            positive = labels.get((trial.generation, trial.genotype))
            moves.append(Move(trial.generation, number, source, rank, positive))
    return tuple(steps), tuple(moves)


@dataclass(frozen=True, slots=True)
class SweepProgress:
    """How far a sweep has come.

    Attributes:
        done: Finished runs, those found finished included.
        total: All runs.
        found: Runs that were finished before.
        left_s: Estimated seconds until the end; None while nothing is known.
    """

    done: int
    total: int
    found: int
    left_s: float | None = None


Notify = Callable[[SweepProgress], None]


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


def run_sweep(sweep: Sweep, directory: Path, *, jobs: int = 1, notify: Notify | None = None) -> SweepResult:
    """Run what a directory does not hold yet; Ctrl-C ends it with what has been finished.

    Args:
        sweep: What to run.
        directory: Holds ``runs.jsonl``; made if need be.
        jobs: Processes. Results do not depend on it.
        notify: Told after every run.

    Raises:
        KtnasError: If an arm does not suit a case, data are not found, or the directory cannot be used. What has been
            finished by then is kept.
    """
    plan = planned(sweep)
    log = SweepLog(directory)
    try:
        write_atomically(directory / SWEEP_FILE, to_json(plan.described))
        pending = [job for job, key in plan.keys.items() if key not in log.records]
        watch = _Watch(sweep, plan, log, notify or _unheeded, pending)
        workers = min(jobs, len(pending))
        finished = _in_turn(sweep, pending, watch) if workers <= 1 else _in_parallel(sweep, pending, watch, workers)
        records = [watch.named(job) for job, key in plan.keys.items() if key in log.records]
    finally:
        log.close()
    return SweepResult(tuple(records), finished, watch.found)


def _unheeded(progress: SweepProgress) -> None:
    del progress


@dataclass(slots=True)
class _Watch:
    """Takes in what has been finished, and tells how far it is."""

    sweep: Sweep
    plan: Plan
    log: SweepLog
    notify: Notify
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

    def take(self, job: Job, record: RunRecord) -> None:
        """Record a finished run."""
        self.log.append(self.plan.keys[job], record)
        pair = job.arm, job.case
        self.left[pair] -= 1
        self.seconds.setdefault(pair, []).append(record.wall_s)
        self.tell()

    def tell(self) -> None:
        """Tell how far it is; a run left takes as long as those of its arm and case, or as all did."""
        means = {pair: float(np.mean(values)) for pair, values in self.seconds.items()}
        left_s = None
        if means:
            overall = float(np.mean(list(means.values())))
            left_s = sum(means.get(pair, overall) * count for pair, count in self.left.items()) / self.workers
        total = len(self.plan.keys)
        self.notify(SweepProgress(total - self.left.total(), total, self.found, left_s))


def _in_turn(sweep: Sweep, pending: Sequence[Job], watch: _Watch) -> bool:
    watch.tell()
    try:
        for job in pending:
            watch.take(job, _run(sweep, watch.plan.titles[job.case], job, None))
    except KeyboardInterrupt:
        return False
    return True


def _in_parallel(sweep: Sweep, pending: Sequence[Job], watch: _Watch, workers: int) -> bool:
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    watch.workers = workers
    watch.tell()
    with ProcessPoolExecutor(workers, context, _attach, (sweep, watch.plan.titles, stop)) as pool:
        futures: dict[Future[RunRecord | None], Job] = {}
        try:
            with interruptions_held_back():
                futures.update({pool.submit(_run_in_process, job): job for job in pending})
            _collect(futures, watch)
        except BaseException as error:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            if isinstance(error, KeyboardInterrupt):
                return False
            raise
    return True


def _collect(futures: Mapping[Future[RunRecord | None], Job], watch: _Watch) -> None:
    left = set(futures)
    while left:
        done, left = wait(left, return_when=FIRST_COMPLETED)
        for future in done:
            record = future.result()  # an error ends the whole, at once
            if record is not None:
                watch.take(futures[future], record)


_wires: list[tuple[Sweep, Mapping[int, str], Event]] = []
"""In a process of a pool: what is run, and whether to stop. Set once, by `_attach`."""


def _attach(sweep: Sweep, titles: Mapping[int, str], stop: Event) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is interrupted and tells when to stop
    _wires.append((sweep, titles, stop))


def _run_in_process(job: Job) -> RunRecord | None:
    sweep, titles, stop = _wires[0]
    try:
        return _run(sweep, titles[job.case], job, stop)
    except KeyboardInterrupt:
        return None


def _run(sweep: Sweep, title: str, job: Job, stop: Event | None) -> RunRecord:
    arm, case = sweep.arms[job.arm], sweep.cases[job.case]
    experiment = case.experiment(arm.search)
    benchmark, budget = experiment.benchmark, experiment.budget

    def observe(progress: Progress) -> None:
        del progress
        if stop is not None and stop.is_set():
            raise KeyboardInterrupt

    began, cpu = perf_counter(), process_time()
    try:
        result = run(
            experiment.problem, experiment.search, benchmark.evaluate, budget=budget, seed=job.seed, observe=observe
        )
    except KtnasError as error:
        raise ConfigurationError(f"arm {arm.name!r} on {title}: {error}") from error
    return RunRecord(
        arm=arm.name,
        case=title,
        seed=job.seed,
        budget=budget.evaluations,
        until_best=case.until_best,
        tasks=task_courses(benchmark, result),
        wall_s=round(perf_counter() - began, 3),
        cpu_s=round(process_time() - cpu, 3),
        code=code_digest(),
    )
