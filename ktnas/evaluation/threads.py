"""Evaluations in threads of this process: for functions that wait, on programs they start or on the network.

A thread cannot be ended from outside: an evaluation over its limit has failed, and its thread goes on by itself until
it ends, or with this process. What it prints by then is shown.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from time import monotonic
from typing import Generic, TypeVar

from ktnas.errors import reason
from ktnas.evaluation.assignment import Answerer, Assign, Assignment, Reply
from ktnas.evaluation.backend import Announcer
from ktnas.evaluation.captured import printed_by_thread, threads_listened_to
from ktnas.problem.callback import Callbacks, StopSearch
from ktnas.problem.trial import Evaluation, History, Question

C = TypeVar("C")


class Threads(Generic[C]):
    """A backend of threads.

    Args:
        answer: Answers an assignment, in several threads at the same time.
        assign: What is to be done for questions, after a history.
        callbacks: Announcer when an evaluation begins and ends.
        workers: How many run at the same time.
        limit_s: Seconds that an evaluation may take; None for no limit.
    """

    def __init__(
        self,
        answer: Answerer[C],
        assign: Assign[C],
        callbacks: Callbacks,
        workers: int,
        limit_s: float | None = None,
    ) -> None:
        self.workers = workers
        self._answer, self._assign, self._tell, self._limit_s = answer, assign, Announcer(callbacks), limit_s
        self._running: dict[int, tuple[Question, float]] = {}
        self._replies: queue.SimpleQueue[tuple[int, Reply]] = queue.SimpleQueue()
        self._number = 0
        self._stack = ExitStack()
        self._stack.enter_context(threads_listened_to())

    def submit(self, question: Question, history: History) -> None:
        """Begin at once, in a thread of its own."""
        (assignment,) = self._assign([question], history)
        number, self._number = self._number, self._number + 1
        self._running[number] = question, monotonic()
        threading.Thread(target=self._work, args=(number, assignment), daemon=True).start()
        try:
            self._tell.begun(question)
        except StopSearch:
            return  # callbacks remember it

    def completed(self, patience_s: float) -> Sequence[tuple[Question, Evaluation]]:
        """Answers that have arrived, and failures of those over the limit."""
        arrived: list[tuple[Question, Evaluation]] = []
        until = monotonic() + patience_s
        while not arrived and (left := until - monotonic()) > 0:
            with suppress(queue.Empty):
                self._take(arrived, *self._replies.get(timeout=min(left, self._patience_s())))
            while not self._replies.empty():
                self._take(arrived, *self._replies.get())
            self._expire(arrived)
        return arrived

    def end(self, *, collect: bool = False) -> None:
        """Nothing more is begun; what has arrived is told, if that is wanted."""
        if collect:
            arrived: list[tuple[Question, Evaluation]] = []
            while not self._replies.empty():
                self._take(arrived, *self._replies.get())
        self._running.clear()
        self._stack.close()

    def _patience_s(self) -> float:
        if self._limit_s is None or not self._running:
            return 60.0
        oldest = min(began for _, began in self._running.values())
        return max(0.001, oldest + self._limit_s - monotonic())

    def _work(self, number: int, assignment: Assignment[C]) -> None:
        with printed_by_thread() as printed:
            try:
                answer = self._answer(assignment)
            except BaseException as error:  # a thread has nobody to tell but its evaluation
                answer = Evaluation.failed(reason(error))
        reply = answer if isinstance(answer, Reply) else Reply(answer)
        self._replies.put((number, Reply(reply.evaluation, reply.printed or printed())))

    def _take(self, arrived: list[tuple[Question, Evaluation]], number: int, reply: Reply) -> None:
        if number in self._running:  # else it has failed meanwhile
            question, _ = self._running.pop(number)
            self._tell.finished(question, reply)
            arrived.append((question, reply.evaluation))

    def _expire(self, arrived: list[tuple[Question, Evaluation]]) -> None:
        if self._limit_s is None:
            return
        for number, (_, began) in list(self._running.items()):
            took = monotonic() - began
            if took >= self._limit_s:
                text = f"over its limit of {self._limit_s:g} s; its thread cannot be ended and goes on by itself"
                self._take(arrived, number, Reply(Evaluation.failed(text, took)))
