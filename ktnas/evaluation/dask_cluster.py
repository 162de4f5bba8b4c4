"""Evaluations on a Dask cluster: workers may come, go and die while a search runs, and so may the scheduler.

A worker that is lost costs the time of what it did: Dask gives that to another one, and an evaluation that has cost
several workers their lives has failed. Where the scheduler is lost, what has been answered is kept, and what was under
way is handed out again once it is back at its address. What answers, with its data, travels once to each worker that
lacks it (`ktnas.evaluation.executors`).

Whoever reaches a scheduler can run any code on its workers: Dask is for networks that are trusted.
"""

from __future__ import annotations

import queue
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ktnas.errors import ConfigurationError, KtnasError, reason, shortened
from ktnas.evaluation.assignment import Answerer, Assign, Assignment, Reply
from ktnas.evaluation.backend import Announcer
from ktnas.evaluation.dask_scheduler import CONNECT_S, connected
from ktnas.evaluation.executors import Lacking, Parcel, answered_there, keep_there, require_same_version
from ktnas.problem.callback import Callbacks, StopSearch
from ktnas.problem.trial import Evaluation, History, Question

if TYPE_CHECKING:
    from distributed import Client, Future

C = TypeVar("C")

RETURN_S = 600.0
"""Seconds in which a scheduler that was lost must be back."""

_ENDED = frozenset({"finished", "error"})
"""States of what has ended. It may go back from these: a result is lost with its worker, and Dask computes it anew."""

_FETCH_S = 60.0
"""Seconds in which a result must be here."""

_LOOK_S = 1.0
"""Seconds between two looks at which workers there are."""


def ended_of(futures: Sequence[Future[Any]]) -> Iterator[tuple[Future[Any], Any]]:
    """Pieces of work as they end, however they do, also as their scheduler is lost; with the result where there is one.

    What was lost with its worker before it was fetched comes once Dask has computed it anew.
    """
    wake: queue.SimpleQueue[object] = queue.SimpleQueue()
    for future in futures:
        future.add_done_callback(wake.put)
    left = dict.fromkeys(futures)
    while left:
        with suppress(queue.Empty):
            wake.get(timeout=_LOOK_S)
        for future in [one for one in left if one.status in _ENDED or one.status == "cancelled"]:
            found = _fetched(future) if future.status == "finished" else (None,)
            if found is not None:
                del left[future]
                yield future, found[0]


def _fetched(future: Future[Any]) -> tuple[Any] | None:
    """The result of what has finished; None if it was lost with its worker, or the scheduler is lost."""
    try:
        return (future.result(timeout=_FETCH_S),)
    except Exception:
        return None


