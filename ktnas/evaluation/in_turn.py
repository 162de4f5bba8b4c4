"""A backend of this process: one evaluation after the other, in the order handed out."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from ktnas.evaluation.protocol import BatchEvaluator, Evaluate
from ktnas.problem.callback import StopSearch
from ktnas.problem.trial import Evaluation, History, Question


class InTurn:
    """Evaluates here, when answers are waited for.

    Args:
        evaluate: Answers, and tells callbacks itself.
        workers: How many are handed out at the same time, as if so many worked on them.
    """

    def __init__(self, evaluate: Evaluate, workers: int = 1) -> None:
        self.workers = workers
        self._evaluate = evaluate
        self._waiting: deque[tuple[Question, History]] = deque()

    def submit(self, question: Question, history: History) -> None:
        """Remember it."""
        self._waiting.append((question, history))

    def completed(self, patience_s: float) -> Sequence[tuple[Question, Evaluation]]:
        """The answer to the first that waits; none where a callback has ended the search before it began."""
        if not self._waiting:
            return ()
        question, history = self._waiting.popleft()
        if isinstance(self._evaluate, BatchEvaluator):
            self._evaluate.expect([question], history)
        try:
            return ((question, self._evaluate(*question)),)
        except StopSearch:
            return ()

    def end(self, *, collect: bool = False) -> None:
        """Nothing is under way between two calls."""
        self._waiting.clear()
