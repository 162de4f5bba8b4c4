"""Questions answered in this process, one by one, when they are asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from ktnas.evaluation.assignment import Answerer, Assign, Assignment, Reply
from ktnas.problem.callback import Callbacks
from ktnas.problem.trial import Evaluation, History, Question
from ktnas.typing import Genotype

C = TypeVar("C")


class Serial(Generic[C]):
    """Evaluates in this process, one by one; a `BatchEvaluator` of which nothing begins before it is asked.

    Args:
        answer: Answers an assignment.
        assign: What is to be done for questions, after a history.
        callbacks: Told when an evaluation begins and ends.
    """

    def __init__(self, answer: Answerer[C], assign: Assign[C], callbacks: Callbacks) -> None:
        self._answer, self._assign, self._callbacks = answer, assign, callbacks
        self._expected: dict[Question, Assignment[C]] = {}

    def expect(self, questions: Sequence[Question], history: History) -> None:
        """Remember what these depend on; what was expected earlier is forgotten."""
        self._expected = {assignment.question: assignment for assignment in self._assign(questions, history)}

    def __call__(self, task: str, genotype: Genotype) -> Evaluation:
        """The answer; of a question that was not expected, without any context."""
        question = (task, genotype)
        self._callbacks.evaluations(begun=(question,))
        reply = self._answer(self._expected.pop(question, Assignment(question)))
        answer = reply.evaluation if isinstance(reply, Reply) else reply
        self._callbacks.evaluations(finished=((question, answer),))
        return answer
