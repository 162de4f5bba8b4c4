"""Watches a run: trials and answers go to its directory, how far it has come to whoever looks on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import TypeAlias

from ktnas.answers import AnswerLog
from ktnas.benchmarks.live import Question
from ktnas.live import Standings, standings
from ktnas.results import TrialLog
from ktnas.runner import Progress, TaskResult
from ktnas.summary import Ending
from ktnas.trial import Evaluation
from ktnas.typing import Genotype

Show: TypeAlias = Callable[[Standings], None]
"""Is told how far a run has come."""


@dataclass(slots=True)
class Recorder:
    """Observes a run, and fulfils `ktnas.benchmarks.live.Watch` for evaluations that take long.

    Attributes:
        label: An architecture as users know it.
        log: The trials on disk.
        answers: The answers on disk, where they take long.
        show: Told of every change.
        tasks: How far each task has come, by the generations that are complete.
        search_s: Seconds spent in the search itself.
        began: When the run began.
    """

    label: Callable[[Genotype], str]
    log: TrialLog
    answers: AnswerLog | None
    show: Show
    tasks: Mapping[str, TaskResult]
    search_s: float = 0.0
    began: float = field(default_factory=perf_counter)
    _running: set[Question] = field(default_factory=set)
    _arrived: dict[Question, Evaluation] = field(default_factory=dict)

    def __call__(self, progress: Progress) -> None:
        """A generation has been answered."""
        self.log.append(progress.trials, [self.label(trial.genotype) for trial in progress.trials])
        self.tasks, self.search_s = progress.tasks, progress.search_s
        self._running.clear()
        self._arrived.clear()
        self.show(standings(progress.tasks))

    def begun(self, question: Question) -> None:
        """An evaluation has begun."""
        self._running.add(question)
        self.show(self._standings())

    def arrived(self, question: Question, evaluation: Evaluation) -> None:
        """An answer is there: on disk when this returns."""
        if self.answers is not None:
            self.answers.append(question, evaluation)
        self._running.discard(question)
        self._arrived[question] = evaluation
        self.show(self._standings())

    def _standings(self) -> Standings:
        rows = standings(self.tasks)
        for (task, _), answer in self._arrived.items():
            row = rows[task]
            known = [fitness for fitness in (row.fitness, answer.fitness) if fitness is not None]
            rows[task] = replace(
                row,
                evaluations=row.evaluations + 1,
                fitness=max(known, default=None),
                cost_s=row.cost_s + answer.cost_s,
            )
        for task, _ in self._running:
            rows[task] = replace(rows[task], running=rows[task].running + 1)
        return rows

    def interrupted(self) -> Ending:
        """How far the run came."""
        return Ending(self.tasks, {"total": perf_counter() - self.began, "search": self.search_s}, finished=False)
