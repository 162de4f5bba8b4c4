"""A question on its way to what answers it, with what the search so far has to say about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from ktnas.problem.trial import Evaluation, History, Question

C = TypeVar("C")


@dataclass(frozen=True, slots=True)
class Assignment(Generic[C]):
    """A question, and what its answer depends on beside it.

    Attributes:
        question: Task and genotype.
        context: Taken from the history when the question was announced, such as what earlier candidates had reached
            at the rungs of successive halving; None for nothing. Only the answerer knows what it means.
    """

    question: Question
    context: C | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """An evaluation as it comes back from where it was computed.

    Attributes:
        evaluation: The answer.
        printed: What was printed meanwhile, on both streams; empty where nothing was, or nobody listened.
    """

    evaluation: Evaluation
    printed: str = ""


Answerer: TypeAlias = Callable[[Assignment[C]], Evaluation | Reply]
"""Answers one assignment after the other. For a worker it is pickled, with all data that it needs."""


Assign: TypeAlias = Callable[[Sequence[Question], History], Sequence[Assignment[C]]]
"""What is to be done for questions, in their order, after a history."""


def without_context(questions: Sequence[Question], _: History) -> list[Assignment[object]]:
    """Assignments whose answers depend on nothing but the question.

    >>> without_context([("a", (0, 1))], History())
    [Assignment(question=('a', (0, 1)), context=None)]
    """
    return [Assignment(question) for question in questions]
