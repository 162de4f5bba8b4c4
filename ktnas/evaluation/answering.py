"""What answers in other processes and threads: a benchmark's own evaluation, with what it prints kept apart."""

from __future__ import annotations

from dataclasses import dataclass

from ktnas.evaluation.assignment import Assignment, Reply
from ktnas.evaluation.captured import printed_by_process
from ktnas.evaluation.protocol import Evaluate
from ktnas.problem.trial import Evaluation


@dataclass(frozen=True, slots=True)
class Evaluating:
    """Answers by a function of task and genotype.

    Attributes:
        evaluate: It.
    """

    evaluate: Evaluate

    def __call__(self, assignment: Assignment[object]) -> Evaluation:
        """Its answer; nothing but the question counts."""
        return self.evaluate(*assignment.question)


@dataclass(frozen=True, slots=True)
class EvaluatingAlone:
    """The same in a process that does nothing else: whatever the process prints is kept apart.

    Attributes:
        evaluate: The function of task and genotype.
    """

    evaluate: Evaluate

    def __call__(self, assignment: Assignment[object]) -> Reply:
        """Its answer, and what it printed."""
        with printed_by_process() as printed:
            evaluation = self.evaluate(*assignment.question)
        return Reply(evaluation, printed())
