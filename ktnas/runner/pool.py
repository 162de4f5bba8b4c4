"""One pool of processes for whatever is done in parallel: repeats, the runs of a sweep, the work of experiments.

What comes of it does not depend on the number of processes, and stands in the order of the items. An interruption, or
whoever looks on and wants an end, asks what is under way to end soon and drops the rest; so does an error, which is
raised once that has ended. No process outlives this one, even if this one is killed. With several processes, a script
must start them under ``if __name__ == "__main__":``, as they import it anew.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar, cast

from threadpoolctl import threadpool_limits

from ktnas.errors import KtnasError
from ktnas.evaluation.interrupts import end_with_parent, interruptions_held_back

if TYPE_CHECKING:
    from multiprocessing.queues import Queue
    from multiprocessing.synchronize import Event

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

_LAST_MESSAGES_S = 5.0
"""Seconds that messages still under way are waited for, once all processes have ended: one may have been killed."""

_DIED = (
    "a process that worked in parallel has died: it was killed, perhaps as the machine's memory ran out, or a script "
    'does not start it under if __name__ == "__main__":; what was recorded until then is kept'
)


class Link(Protocol):
    """What work has of whoever gave it out, in whichever process it is done."""

    def tell(self, message: object) -> None:
        """Say how far it has come; the message can be pickled."""

    @property
    def closing(self) -> bool:
        """Whether the work is to end soon, with what it has."""


@dataclass(frozen=True, slots=True)
class Outcomes(Generic[Outcome]):
    """What came of the items.

    Attributes:
        outcomes: In the order of the items, without those that were dropped.
        complete: Whether none was dropped.
    """

    outcomes: tuple[Outcome, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class Onlooker(Generic[Outcome]):
    """Who looks on in this process; each ends the whole by returning True.

    Attributes:
        outcome: Told the number of an item and what came of it, as soon as it is there.
        message: Told what work tells.
    """

    outcome: Callable[[int, Outcome], object] | None = None
    message: Callable[[object], object] | None = None

    def take(self, index: int, outcome: Outcome) -> bool:
        """Whether this outcome ends the whole."""
        return self.outcome is not None and self.outcome(index, outcome) is True

    def hear(self, message: object) -> bool:
        """Whether this message ends the whole."""
        return self.message is not None and self.message(message) is True


def run_in_parallel(
    work: Callable[[Item, Link], Outcome],
    items: Sequence[Item],
    *,
    jobs: int,
    onlooker: Onlooker[Outcome] | None = None,
) -> Outcomes[Outcome]:
    """Work on items, each with one thread for its matrices, until all is done or someone wants an end.

    Args:
        work: Is to end soon once its link is closing. It, items and outcomes can be pickled, unless one job is enough.
        items: What to work on.
        jobs: Processes at most; with one, all is done in this process.
        onlooker: Who looks on.

    Raises:
        KtnasError: If a process has died.
        BaseException: Whatever work raises, but an interruption.
    """
    looking: Onlooker[Outcome] = Onlooker() if onlooker is None else onlooker
    if min(jobs, len(items)) <= 1:
        return _here(work, items, looking)
    return _Pool(work, min(jobs, len(items)), looking, patient=True).run(items)


def map_in_parallel(
    function: Callable[[Item], Outcome],
    items: Sequence[Item],
    *,
    jobs: int,
    outcome: Callable[[int, Outcome], object] | None = None,
) -> list[Outcome]:
    """What a function makes of every item, in their order; at the first error or interruption, what runs is killed.

    Args:
        function: Can be pickled, unless one job is enough; so can items and what it returns.
        items: What to work on.
        jobs: Processes at most; with one, all is done in this process.
        outcome: Told the number of an item and what came of it, as soon as it is there.

    Raises:
        KtnasError: If a process has died.
        KeyboardInterrupt: If it is interrupted.
        BaseException: Whatever the function raises.
    """
    onlooker = Onlooker(outcome)
    work = _WithoutLine(function)
    if min(jobs, len(items)) <= 1:
        found = _here(work, items, onlooker)
    else:
        found = _Pool(work, min(jobs, len(items)), onlooker, patient=False).run(items)
    if not found.complete:
        raise KeyboardInterrupt
    return list(found.outcomes)


@dataclass(frozen=True, slots=True)
class _WithoutLine(Generic[Item, Outcome]):
    """A function as work that neither tells anything nor can be asked to end."""

    function: Callable[[Item], Outcome]

    def __call__(self, item: Item, link: Link) -> Outcome:
        return self.function(item)


@dataclass(slots=True)
class _Direct(Generic[Outcome]):
    """A link within one process."""

    onlooker: Onlooker[Outcome]
    closing: bool = False

    def tell(self, message: object) -> None:
        self.closing = self.onlooker.hear(message) or self.closing


def _here(
    work: Callable[[Item, Link], Outcome], items: Sequence[Item], onlooker: Onlooker[Outcome]
) -> Outcomes[Outcome]:
    outcomes: list[Outcome] = []
    link = _Direct(onlooker)
    with suppress(KeyboardInterrupt):
        for index, item in enumerate(items):
            with threadpool_limits(1):
                outcomes.append(work(item, link))
            if onlooker.take(index, outcomes[-1]) or link.closing:
                break
    return Outcomes(tuple(outcomes), len(outcomes) == len(items))


class _End(Exception):  # noqa: N818 - it is no error
    """Someone wants an end."""


@dataclass(frozen=True, slots=True)
class _Message:
    content: object


class _Pool(Generic[Item, Outcome]):
    """Processes for one list of items."""

    def __init__(
        self, work: Callable[[Item, Link], Outcome], jobs: int, onlooker: Onlooker[Outcome], *, patient: bool
    ) -> None:
        context = multiprocessing.get_context("spawn")
        self._onlooker, self._patient = onlooker, patient
        self._messages: Queue[_Message | None] = context.Queue()
        self._closing = context.Event()
        living, self._lifeline = context.Pipe(duplex=False)
        self._living: Connection[object, object] = living
        self._executor = ProcessPoolExecutor(jobs, context, _attach, (work, self._messages, self._closing, living))
        self._news: SimpleQueue[_Message | tuple[int, Future[tuple[bool, object]]] | None] = SimpleQueue()
        self._futures: list[Future[tuple[bool, object]]] = []
        self._left = 0
        self._outcomes: dict[int, Outcome] = {}

    def run(self, items: Sequence[Item]) -> Outcomes[Outcome]:
        """As `run_in_parallel`."""
        threading.Thread(target=self._read, daemon=True).start()
        try:
            self._submit(items)
            while self._left:
                self._next()
        except (KeyboardInterrupt, _End):
            self._wind_down()
        except BrokenProcessPool:
            raise KtnasError(_DIED) from None
        except BaseException:
            self._wind_down()
            raise
        finally:
            self._close()
        ordered = tuple(self._outcomes[index] for index in sorted(self._outcomes))
        return Outcomes(ordered, len(ordered) == len(items))

    def _read(self) -> None:
        """In a thread of its own, so that no process waits for its messages to be taken."""
        while (message := self._messages.get()) is not None:
            self._news.put(message)
        self._news.put(None)

    def _submit(self, items: Sequence[Item]) -> None:
        with interruptions_held_back():  # also for the processes, which are started here
            for index, item in enumerate(items):
                future = self._executor.submit(_work, item)
                self._futures.append(future)
                self._left += 1
                future.add_done_callback(partial(self._done, index))

    def _done(self, index: int, future: Future[tuple[bool, object]]) -> None:
        self._news.put((index, future))

    def _next(self) -> None:
        """Take in a message or an outcome, and tell it.

        Raises:
            _End: If that ends the whole.
            BaseException: What work has raised.
        """
        news = self._news.get()
        if news is None:
            return
        if isinstance(news, _Message):
            ends = self._onlooker.hear(news.content)
        else:
            self._left -= 1
            ends = self._take(*news)
        if ends:
            raise _End

    def _take(self, index: int, future: Future[tuple[bool, object]]) -> bool:
        if future.cancelled():
            return False
        begun, outcome = future.result()
        if not begun:
            return False
        self._outcomes[index] = cast("Outcome", outcome)
        return self._onlooker.take(index, self._outcomes[index])

    def _wind_down(self) -> None:
        """Drop what has not begun, and wait for what has: its outcomes count, its errors no more."""
        self._closing.set()
        if not self._patient:
            self._lifeline.close()
        for future in self._futures:
            future.cancel()
        try:
            while self._left:
                with suppress(Exception):
                    self._next()
        except KeyboardInterrupt:  # a second time: at once
            self._lifeline.close()
            raise

    def _close(self) -> None:
        self._closing.set()
        self._executor.shutdown(wait=True, cancel_futures=True)
        self._lifeline.close()
        self._living.close()
        self._messages.cancel_join_thread()  # a process that was killed may have kept its lock
        self._messages.put(None)
        with suppress(Empty):
            while (news := self._news.get(timeout=_LAST_MESSAGES_S)) is not None:
                if isinstance(news, _Message):
                    self._onlooker.hear(news.content)
        self._messages.close()


@dataclass(frozen=True, slots=True)
class _Wire:
    """A link to another process."""

    messages: Queue[_Message | None]
    event: Event

    def tell(self, message: object) -> None:
        self.messages.put(_Message(message))

    @property
    def closing(self) -> bool:
        return self.event.is_set()


_attached: list[tuple[Callable[..., object], _Wire]] = []
"""In a process of a pool: the work, and the link. Set once, by `_attach`."""


def _attach(
    work: Callable[..., object],
    messages: Queue[_Message | None],
    closing: Event,
    living: Connection[object, object],
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is interrupted, and says when to end
    end_with_parent()
    threading.Thread(target=_end_when_cut, args=(living,), daemon=True).start()
    _attached.append((work, _Wire(messages, closing)))


def _end_when_cut(living: Connection[object, object]) -> None:
    with suppress(EOFError, OSError):
        living.recv()
    os._exit(1)


def _work(item: object) -> tuple[bool, object]:
    """Whether work has begun on the item, and what came of it."""
    work, link = _attached[0]
    if link.closing:
        return False, None
    with threadpool_limits(1):
        return True, work(item, link)
