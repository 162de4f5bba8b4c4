"""Answers in this process: when they are asked, with what was announced, told as they begin and end."""

from ktnas.evaluation.assignment import Assignment, without_context
from ktnas.evaluation.protocol import BatchEvaluator, Change
from ktnas.evaluation.serial import Serial
from ktnas.problem.trial import Evaluation, History

A, B = ("a", (0, 1)), ("a", (1, 0))


def test_nothing_begins_before_it_is_asked_and_who_watches_is_told():
    told = []

    def answer(assignment):
        told.append(assignment)
        return Evaluation(1.0)

    evaluate = Serial(answer, without_context, told.append)
    assert isinstance(evaluate, BatchEvaluator)
    evaluate.expect([A, B], History())
    assert not told
    assert evaluate(*A) == Evaluation(1.0)
    assert told == [Change(begun=(A,)), Assignment(A), Change(arrived=((A, Evaluation(1.0)),))]


def test_the_context_is_that_of_the_last_announcement_and_used_once():
    contexts = iter("xyz")

    def assign(questions, history):
        return [Assignment(question, next(contexts)) for question in questions]

    found = []

    def answer(assignment):
        found.append(assignment.context)
        return Evaluation(0.0)

    evaluate = Serial(answer, assign, lambda change: None)
    evaluate.expect([A, B], History())
    evaluate.expect([A], History())
    for question in (A, A, B):
        evaluate(*question)
    assert found == ["z", None, None]
