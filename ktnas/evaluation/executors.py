"""Evaluations by any `concurrent.futures.Executor`: processes, threads, MPI, a cluster.

What answers, with all the data it needs, is sent where a process says that it lacks it; once it has it, questions alone
travel. Nobody can say which process of an executor gets what, so that it may be sent more often than there are
processes; to the workers of a Dask cluster it is sent once each (`ktnas.evaluation.dask_cluster`). Executors of threads
share it with this process.
"""

from __future__ import annotations

import pickle
import queue
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from os import cpu_count
from typing import Any, Generic, TypeVar

from ktnas.errors import ConfigurationError, KtnasError, reason
from ktnas.evaluation.assignment import Answerer, Assign, Assignment, Reply
from ktnas.evaluation.backend import Announcer
from ktnas.evaluation.captured import printed_by_thread, threads_listened_to
from ktnas.problem.callback import Callbacks, StopSearch
from ktnas.problem.trial import Evaluation, History, Question
from ktnas.version import __version__

C = TypeVar("C")

_KEPT: dict[str, Callable[[Assignment[Any]], Evaluation | Reply]] = {}
"""In a process that evaluates: what answers, by digest; the last one alone, as data may be large."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """Sent back by a process that has not got what answers.

    Attributes:
        worker: Address of a Dask worker; None of any other process.
        version: That of this package there.
    """

    worker: str | None = None
    version: str = __version__


def answered_there(digest: str, sent: bytes | None, assignment: Assignment[Any]) -> Reply | Lacking:
    """What a process of an executor does: answer, or say that it lacks what answers.

    Args:
        digest: Of what answers.
        sent: What answers, pickled; None where it has been sent before.
        assignment: What is to be answered.
    """
    if digest not in _KEPT:
        if sent is None:
            return Lacking(_worker())
        keep_there(digest, sent)
    with threads_listened_to(), printed_by_thread() as printed:
        answer = _KEPT[digest](assignment)
    return answer if isinstance(answer, Reply) else Reply(answer, printed())


def keep_there(digest: str, sent: bytes) -> None:
    """What a process does with what answers: keep it, in place of any other."""
    found = pickle.loads(sent)  # noqa: S301 - sent by whoever may run any code here
    _KEPT.clear()
    _KEPT[digest] = found


def _worker() -> str | None:
    """The address of the Dask worker that this is; None if it is none."""
    distributed = sys.modules.get("distributed")
    if distributed is None:
        return None
    try:
        address: str = distributed.get_worker().address
    except ValueError:
        return None
    return address


class Parcel:
    """What answers, pickled once, as it is handed to processes that lack it.

    Attributes:
        sent_bytes: Bytes of it that have been handed out in all.
    """

    def __init__(self, answer: Answerer[Any], pickled: Callable[[object], bytes] = pickle.dumps) -> None:
        self._content = pickled(answer)
        self._digest = sha256(self._content).hexdigest()
        self.sent_bytes = 0

    def handed(self, *, whole: bool) -> tuple[str, bytes | None]:
        """Its digest, and if ``whole``, itself."""
        if not whole:
            return self._digest, None
        self.sent_bytes += len(self._content)
        return self._digest, self._content


def require_same_version(found: Lacking) -> None:
    """Refuse processes with another version of this package.

    Raises:
        ConfigurationError: If they have.
    """
    if found.version != __version__:
        raise ConfigurationError(
            f"the processes that evaluate have ktnas {found.version}, and this one has {__version__}: install the same "
            "version there"
        )


@dataclass(slots=True)
class Flight(Generic[C]):
    """An evaluation under way."""

    assignment: Assignment[C]
    future: Future[Any] | None = None


class Executors(Generic[C]):
    """A backend on an executor.

    Args:
        executor: It is not shut down in the end.
        answer: Answers an assignment there.
        assign: What is to be done for questions, after a history.
        callbacks: Announcer when an evaluation begins and ends.
        workers: How many run at the same time; None to ask the executor, or the machine.
        retries: How often an evaluation is begun anew that was lost with its worker, before it has failed.
    """

    def __init__(
        self,
        executor: Executor,
        answer: Answerer[C],
        assign: Assign[C],
        callbacks: Callbacks,
        *,
        workers: int | None = None,
        retries: int = 1,
    ) -> None:
        self._executor, self._assign, self._tell, self._retries = executor, assign, Announcer(callbacks), retries
        self._workers = workers or getattr(executor, "_max_workers", None) or cpu_count() or 1
        self._answer = answer
        self.parcel = None if isinstance(executor, ThreadPoolExecutor) else Parcel(answer)
        """What is sent to its processes; None for threads."""
        self._flights: dict[Question, Flight[C]] = {}
        self._lost: Counter[Question] = Counter()
        self._done: queue.SimpleQueue[tuple[Question, Future[Any]]] = queue.SimpleQueue()

    @property
    def workers(self) -> int:
        return self._workers

    def submit(self, question: Question, history: History) -> None:
        """Hand it to the executor.

        Raises:
            ConfigurationError: If the executor takes nothing more.
        """
        (assignment,) = self._assign([question], history)
        self._flights[question] = Flight(assignment)
        self._send(question, whole=False)
        try:
            self._tell.begun(question)
        except StopSearch:
            return  # callbacks remember it

    def completed(self, patience_s: float) -> Sequence[tuple[Question, Evaluation]]:
        """Answers that have arrived.

        Raises:
            KtnasError: If the executor has broken down.
        """
        arrived: list[tuple[Question, Evaluation]] = []
        try:
            self._take(arrived, *self._done.get(timeout=patience_s))
        except queue.Empty:
            return ()
        while not self._done.empty():
            self._take(arrived, *self._done.get())
        return arrived

    def end(self, *, collect: bool = False) -> None:
        """Cancel what has not begun; what has arrived is told, if that is wanted."""
        if collect:
            arrived: list[tuple[Question, Evaluation]] = []
            while not self._done.empty():
                self._take(arrived, *self._done.get())
        for flight in self._flights.values():
            if flight.future is not None:
                flight.future.cancel()
        self._flights.clear()

    def _send(self, question: Question, *, whole: bool) -> None:
        flight = self._flights[question]
        future: Future[Any]
        try:
            if self.parcel is None:
                future = self._executor.submit(self._answer, flight.assignment)
            else:
                digest, sent = self.parcel.handed(whole=whole)
                future = self._executor.submit(answered_there, digest, sent, flight.assignment)
        except BrokenExecutor as error:
            raise _broken(error) from error
        except RuntimeError as error:  # what executors raise that are shut down
            raise ConfigurationError(
                f"the executor takes no more work ({reason(error)}): it was shut down; give one that is running, and "
                "the same search goes on"
            ) from error
        flight.future = future
        future.add_done_callback(lambda done: self._done.put((question, done)))

    def _take(self, arrived: list[tuple[Question, Evaluation]], question: Question, future: Future[Any]) -> None:
        flight = self._flights.get(question)
        if flight is None or flight.future is not future:
            return  # of an earlier attempt
        reply = self._reply(question, future)
        if reply is None:
            return
        del self._flights[question]
        self._tell.finished(question, reply)
        arrived.append((question, reply.evaluation))

    def _reply(self, question: Question, future: Future[Any]) -> Reply | None:
        """What has come of an attempt; None if another one has begun."""
        try:
            found = future.result()
        except BrokenExecutor as error:
            raise _broken(error) from error
        except CancelledError:
            return self._again(question, "the executor cancelled the evaluation")
        except (pickle.PicklingError, ImportError, AttributeError) as error:
            raise ConfigurationError(
                f"the executor's processes cannot take the work: {reason(error)}; they need this program, the modules "
                "of your functions, and the same versions as here"
            ) from error
        except Exception as error:  # whatever executors raise for a worker that they have lost
            return self._again(question, reason(error))
        if isinstance(found, Lacking):
            require_same_version(found)
            self._send(question, whole=True)
            return None
        return found if isinstance(found, Reply) else Reply(found)

    def _again(self, question: Question, why: str) -> Reply | None:
        self._lost[question] += 1
        if self._lost[question] > self._retries:
            times = f", {self._lost[question]} times" if self._retries else ""
            return Reply(Evaluation.failed(f"its worker was lost{times}: {why}"))
        self._send(question, whole=False)
        return None


def _broken(error: BaseException) -> KtnasError:
    return KtnasError(
        f"the executor has broken down: {reason(error)}; what was answered until then is kept: go on with a new "
        "executor, or with workers=, which replaces a process that dies"
    )
