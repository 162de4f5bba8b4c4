"""What one run has come to: trials, and what each task has used of its budget."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Protocol, runtime_checkable

from ktnas.problem.budget import Budget
from ktnas.problem.progress import TaskProgress
from ktnas.problem.task import Problem
from ktnas.problem.trial import History, Trial
from ktnas.transfer.outcome import Outcome

STALLED_AFTER = 300
"""A task ends early once this many questions in a row brought it no architecture it had not evaluated."""


@runtime_checkable
class Transferring(Protocol):
    """A search that moves architectures between tasks and can say what became of it."""

    def outcomes(self, state: object) -> Mapping[str, tuple[Outcome, ...]]:
        """Judged transfers per target task, oldest first."""

    def skipped(self, state: object) -> Mapping[str, int]:
        """Generations per target task without a migrant, although there were donors."""


class Ledger:
    """What one run has come to; the only mutable thing in it.

    Attributes:
        budget: When it stops.
        history: Every trial.
        tasks: How far each task has come.
        idle: Per task, how many questions in a row brought it no architecture it had not evaluated.
    """

    def __init__(self, problem: Problem, budget: Budget) -> None:
        self.budget = budget
        self.history = History()
        self.tasks = {name: TaskProgress() for name in problem.names}
        self.idle = dict.fromkeys(problem.names, 0)

    def open(self, task: str) -> bool:
        """Whether a task may be asked for more."""
        progress = self.tasks[task]
        left = progress.evaluations < self.budget.evaluations
        return left and progress.stop_reached_at is None and self.idle[task] < STALLED_AFTER

    def remaining(self) -> dict[str, int]:
        """Evaluations left per task that may be asked for more."""
        return {t: self.budget.evaluations - p.evaluations for t, p in self.tasks.items() if self.open(t)}

    def exhaust(self, tasks: Iterable[str]) -> None:
        """Nothing more is to be asked for these tasks."""
        self.idle.update(dict.fromkeys(tasks, STALLED_AFTER))

    def record(self, trial: Trial) -> None:
        """Take in a trial."""
        self.history = self.history.extended((trial,))
        stop_at = self.budget.stop_at.get(trial.task, math.inf)
        self.tasks[trial.task] = self.tasks[trial.task].after(trial, stop_at)

    def results(self, search: Transferring | None, state: object) -> dict[str, TaskProgress]:
        """How far each task has come, with what the search says of transfers."""
        exhausted = {task for task, questions in self.idle.items() if questions >= STALLED_AFTER}
        if search is None:
            return {t: replace(p, exhausted=True) if t in exhausted else p for t, p in self.tasks.items()}
        outcomes, skipped = search.outcomes(state), search.skipped(state)
        results = {}
        for task, progress in self.tasks.items():
            labels = [outcome.positive for outcome in outcomes.get(task, ())]
            transfers = progress.transfers.judged(labels, skipped.get(task, 0))
            results[task] = replace(progress, exhausted=task in exhausted, transfers=transfers)
        return results
