"""A task on which nothing succeeds ends the search, with its first error: a mistake is not to cost a whole budget."""

from __future__ import annotations

from collections.abc import Sequence

from ktnas.errors import EvaluationError
from ktnas.problem.callback import Answered, Begun, Callback, Ended, Finished
from ktnas.problem.progress import RunProgress
from ktnas.problem.trial import Question

FIRST = 5
"""Evaluations of a task that must all fail, from its first on, to end the search; fewer where the budget is smaller."""


class FirstFailures(Callback):
    """Raises where the first evaluations of a task have all failed; after one success never again."""

    def __init__(self) -> None:
        self._errors: dict[str, dict[Question, str]] = {}
        self._succeeded: set[str] = set()

    def evaluation_finished(self, finished: Finished) -> None:
        self._count(finished.question, finished.evaluation.error)

    def evaluation_begun(self, begun: Begun) -> None:
        """Nothing more is begun: the rest of a generation may take hours. What has arrived is recorded by now."""
        self._check()

    def progressed(self, progress: RunProgress) -> None:
        self._check()

    def generation_answered(self, answered: Answered) -> None:
        """Count what came from a record, too."""
        for trial in answered.trials:
            if not trial.repeat:
                self._count((trial.task, trial.proposal.genotype), trial.evaluation.error)
        self._check()

    def search_ended(self, ended: Ended) -> None:
        """A search that has come to its end must have found something on every task."""
        if ended.stopped is None:
            self._check(least=1)

    def _count(self, question: Question, error: str | None) -> None:
        task, _ = question
        if error is None:
            self._succeeded.add(task)
            self._errors.pop(task, None)
        elif task not in self._succeeded:
            self._errors.setdefault(task, {})[question] = error

    def _check(self, least: int = FIRST) -> None:
        for task, errors in self._errors.items():
            if len(errors) >= least:
                raise _refused(task, list(errors.values()))


def _refused(task: str, errors: Sequence[str]) -> EvaluationError:
    failed = f"the first {len(errors)} evaluations" if len(errors) > 1 else "the first evaluation"
    return EvaluationError(
        f"{failed} of task {task!r} failed, beginning with: {errors[0]}. Mend that and search anew; to go on whatever "
        "fails: catch=True, or --catch at the command line"
    )
