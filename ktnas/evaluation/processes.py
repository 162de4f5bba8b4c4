"""Several candidates side by side, a process each: on processor cores, or on GPUs, where several may share one.

Answers do not depend on the number of workers. A worker that dies (killed, a segmentation fault, no memory left in the
machine) is a failed evaluation with its reason, and another takes its place; one that does not end in its time is
ended. Data travel to a worker once, when it starts. When this process dies, however it does, its workers end too.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from time import perf_counter
from types import TracebackType
from typing import TypeAlias

import torch

from ktnas.errors import KtnasError
from ktnas.evaluation.interrupts import interruptions_held_back
from ktnas.evaluation.protocol import Change, Question, Watch
from ktnas.problem.trial import Evaluation, History
from ktnas.training.engine.errors import DeviceLostError
from ktnas.training.halving import Earlier
from ktnas.typing import Genotype

_POLL_S = 1.0


_PATIENCE_S = 20.0
"""A training watches its own limit; a worker that overruns it by half and by so many seconds is ended from outside."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a worker is asked.

    Attributes:
        question: Task and genotype.
        earlier: What others had at the rungs of halving; None to train to the end.
    """

    question: Question
    earlier: Earlier | None = None


Answerer: TypeAlias = Callable[[Assignment], Evaluation]
"""Answers in a worker; it is pickled on its way there, with all data that it needs."""


class Workers:
    """Fulfils `ktnas.evaluation.protocol.BatchEvaluator`; a context manager. Processes start with the first question.

    Args:
        answerers: One per worker.
        assignments: What is to be done for questions, after a history.
        watch: Told when a training begins and ends.
        limit_s: Seconds that a training may take; None for no limit.
    """

    def __init__(
        self,
        answerers: Sequence[Answerer],
        assignments: Callable[[Sequence[Question], History], Sequence[Assignment]],
        watch: Watch,
        limit_s: float | None = None,
    ) -> None:
        self._workers = [_Worker(answerer) for answerer in answerers]
        self._assignments, self._watch = assignments, watch
        self._overdue_s = None if limit_s is None else 1.5 * limit_s + _PATIENCE_S
        self._queue: deque[Assignment] = deque()
        self._answers: dict[Question, Evaluation] = {}

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all workers, at once."""
        for worker in self._workers:
            worker.end()

    def expect(self, questions: Sequence[Question], history: History) -> None:
        """Begin with these."""
        self._answers.clear()
        running = {worker.assignment.question for worker in self._workers if worker.assignment is not None}
        wanted = self._assignments(questions, history)
        self._queue = deque(assignment for assignment in wanted if assignment.question not in running)
        self._tell(self._hand_out())

    def __call__(self, task: str, genotype: Genotype) -> Evaluation:
        """The answer, as soon as it is there; others that arrive meanwhile are told and kept.

        Raises:
            KtnasError: If a worker cannot start.
        """
        question = (task, genotype)
        while question not in self._answers:
            if not self._is_coming(question):
                self._queue.append(Assignment(question))
            self._tell(self._hand_out())
            arrived = self._collect()
            self._tell(self._hand_out(), arrived)
        return self._answers.pop(question)

    def _tell(self, begun: Sequence[Question], arrived: Sequence[tuple[Question, Evaluation]] = ()) -> None:
        if begun or arrived:
            self._watch(Change(begun, arrived))

    def _is_coming(self, question: Question) -> bool:
        running = [worker.assignment for worker in self._workers]
        return any(a is not None and a.question == question for a in (*self._queue, *running))

    def _hand_out(self) -> list[Question]:
        """Give what waits to workers that are free; returns what has begun."""
        begun: list[Question] = []
        for worker in self._workers:
            if not self._queue:
                break
            if worker.connection is None:
                worker.start()
            if worker.ready and worker.assignment is None and worker.ask(self._queue[0]):
                begun.append(self._queue.popleft().question)
        return begun

    def _collect(self) -> list[tuple[Question, Evaluation]]:
        """Wait for news of workers; returns answers."""
        ready = wait([w.connection for w in self._workers if w.connection is not None], _POLL_S)
        arrived: list[tuple[Question, Evaluation]] = []
        for worker in self._workers:
            answer = None
            if worker.connection in ready:
                answer = worker.news()
            elif self._overdue_s is not None and worker.busy_s() > self._overdue_s:
                answer = worker.overdue()
            if answer is not None and worker.assignment is not None:
                arrived.append((worker.assignment.question, answer))
                worker.assignment = None
        self._answers.update(arrived)
        return arrived


@dataclass(slots=True, eq=False)
class _Worker:
    """A process, and what this side knows of it."""

    answerer: Answerer
    process: SpawnProcess | None = None
    connection: Connection[object, object] | None = None
    ready: bool = False
    assignment: Assignment | None = None
    began: float = field(default=0.0)

    def start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, other = context.Pipe()
        self.process = context.Process(target=_work, args=(other, self.answerer), daemon=True)
        with interruptions_held_back():  # inherited: Ctrl-C is for the parent, which ends its workers
            self.process.start()
        other.close()
        self.ready = False

    def ask(self, assignment: Assignment) -> bool:
        """Whether the process could be asked; where it has died meanwhile, its connection tells."""
        if self.connection is None:
            return False
        try:
            self.connection.send(assignment)
        except OSError:
            return False
        self.assignment, self.began = assignment, perf_counter()
        return True

    def busy_s(self) -> float:
        return 0.0 if self.assignment is None else perf_counter() - self.began

    def news(self) -> Evaluation | None:
        """What the process has sent: an answer, or None for a sign of life; a failed evaluation if it has died."""
        if self.connection is None:
            return None
        try:
            message = self.connection.recv()
        except (EOFError, OSError):
            return self._died()
        self.ready = True
        if isinstance(message, DeviceLostError):
            took = self.busy_s()
            self.end()
            return Evaluation.failed(str(message), took)
        return message if isinstance(message, Evaluation) else None

    def overdue(self) -> Evaluation:
        took = self.busy_s()
        self.end()
        return Evaluation.failed(f"over its limit: it did not end by itself and was ended after {took:.0f} s", took)

    def _died(self) -> Evaluation:
        took, ready = self.busy_s(), self.ready
        how = self.end()
        if not ready:
            raise KtnasError(
                f"a worker process {how} before it could begin; a script that trains with workers must do so under "
                'if __name__ == "__main__":, as workers import it anew'
            )
        return Evaluation.failed(f"the worker process {how}", took)

    def end(self) -> str:
        """End the process, and say how it ended; `start` starts another."""
        process, connection = self.process, self.connection
        self.process = self.connection = None
        self.ready = False
        if process is None:
            return "had not started"
        if connection is not None:
            connection.close()
        process.join(0.5 if self.assignment is None or process.exitcode is not None else 0.1)
        if process.is_alive():
            process.kill()
            process.join()
        return _ending(process.exitcode)


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        name = signal.Signals(-code).name
        memory = ": perhaps the machine's memory ran out" if name == "SIGKILL" else ""
        return f"was ended by {name}{memory}"
    return f"ended with exit code {code}"


def _work(connection: Connection[object, object], answerer: Answerer) -> None:
    """What a worker does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _end_with_parent()
    torch.set_num_threads(1)
    connection.send("ready")
    while True:
        try:
            assignment = connection.recv()
        except EOFError:
            return
        if isinstance(assignment, Assignment):
            try:
                connection.send(answerer(assignment))
            except DeviceLostError as error:  # another process takes its place
                connection.send(error)
                return


def _end_with_parent() -> None:
    """End this process as soon as its parent has ended, even if it was killed and could tell nobody."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
