"""What a run comes to: the object in ``summary.json`` and on standard output under ``--json``.

The only place that opens a benchmark's report, and it does so after the search. docs/output.md describes the
fields; they are stable: new ones may appear, none changes its meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

from ktnas.benchmarks.base import Benchmark, Listing, Standing
from ktnas.benchmarks.computed import ComputedBenchmark
from ktnas.problem.progress import TaskProgress
from ktnas.problem.task import Problem, Task
from ktnas.records.checked import fields_of, list_of, number_of, text_of
from ktnas.records.summary_check import check_of
from ktnas.version import __version__

_LATER = frozenset({"listed", "source_task"})
"""Fields that the first summaries had not."""


class Seconds(TypedDict):
    """Wall-clock seconds, in all and in the search itself."""

    total: float
    search: float


class Best(TypedDict):
    """The incumbent of a task and where it stands."""

    architecture: str
    fitness: float
    value: float
    rank: int | None
    regret: float | None
    evaluations_to_best: int
    source_task: str | None
    report: dict[str, float]


class TransferCounts(TypedDict):
    """What was transferred to a task."""

    proposed: int
    positive: int
    negative: int
    skipped_generations: int


class TaskSummary(TypedDict):
    """What a run comes to on one task."""

    role: str
    metric: str
    unit: str
    evaluations: int
    failed: int
    listed: int | None
    best: Best | None
    optimum_reached_at: int | None
    exhausted: bool
    cost_s: float
    transfers: TransferCounts


class FirstChoice(TypedDict):
    """An architecture that a task began with since a source told it to; not evaluated, it has no number."""

    architecture: str
    evaluation: int | None
    fitness: float | None


class TaskLesson(TypedDict):
    """What a source contributed to a task."""

    weight: float
    agreement: float | None
    first: list[FirstChoice]


class Lesson(TypedDict):
    """What a source contributed; ``"all together"`` stands for the average of all."""

    source: str
    space: str | None
    evaluations: int | None
    digest: str | None
    tasks: dict[str, TaskLesson]


class _Later(TypedDict, total=False):
    """Why a callback ended a run, what finished searches contributed, where any did; and the check, which is new."""

    stopped: str
    check: str
    learned: list[Lesson]


class Summary(_Later):
    """What a run comes to."""

    benchmark: str
    space: str
    method: str
    seed: int
    budget: int
    version: str
    finished: bool
    seconds: Seconds
    notes: list[str]
    tasks: dict[str, TaskSummary]


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended.

    Attributes:
        tasks: How far each task came.
        seconds: What it took.
        finished: Whether it came to its end; False if it was interrupted, or a callback ended it.
        stopped: Why a callback ended it; None if none did.
        notes: What a reader must know of it, a sentence each.
        learned: What finished searches contributed; empty where it learned from none.
    """

    tasks: Mapping[str, TaskProgress]
    seconds: Seconds
    finished: bool = True
    stopped: str | None = None
    notes: tuple[str, ...] = ()
    learned: tuple[Lesson, ...] = ()


def summarize(
    benchmark: Benchmark, problem: Problem, ending: Ending, *, method: str, seed: int, budget: int
) -> Summary:
    """The summary of a run that has ended.

    A run that was interrupted is to end at once, and may go on: a benchmark whose report takes training is left alone.
    """
    reported = ending.finished or not isinstance(benchmark, ComputedBenchmark)
    tasks = {
        task.name: _task_summary(benchmark, problem, task, ending.tasks[task.name], reported=reported)
        for task in problem.tasks
    }
    stopped: _Later = {} if ending.stopped is None else {"stopped": ending.stopped}
    learned: _Later = {"learned": list(ending.learned)} if ending.learned else {}
    summary: Summary = {
        "benchmark": benchmark.name,
        "space": problem.space.name,
        "method": method,
        "seed": seed,
        "budget": budget,
        "version": __version__,
        "finished": ending.finished,
        **stopped,
        **learned,
        "seconds": ending.seconds,
        "notes": [*getattr(benchmark, "notes", ()), *ending.notes],
        "tasks": tasks,
    }
    return {**summary, "check": check_of(summary)}


