"""Evaluations in threads: in whatever order, each with its limit and what it prints."""

import sys
import threading

from ktnas.evaluation.assignment import without_context
from ktnas.evaluation.threads import Threads
from ktnas.problem import Evaluation, History
from ktnas.problem.callback import Callback, Callbacks

A, B = ("task", (0,)), ("task", (1,))


class Printing(Callback):
    def __init__(self):
        self.kept = []

    def evaluation_printed(self, printed):
        self.kept.append((printed.question, printed.text))


def collected(backend, count):
    arrived = []
    while len(arrived) < count:
        arrived += backend.completed(1.0)
    return arrived


def threads(answer, callback=None, **options):
    return Threads(answer, without_context, Callbacks.of(callback), 2, **options)


def test_answers_arrive_as_they_are_ready():
    gate = threading.Event()

    def answer(assignment):
        if assignment.question == A:
            gate.wait()
        return Evaluation(float(assignment.question[1][0]))

    backend = threads(answer)
    backend.submit(A, History())
    backend.submit(B, History())
    first = collected(backend, 1)
    gate.set()
    assert [question for question, _ in [*first, *collected(backend, 1)]] == [B, A]
    backend.end()


def test_what_threads_print_is_kept_apart(capsys):
    def answer(assignment):
        sys.stdout.write(f"out {assignment.question[1]}\n")
        sys.stderr.write(f"err {assignment.question[1]}\n")
        return Evaluation(1.0)

    printing = Printing()
    backend = threads(answer, printing)
    backend.submit(A, History())
    backend.submit(B, History())
    collected(backend, 2)
    backend.end()
    assert sorted(printing.kept) == [(A, "out (0,)\nerr (0,)\n"), (B, "out (1,)\nerr (1,)\n")]
    assert capsys.readouterr() == ("", "")


def test_streams_are_given_back():
    before = sys.stdout, sys.stderr
    backend = threads(lambda assignment: Evaluation(1.0))
    assert sys.stdout is not before[0]
    backend.end()
    assert (sys.stdout, sys.stderr) == before


def test_one_over_its_limit_has_failed_and_its_late_answer_is_no_other():
    gate = threading.Event()

    def answer(assignment):
        gate.wait()
        return Evaluation(1.0)

    backend = threads(answer, limit_s=0.05)
    backend.submit(A, History())
    ((question, evaluation),) = collected(backend, 1)
    gate.set()
    assert question == A
    assert "over its limit of 0.05 s" in evaluation.error
    assert backend.completed(0.2) == []
    backend.end()


def test_whatever_a_thread_raises_is_a_failure():
    def answer(assignment):
        raise KeyboardInterrupt("no")

    backend = threads(answer)
    backend.submit(A, History())
    ((_, evaluation),) = collected(backend, 1)
    assert "KeyboardInterrupt" in evaluation.error
    backend.end()
