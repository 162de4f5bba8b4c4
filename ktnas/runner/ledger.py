"""What a run has come to: its trials, how far each task is, and what of a question is still to be evaluated.

One evaluation is the first query of an architecture on a task. A repeat is answered from the history, costs
nothing, is recorded as such and does not count. That holds for migrants as for everything else.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Protocol, runtime_checkable

from ktnas.problem.budget import Budget
from ktnas.problem.callback import Asked
from ktnas.problem.progress import TaskProgress
from ktnas.problem.task import Problem
from ktnas.problem.trial import Evaluation, History, Proposal, Question, Trial
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
        budget: When to stop.
        history: Every trial, in order.
        tasks: How far each task has come.
        idle: Per task, questions in a row that brought nothing new.
    """

    def __init__(self, problem: Problem, budget: Budget) -> None:
        self.budget = budget
        self.history = History()
        self.tasks = {name: TaskProgress() for name in problem.names}
        self.idle = dict.fromkeys(problem.names, 0)
        self._evaluations = budget.at(0)

    def open(self, task: str) -> bool:
        """Whether a task has not ended."""
        progress = self.tasks[task]
        left = progress.evaluations < self._evaluations
        return left and progress.stop_reached_at is None and self.idle[task] < STALLED_AFTER

    def remaining(self) -> dict[str, int]:
        """Evaluations left per task that has not ended."""
        return {t: self._evaluations - p.evaluations for t, p in self.tasks.items() if self.open(t)}

    def begin(self) -> dict[str, int]:
        """Evaluations left as the search is asked anew, under the budget that holds by now; nothing at the end."""
        here = len(self.history)
        for evaluations in [one.evaluations for one in self.budget.earlier if here < one.trials]:
            self._evaluations = evaluations
            if left := self.remaining():
                return left
        self._evaluations = self.budget.evaluations
        return self.remaining()

    def fork(self) -> Ledger:
        """A copy that goes its own way."""
        other = copy(self)
        other.tasks, other.idle = dict(self.tasks), dict(self.idle)
        return other

    def exhaust(self) -> None:
        """The search has nothing to ask: every task that is open ends."""
        self.idle.update(dict.fromkeys(self.remaining(), STALLED_AFTER))

    def questions(self, proposals: Sequence[Proposal]) -> list[Question]:
        """What of a question has not been asked before and is within the budget, in order, each once."""
        left = self.remaining()
        asked = dict.fromkeys((proposal.task, proposal.genotype) for proposal in proposals)
        new: list[Question] = []
        for task, genotype in asked:
            if left.get(task, 0) and self.history.find(task, genotype) is None:
                left[task] -= 1
                new.append((task, genotype))
        return new

    def answer(self, asked: Asked, answer: Callable[[Question], Evaluation | None]) -> tuple[tuple[Trial, ...], bool]:
        """The trials of a question, which are recorded here, and whether it was answered whole.

        Args:
            asked: What the search asked.
            answer: Answers what is new; None ends it there.
        """
        before = dict(self.tasks)
        trials: list[Trial] = []
        for proposal in asked.proposals:
            task, genotype = proposal.task, proposal.genotype
            if not self.open(task):
                continue
            known = self.history.find(task, genotype)
            evaluation = answer((task, genotype)) if known is None else known
            if evaluation is None:
                return tuple(trials), False
            trial = Trial(asked.generation, proposal, evaluation, repeat=known is not None)
            self.record(trial)
            trials.append(trial)
        # a task that waits for its turn has not stalled
        for task in {trial.task for trial in trials} or self.remaining().keys():
            new = self.tasks[task].evaluations > before[task].evaluations
            self.idle[task] = 0 if new else self.idle[task] + 1
        return tuple(trials), True

    def record(self, trial: Trial) -> None:
        """Take in a trial."""
        self.history = self.history.extended((trial,))
        stop_at = self.budget.stop_at.get(trial.task, math.inf)
        self.tasks[trial.task] = self.tasks[trial.task].after(trial, stop_at)

    def results(self, search: Transferring | None, state: object) -> dict[str, TaskProgress]:
        """How far each task has come, with what became of transfers."""
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
