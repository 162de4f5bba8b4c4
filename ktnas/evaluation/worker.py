"""One process that answers: how it starts, is asked, is ended, and what it does on its own side.

It is started with nothing but a connection, and gets its answerer, with all data, as the first message: so that a
process that dies or stalls while it starts keeps nobody waiting. When its parent dies, however it does, it ends too.
"""

from __future__ import annotations

import multiprocessing
import pickle
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from multiprocessing.reduction import ForkingPickler
from time import perf_counter
from typing import Generic, TypeVar

from ktnas.errors import KtnasError, reason, shortened
from ktnas.evaluation.assignment import Answerer, Assignment, Reply
from ktnas.evaluation.interrupts import (
    end_with_parent,
    interruptions_held_back,
    killed_at_exit,
    leave_signals_to_parent,
)
from ktnas.problem.trial import Evaluation

C = TypeVar("C")

_READY = "ready"


_GUARD = (
    "a script that evaluates with workers must do so under 'if __name__ == \"__main__\":', as workers import it anew"
)


class WorkerLostError(KtnasError):
    """For answerers to raise: this process can answer nothing more, such as after a crash of its GPU.

    The evaluation has failed with the error's text, and another process takes the place of this one.
    """


class WorkerStartError(KtnasError):
    """A worker that could not begin.

    Attributes:
        hopeless: Whether another attempt would end in the same way.
    """

    def __init__(self, text: str, *, hopeless: bool) -> None:
        super().__init__(text)
        self.hopeless = hopeless


@dataclass(frozen=True, slots=True)
class _CannotBegin:
    """Sent by a process that could not unpickle its answerer."""

    reason: str


