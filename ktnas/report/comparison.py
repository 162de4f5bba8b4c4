"""Arms compared on what they were run on: per case and task what they came to, and whether they differ.

The measure of a case is what it was run for: evaluations until the best listed entry was found, where tasks stopped at
it; else the true rank of the best found, where ranks are known; else its fitness. Runs of two arms are paired by seed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from ktnas.errors import ConfigurationError, unknown_name
from ktnas.records.sweep_log import RunRecord
from ktnas.records.trajectory import Step, Trajectory
from ktnas.report.statistics import (
    LEAST_RUNS,
    Interval,
    MeanRanks,
    PairedTest,
    bootstrap_interval,
    holm,
    mean_ranks,
    paired_test,
    reduced,
    verdict,
)
from ktnas.rng import Streams
from ktnas.typing import FloatArray

ALL_TASKS = "all tasks"


class Measure(Enum):
    """What is compared."""

    EVALUATIONS = "evaluations until the best"
    RANK = "rank of the best found"
    FITNESS = "best fitness found"

    @property
    def lower_is_better(self) -> bool:
        """Its direction."""
        return self is not Measure.FITNESS


@dataclass(frozen=True, slots=True)
class Cell:
    """What one arm came to on one task.

    Attributes:
        arm: The arm.
        task: The task, or ``"all tasks"``: the sum of evaluations, or the geometric mean of ranks, per run.
        runs: Number of runs that have a value; where all of an arm's runs are equal, whatever their seeds, it is 1.
        mean: Their mean.
        median: Their median.
        interval: 95 % bootstrap interval of the mean; None with fewer than `LEAST_RUNS` runs.
        found: Share of runs that found the best listed entry; None where the measure is another. Those that did not
            count with the evaluations they used, so that mean and median are then lower bounds.
    """

    arm: str
    task: str
    runs: int
    mean: float
    median: float
    interval: Interval | None
    found: float | None


@dataclass(frozen=True, slots=True)
class Difference:
    """How an arm differs from the baseline on one task.

    Attributes:
        arm: The arm.
        task: The task, or ``"all tasks"``.
        test: Of arm - baseline, paired by seed.
        effect: The test's effect, oriented so that positive means that the arm is better.
        p: P-value after Holm's correction over all arms and tasks of the case; over all tasks together, over the arms.
        verdict: ``"better"``, ``"worse"`` or ``"not significant"``.
    """

    arm: str
    task: str
    test: PairedTest
    effect: float
    p: float
    verdict: str


@dataclass(frozen=True, slots=True)
class CaseComparison:
    """All arms on one case.

    Attributes:
        case: The case.
        measure: What is compared.
        at: After how many evaluations per task.
        arms: The arms.
        tasks: The tasks; with several, and where it has a meaning, ``"all tasks"`` first.
        baseline: The arm that the others are compared with.
        cells: What each arm came to, by arm, then by task.
        differences: Of every other arm from the baseline, in the same order.
        equal: Arms whose runs are all equal, and count as one.
    """

    case: str
    measure: Measure
    at: int
    arms: tuple[str, ...]
    tasks: tuple[str, ...]
    baseline: str
    cells: tuple[Cell, ...]
    differences: tuple[Difference, ...]
    equal: tuple[str, ...] = ()

    def cell(self, arm: str, task: str) -> Cell | None:
        """What an arm came to on a task; None where no run has a value."""
        return next((cell for cell in self.cells if (cell.arm, cell.task) == (arm, task)), None)


Runs = Mapping[str, Mapping[int, RunRecord]]
"""Runs of one case by arm and seed."""


def by_case(records: Sequence[RunRecord]) -> dict[str, dict[str, dict[int, RunRecord]]]:
    """Runs by case, arm and seed, seeds ascending; of two of the same three the later one."""
    cases: dict[str, dict[str, dict[int, RunRecord]]] = {}
    for record in records:
        cases.setdefault(record.case, {}).setdefault(record.arm, {})[record.seed] = record
    # resampling must not depend on the order in which runs ended
    return {case: {arm: dict(sorted(runs.items())) for arm, runs in arms.items()} for case, arms in cases.items()}


def compare(
    records: Sequence[RunRecord], *, baseline: str | None = None, at: int | None = None
) -> list[CaseComparison]:
    """Compare all arms, case by case.

    Args:
        records: The runs.
        baseline: The arm that the others are compared with, or what the names of several begin with, of which the
            first is meant: ``"ktnas"`` for ``"ktnas, transfer none"``; None for the first of each case.
        at: Evaluations per task after which they are compared; None for the end.

    Raises:
        ConfigurationError: If there is no run, or ``at`` is less than 1.
        UnknownNameError: If no run is of the baseline.
    """
    if not records:
        raise ConfigurationError("there are no finished runs to compare")
    if at is not None and at < 1:
        raise ConfigurationError(f"arms can be compared after at least 1 evaluation; got {at}")
    arms = list(dict.fromkeys(record.arm for record in records))
    base = None if baseline is None else _named(baseline, arms)
    return [_compared(case, runs, base, at) for case, runs in by_case(records).items()]


def _named(text: str, arms: Sequence[str]) -> str:
    """The arm of that name; else the first of those that begin with it and go on with what varies.

    Raises:
        UnknownNameError: If there is none.
    """
    if text in arms:
        return text
    found = next((arm for arm in arms if arm.startswith((f"{text}, ", f"{text} ("))), None)
    if found is None:
        raise unknown_name("arm", text, arms)
    return found


def _compared(case: str, runs: Runs, baseline: str | None, at: int | None) -> CaseComparison:
    some = next(iter(next(iter(runs.values())).values()))
    measure = measure_of(runs)
    equal = frozenset(arm for arm, of_arm in runs.items() if len(of_arm) > 1 and _all_equal(of_arm))
    base = baseline if baseline is not None and baseline in runs else next(iter(runs))
    values = {arm: {seed: scores(run, measure, at) for seed, run in of_arm.items()} for arm, of_arm in runs.items()}
    tasks = tuple(dict.fromkeys(task for arm in values.values() for run in arm.values() for task in run))
    cells = [cell for arm in runs for task in tasks if (cell := _cell(arm, task, runs[arm], values[arm], measure, at))]
    differences = _differences(values, tasks, base, measure, equal)
    end = some.budget if at is None else min(at, some.budget)
    return CaseComparison(
        case, measure, end, tuple(runs), tasks, base, tuple(cells), tuple(differences), tuple(sorted(equal))
    )


def measure_of(runs: Runs) -> Measure:
    """What the runs of a case are compared by."""
    every = [run for of_arm in runs.values() for run in of_arm.values()]
    if all(run.until_best for run in every):
        return Measure.EVALUATIONS
    last = [trajectory.steps[-1] for run in every for trajectory in run.tasks.values() if trajectory.steps]
    return Measure.RANK if last and all(step.rank is not None for step in last) else Measure.FITNESS


def scores(run: RunRecord, measure: Measure, at: int | None = None) -> dict[str, float]:
    """What a run came to by task, and over all of them where that has a meaning; tasks without success are absent.

    Evaluations over all tasks are their sum; ranks their geometric mean, since a step from 2 to 1 is worth more than
    one from 200 to 199; fitness values of different tasks have no common scale.
    """
    by_task = {
        task: value for task, trajectory in run.tasks.items() if (value := _score(trajectory, measure, at)) is not None
    }
    if len(run.tasks) == 1 or len(by_task) < len(run.tasks) or measure is Measure.FITNESS:
        return by_task
    every = np.array(list(by_task.values()))
    together = every.sum() if measure is Measure.EVALUATIONS else np.exp(np.log(every).mean())
    return {ALL_TASKS: float(together), **by_task}


def _score(trajectory: Trajectory, measure: Measure, at: int | None) -> float | None:
    if measure is Measure.EVALUATIONS:
        return float(min(trajectory.optimum_at or trajectory.evaluations, at or trajectory.evaluations))
    step = _at(trajectory, at)
    if step is None:
        return None
    if measure is Measure.RANK:
        return None if step.rank is None else float(step.rank)
    return step.fitness


def _at(trajectory: Trajectory, at: int | None) -> Step | None:
    return trajectory.at(trajectory.evaluations if at is None else at)


def _cell(
    arm: str,
    task: str,
    runs: Mapping[int, RunRecord],
    values: Mapping[int, Mapping[str, float]],
    measure: Measure,
    at: int | None,
) -> Cell | None:
    known = [of_run[task] for of_run in values.values() if task in of_run]
    if not known:
        return None
    found = None
    if measure is Measure.EVALUATIONS:
        reached = [_reached(run, task, at) for run in runs.values() if task == ALL_TASKS or task in run.tasks]
        found = sum(reached) / len(reached)
    if len(known) > 1 and _all_equal(runs):
        known = known[:1]
    interval = bootstrap_interval(known, Streams(0).rng("bootstrap")) if len(known) >= LEAST_RUNS else None
    sample = np.array(known, dtype=np.float64)
    mean, median = (float(reduced(statistic, sample)) for statistic in (np.mean, np.median))
    return Cell(arm, task, len(known), mean, median, interval, found)


def _all_equal(runs: Mapping[int, RunRecord]) -> bool:
    """Whether all runs went the same way: the method draws nothing at random, so that they are one run."""
    first, *others = runs.values()
    return all(run.tasks == first.tasks for run in others)


def _reached(run: RunRecord, task: str, at: int | None) -> bool:
    """Whether a run found the best listed entry of a task, or of all, in time."""
    trajectories = run.tasks.values() if task == ALL_TASKS else [run.tasks[task]]
    return all(
        trajectory.optimum_at is not None and (at is None or trajectory.optimum_at <= at) for trajectory in trajectories
    )


def _differences(
    values: Mapping[str, Mapping[int, Mapping[str, float]]],
    tasks: Sequence[str],
    baseline: str,
    measure: Measure,
    equal: Collection[str],
) -> list[Difference]:
    tests: dict[tuple[str, str], PairedTest] = {}
    for arm in values:
        for task in tasks:
            shared = [
                seed for seed in values[arm] if task in values[arm][seed] and task in values[baseline].get(seed, {})
            ]
            if arm in equal and baseline in equal:
                shared = shared[:1]
            if arm != baseline and shared:
                first, second = ([values[name][seed][task] for seed in shared] for name in (arm, baseline))
                tests[arm, task] = paired_test(first, second, Streams(0).rng("bootstrap"))
    adjusted: dict[tuple[str, str], float] = {}
    for together in (True, False):
        family = [pair for pair in tests if (pair[1] == ALL_TASKS) is together]
        adjusted.update(zip(family, holm([tests[pair].p for pair in family]), strict=True))
    sign = -1.0 if measure.lower_is_better else 1.0
    return [
        Difference(arm, task, test, sign * test.effect + 0.0, p, verdict(sign * test.effect, p))
        for (arm, task), test in tests.items()
        for p in [adjusted[arm, task]]
    ]


def ranks_over_tasks(comparisons: Sequence[CaseComparison], *, pairs: bool = True) -> MeanRanks | None:
    """Mean ranks of the arms over all tasks of all cases; None with less than three arms or two tasks.

    Every task is one block; an arm stands in it by the mean of its runs. Tasks that some arm has no run of are
    left out. Unless ``pairs``, which arms differ is not worked out.

    Raises:
        ConfigurationError: If scikit-posthocs is not installed.
    """
    arms = list(dict.fromkeys(arm for comparison in comparisons for arm in comparison.arms))
    blocks: list[list[float]] = []
    for comparison in comparisons:
        sign = 1.0 if comparison.measure.lower_is_better else -1.0
        for task in comparison.tasks:
            cells = [comparison.cell(arm, task) for arm in arms]
            if task != ALL_TASKS and all(cells):
                blocks.append([sign * cell.mean for cell in cells if cell is not None])
    scored: FloatArray = np.array(blocks, dtype=np.float64)
    return mean_ranks(arms, scored, pairs=pairs) if len(arms) > 2 and len(blocks) > 1 else None
