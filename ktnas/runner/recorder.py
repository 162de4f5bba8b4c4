"""Watches a run: trials and answers go to its directory, how far it has come to whoever looks on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import TypeAlias

from ktnas.evaluation.protocol import Change, Question
from ktnas.problem.progress import Progress, TaskResult
from ktnas.problem.trial import Evaluation, Proposal, Trial
from ktnas.records.evaluations import EvaluationLog
from ktnas.records.summary import Ending, Seconds
from ktnas.records.trials import TrialLog
from ktnas.report.progress import Standings, standings
from ktnas.typing import Genotype

Show: TypeAlias = Callable[[Standings], None]
"""Is told how far a run has come."""


@dataclass(slots=True)
class Recorder:
    """Observes a run, and watches evaluations that take long.

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
    answers: EvaluationLog | None
    show: Show
    tasks: Mapping[str, TaskResult]
    search_s: float = 0.0
    began: float = field(default_factory=perf_counter)
    _generation: int = 0
    _running: set[Question] = field(default_factory=set)
    _arrived: dict[Question, Evaluation] = field(default_factory=dict)
    _doing: str = ""

    def __call__(self, progress: Progress) -> None:
        """A generation has been answered."""
        self.log.append(progress.trials, [self.label(trial.genotype) for trial in progress.trials])
        self.tasks, self.search_s = progress.tasks, progress.search_s
        self._generation = progress.generation + 1
        self._running.clear()
        self._arrived.clear()
        self.show(standings(progress.tasks))

    def watch(self, change: Change) -> None:
        """Evaluations have begun or ended; answers are on disk when this returns."""
        for question, answer in change.arrived:
            if self.answers is not None:
                self.answers.append(question, answer)
            self._running.discard(question)
            self._arrived[question] = answer
        self._running.update(change.begun)
        self._doing = change.doing
        self.show(self._standings())

    def _standings(self) -> Standings:
        rows = standings(self._so_far())
        for task, _ in self._running:
            rows[task] = replace(rows[task], running=rows[task].running + 1, doing=self._doing)
        return rows

    def interrupted(self) -> Ending:
        """How far the run came."""
        seconds: Seconds = {"total": perf_counter() - self.began, "search": self.search_s}
        return Ending(self._so_far(), seconds, finished=False)

    def _so_far(self) -> dict[str, TaskResult]:
        """How far each task has come, with the answers of the generation that is not complete."""
        tasks = dict(self.tasks)
        for (task, genotype), answer in self._arrived.items():
            tasks[task] = _with(tasks[task], Trial(self._generation, Proposal(task, genotype), answer))
        return tasks


def _with(result: TaskResult, trial: Trial) -> TaskResult:
    """A task's result with one more trial."""
    evaluations, fitness = result.evaluations + 1, trial.fitness
    counted = replace(
        result,
        evaluations=evaluations,
        failed=result.failed + (fitness is None),
        cost_s=result.cost_s + trial.evaluation.cost_s,
    )
    best = None if result.best is None else result.best.fitness
    if fitness is None or (best is not None and best >= fitness):
        return counted
    return replace(counted, best=trial, evaluations_to_best=evaluations)