def agrees(
    summary: Mapping[str, object],
    benchmark: Benchmark,
    problem: Problem,
    ending: Ending,
    *,
    method: str,
    seed: int,
    budget: int,
) -> bool:
    """Whether a finished run's summary says what the record does; a report that takes training is believed.

    What may differ is what no record holds: the version that wrote it, its notes, and what it took.
    """
    reported = not isinstance(benchmark, ComputedBenchmark)
    try:
        for note in list_of(summary["notes"]):
            text_of(note)
        seconds = fields_of(summary["seconds"])
        tasks = {name: fields_of(task) for name, task in fields_of(summary["tasks"]).items()}
        agreed = [
            (summary["method"], summary["seed"], summary["benchmark"]) == (method, seed, benchmark.name),
            summary["budget"] == budget,
            all(number_of(seconds[key]) >= 0 for key in ("total", "search")),
            tasks.keys() == set(problem.names),
        ]
        expected = {
            task.name: _task_summary(benchmark, problem, task, ending.tasks[task.name], reported=reported)
            for task in problem.tasks
        }
        return all(agreed) and all(
            _same(tasks[name], task if reported else _with_report(task, tasks[name])) for name, task in expected.items()
        )
    except (ValueError, TypeError, KeyError):
        return False


def _same(found: Mapping[str, object], expected: Mapping[str, object]) -> bool:
    """Whether all that is expected is there; another version may have written less, or more."""
    for key, value in expected.items():
        if isinstance(value, dict):
            if not _same(fields_of(found[key]), value):
                return False
        elif key not in found and key in _LATER:
            continue
        elif found[key] != value:
            return False
    return True


def _with_report(expected: TaskSummary, found: Mapping[str, object]) -> dict[str, object]:
    """What is expected of a task, with what was reported of its best taken from a summary."""
    best = expected["best"]
    if best is None:
        return dict(expected)
    kept = fields_of(found["best"])
    report = {name: number_of(metric) for name, metric in fields_of(kept["report"]).items()}
    return {**expected, "best": {**best, "rank": kept["rank"], "regret": kept["regret"], "report": report}}


def _task_summary(
    benchmark: Benchmark, problem: Problem, task: Task, result: TaskProgress, *, reported: bool
) -> TaskSummary:
    best = _best(benchmark, task, result, reported=reported)
    optimum = benchmark.best_fitness(task.name)
    reached = best is not None and optimum is not None and best["fitness"] >= optimum
    moved = result.transfers
    return {
        "role": problem.role(task.name),
        "metric": task.metric,
        "unit": task.unit,
        "evaluations": result.evaluations,
        "failed": result.failed,
        "listed": benchmark.listed(task.name) if isinstance(benchmark, Listing) else None,
        "best": best,
        "optimum_reached_at": result.evaluations_to_best if reached else None,
        "exhausted": result.exhausted,
        "cost_s": result.cost_s,
        "transfers": {
            "proposed": moved.proposed,
            "positive": moved.positive,
            "negative": moved.negative,
            "skipped_generations": moved.skipped_generations,
        },
    }


def _best(benchmark: Benchmark, task: Task, result: TaskProgress, *, reported: bool) -> Best | None:
    trial = result.best
    if trial is None or trial.fitness is None:
        return None
    standing = benchmark.report(task.name, trial.genotype) if reported else Standing()
    return {
        "architecture": benchmark.label(trial.genotype),
        "fitness": trial.fitness,
        "value": task.to_fitness(trial.fitness),
        "rank": standing.rank,
        "regret": standing.regret,
        "evaluations_to_best": result.evaluations_to_best,
        "source_task": trial.proposal.source_task,
        "report": dict(standing.metrics),
    }
