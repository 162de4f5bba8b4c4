"""What need not be searched again: a run that has ended, and the questions of one that goes on.

The state of a search is a fold of ``tell`` over its trials, so a question that was answered on record need not be asked
anew, which is what takes long: the models that chose it. That holds for the program that asked; one that has changed
asks everything again, and finds out whether it would have asked the same.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from types import NoneType

import numpy as np

from ktnas.benchmarks.base import Benchmark
from ktnas.benchmarks.computed import ComputedBenchmark
from ktnas.benchmarks.table import TableBenchmark
from ktnas.problem.progress import TaskProgress, Transfers, progress_of
from ktnas.problem.trial import History, Proposal, Trial
from ktnas.records.run_directory import RunDirectory
from ktnas.records.summary import Ending, Summary, agrees
from ktnas.records.summary_check import CHECK
from ktnas.records.trials import TrialLog
from ktnas.runner.experiment import Experiment
from ktnas.spaces.base import contains

_PACKAGE = __name__.partition(".")[0]
_PLAIN = (str, bytes, bool, int, float, NoneType, np.ndarray, np.generic)


def is_of_this_package(part: object) -> bool:
    """Whether a composed object is made of nothing but parts of this package, whose code has a digest."""
    if dataclasses.is_dataclass(part) and not isinstance(part, type):
        fields = (getattr(part, field.name) for field in dataclasses.fields(part) if field.compare)
        return type(part).__module__.partition(".")[0] == _PACKAGE and all(map(is_of_this_package, fields))
    if isinstance(part, Mapping):
        return all(map(is_of_this_package, [*part.keys(), *part.values()]))
    if isinstance(part, tuple | list | frozenset | set):
        return all(map(is_of_this_package, part))
    return isinstance(part, _PLAIN)


def questions(experiment: Experiment, log: TrialLog) -> Sequence[Sequence[Proposal]]:
    """What need not be asked again: all questions that are recorded whole.

    The last that is recorded is whole if it ends the search; else it may have been cut off, and is asked again.
    """
    if not all(_is_of(experiment, trial) for trial in log.trials):
        return ()
    found = log.questions()
    complete = sum(map(len, found)) == len(log.trials) and _ended(_progress(experiment, log), experiment)
    return found if complete else found[:-1]


def ended_summary(
    experiment: Experiment, benchmark: Benchmark, seed: int, directory: RunDirectory, log: TrialLog
) -> Summary | None:
    """The summary of a run that has ended, if all that can be told from its trials bears it out; else None.

    A table is asked again for every answer. Older records, which have no checks, are never enough.
    """
    summary = directory.finished_summary()
    if summary is None or CHECK not in summary or not log.checked or not log.trials:
        return None
    try:
        progress = {name: _with_summary(task, summary, name) for name, task in _progress(experiment, log).items()}
        ending = Ending(progress, summary["seconds"])
    except (KeyError, TypeError, AttributeError):
        return None
    borne_out = (
        _ended(progress, experiment)
        and _in_turn(experiment, log)
        and _answers_again(benchmark, log)
        and agrees(
            summary,
            benchmark,
            experiment.problem,
            ending,
            method=experiment.search.name,
            seed=seed,
            budget=experiment.budget.evaluations,
        )
    )
    return summary if borne_out else None


def _is_of(experiment: Experiment, trial: Trial) -> bool:
    return trial.task in experiment.problem.names and contains(experiment.problem.space_of(trial.task), trial.genotype)


def _progress(experiment: Experiment, log: TrialLog) -> dict[str, TaskProgress]:
    return progress_of(log.trials, experiment.problem.names, experiment.budget.stop_at)


def _with_summary(task: TaskProgress, summary: Summary, name: str) -> TaskProgress:
    """With what no trial tells."""
    told = summary["tasks"][name]
    moved = told["transfers"]
    judged = Transfers(task.transfers.proposed, moved["positive"], moved["negative"], moved["skipped_generations"])
    return dataclasses.replace(task, exhausted=told["exhausted"] is True, transfers=judged)


def _ended(progress: Mapping[str, TaskProgress], experiment: Experiment) -> bool:
    """Whether every task has come to its end, and none has gone beyond it."""
    budget = experiment.budget.evaluations
    return all(task.evaluations == budget or (task.closed and task.evaluations < budget) for task in progress.values())


def _in_turn(experiment: Experiment, log: TrialLog) -> bool:
    """Whether each trial is of a task that had not come to its end, and a repeat where it is said to be one."""
    history, budget = History(), experiment.budget
    progress = {name: TaskProgress() for name in experiment.problem.names}
    for trial in log.trials:
        if not _is_of(experiment, trial):
            return False
        task = progress[trial.task]
        if task.closed or task.evaluations >= budget.evaluations:
            return False
        known = history.find(trial.task, trial.genotype)
        if trial.repeat != (known is not None) or (known is not None and known != trial.evaluation):
            return False
        history = history.extended((trial,))
        progress[trial.task] = task.after(trial, budget.stop_at.get(trial.task, float("inf")))
    return True


def _answers_again(benchmark: Benchmark, log: TrialLog) -> bool:
    """Whether a table gives the answers that are recorded; others would take long, or need not."""
    if isinstance(benchmark, ComputedBenchmark) or not isinstance(benchmark, TableBenchmark):
        return True
    return all(benchmark.evaluate(trial.task, trial.genotype) == trial.evaluation for trial in log.trials)
