"""An evaluator that answers at once, with callbacks that are told when."""

from __future__ import annotations

from dataclasses import dataclass

from ktnas.evaluation.protocol import Evaluate
from ktnas.problem.callback import Begun, Callbacks, Finished, StopSearch
from ktnas.problem.trial import Evaluation
from ktnas.typing import Genotype


@dataclass(frozen=True, slots=True)
class Told:
    """Tells callbacks of every evaluation as it begins and as it ends.

    Attributes:
        evaluate: Answers at once.
        callbacks: Told; they may end the search before an evaluation begins.
    """

    evaluate: Evaluate
    callbacks: Callbacks

    def __call__(self, task: str, genotype: Genotype) -> Evaluation:
        """The answer.

        Raises:
            StopSearch: If a callback wants to end the search; nothing has been evaluated then.
        """
        question = (task, genotype)
        if self.callbacks.evaluation_begun(Begun(question)):
            raise StopSearch
        answer = self.evaluate(task, genotype)
        self.callbacks.evaluation_finished(Finished(question, answer))
        return answer