@dataclass(slots=True, eq=False)
class Worker(Generic[C]):
    """A process, and what this side knows of it.

    Attributes:
        answerer: Answers there.
        connection: To the process; None where there is none.
        ready: Whether it can be asked.
        assignment: What it is busy with.
        lost: Whether its last evaluation failed because the process was lost, not by an answer.
        printed: What its last evaluation printed.
    """

    answerer: Answerer[C]
    connection: Connection[object, object] | None = None
    ready: bool = False
    assignment: Assignment[C] | None = None
    lost: bool = False
    printed: str = ""
    _process: SpawnProcess | None = None
    _spared: Callable[[], object] | None = None
    _sender: threading.Thread | None = None
    _began: float = field(default=0.0)

    @property
    def starting_s(self) -> float | None:
        """Seconds since the process was started; None if there is none, or it is ready."""
        return None if self.connection is None or self.ready else perf_counter() - self._began

    @property
    def busy_s(self) -> float:
        """Seconds since it was asked; 0 if nothing is asked of it."""
        return 0.0 if self.assignment is None else perf_counter() - self._began

    def start(self) -> None:
        """Start the process, and begin to send it what it needs.

        Raises:
            KtnasError: If there can be no further process, or the answerer cannot be sent to one.
        """
        context, answerer = multiprocessing.get_context("spawn"), _pickled(self.answerer)
        connection, other = context.Pipe()
        process = context.Process(target=_work, args=(other,), daemon=True)
        try:
            with interruptions_held_back():  # inherited: Ctrl-C is for the parent, which ends its workers
                process.start()
                self.connection, self._process, self._spared = connection, process, killed_at_exit(process)
        except OSError as error:
            connection.close()
            raise KtnasError(f"a worker process cannot be started: {error}; use fewer workers") from error
        finally:
            other.close()
        # A process that stalls reads nothing, and a send would wait for it.
        sender = threading.Thread(target=_send, args=(connection, answerer), daemon=True)
        self.ready, self._began, self._sender = False, perf_counter(), sender
        sender.start()

    def ask(self, assignment: Assignment[C]) -> bool:
        """Whether the process could be asked; where it has died meanwhile, its connection tells."""
        if self.connection is None:
            return False
        try:
            self.connection.send(assignment)
        except OSError:
            return False
        self.assignment, self._began = assignment, perf_counter()
        self.lost, self.printed = False, ""
        return True

    def news(self) -> Evaluation | None:
        """What the process has sent: an answer, or None for a sign of life; a failed evaluation if it has died.

        Raises:
            WorkerStartError: If it has died before it was ready.
        """
        if self.connection is None:
            return None
        try:
            message = self.connection.recv()
        except (EOFError, OSError):
            return self._died()
        self.ready = self.ready or message == _READY
        if isinstance(message, WorkerLostError):
            took, self.lost = self.busy_s, True
            self.end()
            return Evaluation.failed(str(message), took)
        if isinstance(message, _CannotBegin):
            self.end()
            raise WorkerStartError(f"a worker process could not begin: {message.reason}; {_GUARD}", hopeless=True)
        if isinstance(message, Reply):
            self.printed = message.printed
            return message.evaluation
        return message if isinstance(message, Evaluation) else None

    def overdue(self) -> Evaluation:
        """End a process that has been busy for too long."""
        took = self.busy_s
        self.end()
        return Evaluation.failed(f"over its limit: it did not end by itself and was ended after {took:.0f} s", took)

    def stalled(self) -> WorkerStartError:
        """End a process that does not get ready."""
        took = self.starting_s or 0.0
        self.end()
        text = (
            f"a worker process had not begun after {took:.0f} s and was ended: the machine may be overloaded; {_GUARD}"
        )
        return WorkerStartError(text, hopeless=False)

    def _died(self) -> Evaluation:
        took, ready, self.lost = self.busy_s, self.ready, True
        code = self.end()
        if ready:
            return Evaluation.failed(f"the worker process {_ending(code)}", took)
        raise WorkerStartError(
            f"a worker process {_ending(code)} before it could begin; {_GUARD}", hopeless=code is None or code >= 0
        )

    def end(self) -> int | None:
        """End the process, and return its exit code; `start` starts another."""
        process, connection, sender = self._process, self.connection, self._sender
        self._process = self.connection = self._sender = None
        self.ready = False
        if process is None or connection is None:
            return None
        if sender is not None and sender.is_alive():  # its connection must not be closed under its hands
            process.kill()
            sender.join()
        connection.close()
        process.join(0.5 if self.assignment is None or process.exitcode is not None else 0.1)
        if process.is_alive():
            process.kill()
            process.join()
        if self._spared is not None:
            self._spared()
        return process.exitcode


def _pickled(answerer: Answerer[C]) -> memoryview:
    try:
        return ForkingPickler.dumps(answerer)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise KtnasError(
            f"what workers need cannot be sent to a process: {error}; define functions and classes at the top of a "
            "module, or evaluate in this process"
        ) from error


def _send(connection: Connection[object, object], data: memoryview) -> None:
    with suppress(OSError):  # a process that died: its connection tells
        connection.send_bytes(data)


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        name = signal.Signals(-code).name
        memory = ": perhaps the machine's memory ran out" if name == "SIGKILL" else ""
        return f"was ended by {name}{memory}"
    return f"ended with exit code {code}"


def _work(connection: Connection[object, object]) -> None:
    """What the process does."""
    leave_signals_to_parent()
    end_with_parent()
    with suppress(EOFError, OSError):  # the parent has ended, or wants no more
        _answer_all(connection)


def _answer_all(connection: Connection[object, object]) -> None:
    sent = connection.recv_bytes()
    try:
        answerer = pickle.loads(sent)  # noqa: S301 - our own
    except Exception as error:  # it imports modules of the user, which may raise anything
        connection.send(_CannotBegin(reason(error)))
        return
    connection.send(_READY)
    while callable(answerer):
        assignment = connection.recv()
        try:
            answer = answerer(assignment)
        except WorkerLostError as error:
            connection.send(WorkerLostError(shortened(str(error))))
            return
        except BaseException as error:  # KeyboardInterrupt too: no signal has raised it here
            connection.send(WorkerLostError(reason(error)))
            return
        connection.send(answer)
