"""What an evaluator promises, and how it tells what it is doing.

A table answers at once. An evaluator that trains networks is told of a whole batch beforehand, may train several
candidates in parallel, and tells the run's callbacks of every answer at the moment it is there
(`ktnas.problem.callback.Callbacks.evaluations`), so that nothing that was paid for is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from ktnas.problem.trial import Evaluation, History, Question
from ktnas.typing import Genotype


@runtime_checkable
class BatchEvaluator(Protocol):
    """An evaluator that is told beforehand what it will be asked, and may begin at once."""

    def expect(self, questions: Sequence[Question], history: History) -> None:
        """These will be asked next, in this order; what was expected earlier and not asked will not be.

        Args:
            questions: New ones, each once; the end of it may remain unasked.
            history: All trials so far. No answer may depend on anything else that happened before, so that a run
                which goes on from its record comes to the same answers.
        """

    def __call__(self, task: str, genotype: Genotype) -> Evaluation:
        """The answer; failures are answers with ``error``, not exceptions."""


Evaluate = Callable[[str, Genotype], Evaluation]
"""Evaluates a genotype on the task of that name; failures are answers with ``error``, not exceptions.

One that is a `ktnas.evaluation.protocol.BatchEvaluator` is told of all new questions of a generation beforehand.
"""
