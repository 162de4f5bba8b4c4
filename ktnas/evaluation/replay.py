"""Answers that are known already come from the record; the others from the evaluator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ktnas.evaluation.protocol import BatchEvaluator, Evaluate
from ktnas.problem.trial import Evaluation, History, Question
from ktnas.typing import Genotype


def recalling(known: Mapping[Question, Evaluation], evaluate: Evaluate) -> Evaluate:
    """``evaluate``, but what is known is answered from there."""
    if not known:
        return evaluate
    return _Recalling(known, evaluate)


@dataclass(frozen=True, slots=True)
class _Recalling:
    known: Mapping[Question, Evaluation]
    evaluate: Evaluate

    def expect(self, questions: Sequence[Question], history: History) -> None:
        if isinstance(self.evaluate, BatchEvaluator):
            self.evaluate.expect([question for question in questions if question not in self.known], history)

    def __call__(self, task: str, genotype: Genotype) -> Evaluation:
        answer = self.known.get((task, genotype))
        return self.evaluate(task, genotype) if answer is None else answer
