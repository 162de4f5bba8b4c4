"""Answers in this process: when they are asked, with what was announced, told as they begin and end."""

import pytest

from ktnas.evaluation.assignment import Assignment, without_context
from ktnas.evaluation.protocol import BatchEvaluator
from ktnas.evaluation.serial import Serial
from ktnas.problem.callback import Begun, Callback, Callbacks, Finished, StopSearch
from ktnas.problem.trial import Evaluation, History

A, B = ("a", (0, 1)), ("a", (1, 0))


class Told(Callback):
    def __init__(self):
        self.told = []

    def evaluation_begun(self, begun):
        self.told.append(begun)

    def evaluation_finished(self, finished):
        self.told.append(finished)


def test_nothing_begins_before_it_is_asked_and_who_watches_is_told():
    callback = Told()
    told = callback.told

    def answer(assignment):
        told.append(assignment)
        return Evaluation(1.0)

    evaluate = Serial(answer, without_context, Callbacks(callback))
    assert isinstance(evaluate, BatchEvaluator)
    evaluate.expect([A, B], History())
    assert not told
    assert evaluate(*A) == Evaluation(1.0)
    assert told == [Begun(A), Assignment(A), Finished(A, Evaluation(1.0))]


def test_the_context_is_that_of_the_last_announcement_and_used_once():
    contexts = iter("xyz")

    def assign(questions, history):
        return [Assignment(question, next(contexts)) for question in questions]

    found = []

    def answer(assignment):
        found.append(assignment.context)
        return Evaluation(0.0)

    evaluate = Serial(answer, assign, Callbacks())
    evaluate.expect([A, B], History())
    evaluate.expect([A], History())
    for question in (A, A, B):
        evaluate(*question)
    assert found == ["z", None, None]


def test_a_callback_that_ends_the_search_ends_it_here():
    class Stop(Callback):
        def evaluation_begun(self, begun):
            return begun.question == B

    asked = []

    def answer(assignment):
        asked.append(assignment.question)
        return Evaluation(1.0)

    evaluate = Serial(answer, without_context, Callbacks(Stop()))
    evaluate(*A)
    with pytest.raises(StopSearch):
        evaluate(*B)
    assert asked == [A]