class DaskCluster(Generic[C]):
    """A backend on a Dask cluster.

    Args:
        place: The scheduler's address or file, as for `connected`.
        answer: Answers an assignment on a worker.
        assign: What is to be done for questions, after a history.
        callbacks: Announcer when an evaluation begins and ends.
        retries: How often an evaluation is begun anew after Dask has given it up, before it has failed.
        return_s: Seconds in which a scheduler that was lost must be back.

    Raises:
        ConfigurationError: As `connected`.
    """

    def __init__(
        self,
        place: str,
        answer: Answerer[C],
        assign: Assign[C],
        callbacks: Callbacks,
        *,
        retries: int = 1,
        return_s: float = RETURN_S,
    ) -> None:
        self._place, self._assign, self._callbacks, self._tell = place, assign, callbacks, Announcer(callbacks)
        self._retries, self._return_s = retries, return_s
        self._flights: dict[Question, Assignment[C]] = {}
        self._futures: dict[Question, Future[Any]] = {}
        self._supplied: dict[str, tuple[Future[Any], list[Question]]] = {}
        """Workers that are being sent what answers, by address, and which evaluations wait for it.

        Every flight has a future, or waits here; else it has to be handed out anew.
        """
        self._lost: Counter[Question] = Counter()
        self._wake: queue.SimpleQueue[object] = queue.SimpleQueue()
        """Whatever is put here says that something has ended. What has is asked of the futures: theirs can be lost."""
        self._client: Client | None = connected(place)
        from cloudpickle import dumps  # comes with Dask; sends functions of a script by value

        self.parcel = Parcel(answer, dumps)
        self._workers, self._looked = 0, float("-inf")

    @property
    def workers(self) -> int:
        """Threads of all workers that are there; 0 while there is none, or no scheduler."""
        if monotonic() - self._looked >= _LOOK_S:
            self._look()
        return self._workers

    def submit(self, question: Question, history: History) -> None:
        """Hand it to the scheduler."""
        (self._flights[question],) = self._assign([question], history)
        self._send(question)
        with suppress(StopSearch):  # callbacks remember it
            self._tell.begun(question)

    def completed(self, patience_s: float) -> Sequence[tuple[Question, Evaluation]]:
        """Answers that have arrived.

        Raises:
            KtnasError: If the scheduler was lost and is not back in its time, or workers cannot do the work.
        """
        with suppress(queue.Empty):
            self._wake.get(timeout=min(patience_s, _LOOK_S))
            while True:
                self._wake.get_nowait()
        arrived = self._collected()
        if not arrived and not self._is_alive():
            self._return()
        return arrived

    def end(self, *, collect: bool = False) -> None:
        """Cancel what is under way, and leave the cluster; what has arrived is told, if that is wanted."""
        if collect:
            with suppress(KtnasError):
                self._collected()
        self._flights.clear()
        self._leave()

    def _leave(self) -> None:
        client, self._client = self._client, None
        futures, self._futures = self._futures, {}
        self._supplied.clear()
        if client is None:
            return
        with suppress(Exception):  # a scheduler that is gone has nothing to cancel
            if self._is_running(client):
                client.cancel(list(futures.values()), force=True)
        with suppress(Exception):
            client.close(timeout=1)

    def _is_running(self, client: Client | None) -> bool:
        return client is not None and client.status == "running"

    def _is_alive(self) -> bool:
        """Whether the scheduler is there, and knows all that is under way."""
        supplies = self._supplied.values()
        known = self._futures.keys() | {question for _, waiting in supplies for question in waiting}
        futures = (*self._futures.values(), *(future for future, _ in supplies))
        return (
            self._is_running(self._client)
            and known >= self._flights.keys()
            and not any(future.status == "cancelled" for future in futures)
        )

    def _look(self) -> None:
        self._looked = monotonic()
        client = self._client
        if client is None or not self._is_running(client):
            self._workers = 0
            return
        try:
            self._workers = sum(client.sync(client.scheduler.ncores, callback_timeout=CONNECT_S).values())
        except Exception:  # it is lost: `completed` looks after that
            self._workers = 0

    def _return(self) -> None:
        """Wait for the scheduler to come back, and hand out anew what was under way.

        Raises:
            KtnasError: If it does not.
        """
        self._leave()
        until = monotonic() + self._return_s
        self._callbacks.busy("the Dask scheduler is lost; waiting for it to come back")
        while self._client is None:
            if self._callbacks.stopped is not None:
                return
            try:
                self._client = connected(self._place)
            except ConfigurationError as error:
                if monotonic() >= until:
                    raise KtnasError(
                        f"the Dask scheduler was lost and is not back after {self._return_s:.0f} s ({error}); what was "
                        "answered until then is kept: give the same command again once it is"
                    ) from None
        self._callbacks.busy("")
        self._looked = float("-inf")
        for question in list(self._flights):
            self._send(question)

    def _send(self, question: Question) -> None:
        self._futures.pop(question, None)
        digest, _ = self.parcel.handed(whole=False)
        future = self._submitted(answered_there, digest, None, self._flights[question])
        if future is not None:
            self._futures[question] = future

    def _submitted(self, *work: Any, workers: Sequence[str] | None = None) -> Future[Any] | None:
        """A piece of work on its way; None where the scheduler is lost: `completed` hands it out once that is back."""
        if self._client is None or not self._is_running(self._client):
            return None
        near = {} if workers is None else {"workers": list(workers), "allow_other_workers": True}
        try:
            future: Future[Any] = self._client.submit(*work, pure=False, **near)
        except Exception:
            if self._is_running(self._client):
                raise
            return None  # the connection broke meanwhile
        future.add_done_callback(self._wake.put)
        return future

    def _supply(self, worker: str, question: Question) -> None:
        """Send a worker what answers, once however many evaluations have found that it lacks it."""
        self._futures.pop(question, None)
        if worker in self._supplied:
            self._supplied[worker][1].append(question)
            return
        future = self._submitted(keep_there, *self.parcel.handed(whole=True), workers=[worker])
        if future is not None:
            self._supplied[worker] = future, [question]

    def _collected(self) -> list[tuple[Question, Evaluation]]:
        """Take in what has ended."""
        for worker, (future, waiting) in list(self._supplied.items()):
            if future.status == "error":
                raise self._unable(future.exception(timeout=_FETCH_S))
            if future.status == "finished":
                del self._supplied[worker]
                for question in waiting:
                    self._send(question)
        arrived: list[tuple[Question, Evaluation]] = []
        for question, future in list(self._futures.items()):
            reply = self._reply(question, future) if future.status in _ENDED else None
            if reply is not None:
                del self._flights[question], self._futures[question]
                self._tell.finished(question, reply)
                arrived.append((question, reply.evaluation))
        return arrived

    def _reply(self, question: Question, future: Future[Any]) -> Reply | None:
        """What has come of an attempt that ended; None if another one has begun, or will."""
        if future.status == "error":
            return self._failed(question, future)
        fetched = _fetched(future)
        if fetched is None:
            return None
        (found,) = fetched
        if isinstance(found, Lacking):
            require_same_version(found)
            self._supply(str(found.worker), question)
            return None
        return found if isinstance(found, Reply) else Reply(found)

    def _failed(self, question: Question, future: Future[Any]) -> Reply | None:
        error = future.exception(timeout=_FETCH_S)
        if isinstance(error, ImportError | AttributeError):
            raise self._unable(error)
        self._lost[question] += 1
        if self._lost[question] > self._retries:
            return Reply(Evaluation.failed(f"its worker was lost: {shortened(reason(error))}"))
        self._send(question)
        return None

    @staticmethod
    def _unable(error: BaseException) -> ConfigurationError:
        return ConfigurationError(
            f"the workers of the Dask cluster cannot do the work: {shortened(reason(error))}; they need ktnas and the "
            "modules of your functions, in the same versions as here"
        )
