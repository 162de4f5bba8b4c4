"""Evaluations by executors of the standard library, and by such as break."""

import pickle
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor, ThreadPoolExecutor

import pytest

from ktnas.errors import ConfigurationError, KtnasError
from ktnas.evaluation.answering import Evaluating
from ktnas.evaluation.assignment import without_context
from ktnas.evaluation.executors import Executors, Lacking, Parcel, answered_there
from ktnas.problem import Evaluation, History
from ktnas.problem.callback import Callbacks

A, B = ("task", (1, 2)), ("task", (3, 4))


def total(task, genotype):
    return Evaluation(float(sum(genotype)))


class Scripted:
    """An executor that does what a test says with each piece of work; what it is given is pickled, as elsewhere."""

    def __init__(self, *steps):
        self.steps, self.given = list(steps), []

    def submit(self, function, *arguments):
        self.given.append(arguments)
        future = Future()
        step = self.steps.pop(0) if self.steps else "answer"
        if step == "answer":
            future.set_result(pickle.loads(pickle.dumps(function(*pickle.loads(pickle.dumps(arguments))))))
        elif step == "cancel":
            future.cancel()
            future.set_running_or_notify_cancel()
        else:
            future.set_exception(step)
        return future


def backend(executor, **options):
    return Executors(executor, Evaluating(total), without_context, Callbacks(), **options)


def collected(of, count):
    arrived = []
    while len(arrived) < count:
        arrived += of.completed(1.0)
    return dict(arrived)


def test_an_executor_of_threads_answers_here():
    with ThreadPoolExecutor(2) as executor:
        of = backend(executor)
        assert of.workers == 2
        of.submit(A, History())
        of.submit(B, History())
        assert {question: answer.fitness for question, answer in collected(of, 2).items()} == {A: 3.0, B: 7.0}


def test_what_answers_is_sent_when_it_is_lacking_and_then_no_more():
    executor = Scripted()
    of = backend(executor, workers=1)
    for question in (A, B):
        of.submit(question, History())
        assert collected(of, 1)[question].fitness == sum(question[1])
    assert [given[1] is not None for given in executor.given] == [False, True, False]
    assert of.parcel.sent_bytes == len(executor.given[1][1])


@pytest.mark.slow
def test_processes_answer_alike():
    with ProcessPoolExecutor(2) as executor:
        of = backend(executor)
        of.submit(A, History())
        of.submit(B, History())
        assert {question: answer.fitness for question, answer in collected(of, 2).items()} == {A: 3.0, B: 7.0}


@pytest.mark.parametrize("fault", ["cancel", OSError("the machine is gone")])
def test_what_was_lost_is_begun_anew_and_then_has_failed(fault):
    of = backend(Scripted(fault), workers=1, retries=1)
    of.submit(A, History())
    assert collected(of, 1)[A].fitness == 3.0
    of = backend(Scripted(fault, fault), workers=1, retries=1)
    of.submit(A, History())
    assert "its worker was lost, 2 times" in collected(of, 1)[A].error


def test_an_executor_that_is_shut_down_is_refused():
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    with pytest.raises(ConfigurationError, match="shut down"):
        backend(executor).submit(A, History())


def test_an_executor_that_breaks_down_ends_the_search():
    of = backend(Scripted(BrokenExecutor("a process died")), workers=1)
    of.submit(A, History())
    with pytest.raises(KtnasError, match=r"broken down.*kept"):
        of.completed(1.0)


def test_processes_that_lack_modules_are_told_of():
    of = backend(Scripted(ModuleNotFoundError("No module named 'mine'")), workers=1)
    of.submit(A, History())
    with pytest.raises(ConfigurationError, match=r"cannot take the work.*mine"):
        of.completed(1.0)


def test_another_version_there_is_refused(monkeypatch):
    monkeypatch.setattr("ktnas.evaluation.executors.answered_there", lambda *_: Lacking(version="0.0.1"))
    of = backend(Scripted(), workers=1)
    of.submit(A, History())
    with pytest.raises(ConfigurationError, match=r"have ktnas 0\.0\.1"):
        of.completed(1.0)


def test_a_process_keeps_what_answers():
    digest, whole = Parcel(Evaluating(total)).handed(whole=True)
    (assignment,) = without_context([A], History())
    assert answered_there("unknown", None, assignment) == Lacking()
    assert answered_there(digest, whole, assignment).evaluation.fitness == 3.0
    assert answered_there(digest, None, assignment).evaluation.fitness == 3.0
