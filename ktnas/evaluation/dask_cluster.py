"""Evaluations on a Dask cluster: workers may come, go and die while a search runs, and so may the scheduler.

A worker that is lost costs the time of what it did: Dask gives that to another one, and an evaluation that has cost
several workers their lives has failed. Where the scheduler is lost, what has been answered is kept, and what was under
way is handed out again once it is back at its address. What answers, with its data, travels once to each worker that
lacks it (`ktnas.evaluation.executors`).

Whoever reaches a scheduler can run any code on its workers: Dask is for networks that are trusted.
"""

from __future__ import annotations

import logging
import queue
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ktnas.errors import ConfigurationError, KtnasError, reason, shortened
from ktnas.evaluation.assignment import Answerer, Assign, Assignment, Reply
from ktnas.evaluation.backend import Announcer
from ktnas.evaluation.executors import Lacking, Parcel, answered_there, require_same_version
from ktnas.problem.callback import Callbacks, StopSearch
from ktnas.problem.trial import Evaluation, History, Question

if TYPE_CHECKING:
    from distributed import Client, Future

C = TypeVar("C")

CONNECT_S = 8.0
"""Seconds in which a scheduler must answer."""

RETURN_S = 600.0
"""Seconds in which a scheduler that was lost must be back."""

_LOOK_S = 1.0
"""Seconds between two looks at which workers there are."""


def connected(place: str) -> Client:
    """A client of a scheduler.

    Args:
        place: Its address, such as ``tcp://node7:8786``, or the file that it has written (``--scheduler-file``).

    Raises:
        ConfigurationError: If Dask is not installed, or the scheduler cannot be reached in a few seconds.
    """
    try:
        from distributed import Client
    except ImportError:
        raise ConfigurationError('to evaluate on a Dask cluster, install Dask: pip install "ktnas[dask]"') from None
    for name in ("distributed.client", "distributed.core", "distributed.comm", "distributed.batched"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what goes wrong is told in our own words
    if not place.strip():
        raise ConfigurationError("the address of the Dask scheduler is empty; give tcp://HOST:PORT or its file")
    if "://" not in place and (Path(place).exists() or Path(place).suffix == ".json"):
        if not Path(place).is_file():
            raise ConfigurationError(f"no file {place}: the Dask scheduler writes it with --scheduler-file")
        where: dict[str, Any] = {"scheduler_file": place}
    else:
        where = {"address": place}
    try:
        return Client(**where, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError, TypeError, KeyError) as error:  # Dask wraps what it tried in an OSError
        raise ConfigurationError(
            f"no Dask scheduler answers at {place}: {shortened(reason(error))}; start one with `dask scheduler`, or "
            "see `ktnas docs parallel`"
        ) from None


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
        self._lost: Counter[Question] = Counter()
        self._done: queue.SimpleQueue[tuple[Question, Future[Any]]] = queue.SimpleQueue()
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
        self._send(question, whole=False)
        with suppress(StopSearch):  # callbacks remember it
            self._tell.begun(question)

    def completed(self, patience_s: float) -> Sequence[tuple[Question, Evaluation]]:
        """Answers that have arrived.

        Raises:
            KtnasError: If the scheduler was lost and is not back in its time, or workers cannot do the work.
        """
        arrived: list[tuple[Question, Evaluation]] = []
        with suppress(queue.Empty):
            self._take(arrived, *self._done.get(timeout=min(patience_s, _LOOK_S)))
        while not self._done.empty():
            self._take(arrived, *self._done.get())
        if not arrived and not self._is_alive():
            self._return()
        return arrived

    def end(self, *, collect: bool = False) -> None:
        """Cancel what is under way, and leave the cluster; what has arrived is told, if that is wanted."""
        arrived: list[tuple[Question, Evaluation]] = []
        while collect and not self._done.empty():
            with suppress(KtnasError):
                self._take(arrived, *self._done.get())
        self._flights.clear()
        self._leave()

    def _leave(self) -> None:
        client, self._client = self._client, None
        futures, self._futures = self._futures, {}
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
        """Whether the scheduler is there, and knows what was handed out to it."""
        lost = any(future.status in {"cancelled", "lost"} for future in self._futures.values())
        return self._is_running(self._client) and not lost

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
            self._send(question, whole=False)

    def _send(self, question: Question, *, whole: bool) -> None:
        if self._client is None or not self._is_running(self._client):
            return  # `completed` hands it out once the scheduler is back
        digest, sent = self.parcel.handed(whole=whole)
        try:
            future = self._client.submit(
                answered_there, digest, sent, self._flights[question], pure=False, key=None, retries=0
            )
        except Exception:  # the connection broke meanwhile
            return
        self._futures[question] = future
        future.add_done_callback(self._noted(question))

    def _noted(self, question: Question) -> Callable[[Future[Any]], None]:
        return lambda done: self._done.put((question, done))

    def _take(self, arrived: list[tuple[Question, Evaluation]], question: Question, future: Future[Any]) -> None:
        current = self._futures.get(question)
        if question not in self._flights or current is None or current.key != future.key:
            return  # of an earlier attempt
        if future.status in {"cancelled", "lost"}:
            return  # with its scheduler: handed out again once that is back
        reply = self._reply(question, future)
        if reply is None:
            return
        del self._flights[question], self._futures[question]
        self._tell.finished(question, reply)
        arrived.append((question, reply.evaluation))

    def _reply(self, question: Question, future: Future[Any]) -> Reply | None:
        """What has come of an attempt; None if another one has begun, or will."""
        if future.status == "error":
            return self._failed(question, future)
        try:
            found = future.result(timeout=60)
        except Exception:  # its worker was lost with the result: Dask computes it anew, or the scheduler is lost
            future.add_done_callback(self._noted(question))
            return None
        if isinstance(found, Lacking):
            require_same_version(found)
            self._send(question, whole=True)
            return None
        return found if isinstance(found, Reply) else Reply(found)

    def _failed(self, question: Question, future: Future[Any]) -> Reply | None:
        error = future.exception(timeout=60)
        if isinstance(error, ImportError | AttributeError):
            raise ConfigurationError(
                f"the workers of the Dask cluster cannot do the work: {shortened(reason(error))}; they need ktnas and "
                "the modules of your functions, in the same versions as here"
            )
        self._lost[question] += 1
        if self._lost[question] > self._retries:
            return Reply(Evaluation.failed(f"its worker was lost: {shortened(reason(error))}"))
        self._send(question, whole=False)
        return None
