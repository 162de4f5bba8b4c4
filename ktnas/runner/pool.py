"""One pool of processes for whatever is done in parallel: repeats, the runs of a sweep, the work of experiments.

What comes of it does not depend on the number of processes, and stands in the order of the items. An interruption, or
whoever looks on and wants an end, asks what is under way to end soon and drops the rest; so does an error, which is
raised once that has ended. No process outlives this one, even if this one is killed. With several processes, a script
must start them under ``if __name__ == "__main__":``, as they import it anew.
"""

from __future__ import annotations

import multiprocessing
import pickle
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Generic, Protocol, TypeVar, cast

from threadpoolctl import threadpool_limits

from ktnas.errors import KtnasError, reason
from ktnas.evaluation.interrupts import (
    end_with_parent,
    interruptions_held_back,
    killed_at_exit,
    leave_signals_to_parent,
)

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

_PATIENCE_S = 10.0
"""Seconds that a process with nothing left to do may take to end."""


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


@dataclass(frozen=True, slots=True)
class _Came:
    outcome: object


@dataclass(frozen=True, slots=True)
class _Raised:
    error: BaseException


@dataclass(frozen=True, slots=True)
class _Task:
    item: object


class _Pool(Generic[Item, Outcome]):
    """Processes for one list of items; whatever interrupts this one, none of them is waited for in vain."""

    def __init__(
        self, work: Callable[[Item, Link], Outcome], jobs: int, onlooker: Onlooker[Outcome], *, patient: bool
    ) -> None:
        self._work, self._jobs, self._onlooker, self._patient = work, jobs, onlooker, patient
        self._processes: list[_Process] = []
        self._outcomes: dict[int, Outcome] = {}

    def run(self, items: Sequence[Item]) -> Outcomes[Outcome]:
        """As `run_in_parallel`."""
        waiting = deque(enumerate(items))
        try:
            for _ in range(self._jobs):
                with interruptions_held_back():  # inherited: the parent is interrupted, and says when to end
                    self._processes.append(_Process())
            for process in self._processes:
                process.begin(self._work)
                process.give(waiting)
            while busy := [process for process in self._processes if process.index is not None]:
                for process in _with_news(busy):
                    self._hear(process, waiting)
        except (KeyboardInterrupt, _End):
            self._wind_down()
        except BaseException:
            with suppress(Exception):  # the first error counts
                self._wind_down()
            raise
        finally:
            for process in self._processes:
                process.end()
        ordered = tuple(self._outcomes[index] for index in sorted(self._outcomes))
        return Outcomes(ordered, len(ordered) == len(items))

    def _hear(self, process: _Process, waiting: deque[tuple[int, Item]]) -> None:
        """Take in news of a process, tell it, and give the process the next item.

        Raises:
            _End: If an onlooker wants an end.
            KtnasError: If the process has died.
            BaseException: What work has raised.
        """
        news = process.news()
        if isinstance(news, _Message):
            ends = self._onlooker.hear(news.content)
        elif isinstance(news, _Came):
            ends = self._take(process, news)
        else:
            raise KtnasError(_DIED) if news is None else news.error
        if ends:
            raise _End
        if process.index is None:
            process.give(waiting)

    def _take(self, process: _Process, came: _Came) -> bool:
        index, process.index = process.index, None
        if index is None:
            return False
        self._outcomes[index] = cast("Outcome", came.outcome)
        return self._onlooker.take(index, self._outcomes[index])

    def _wind_down(self) -> None:
        """Give out nothing more, and wait until all have ended: outcomes still count, errors no more."""
        for process in self._processes:
            process.ask_to_end(patient=self._patient)
        left = list(self._processes)
        while left:
            for process in _with_news(left):
                news = process.news()
                if isinstance(news, _Message):
                    self._onlooker.hear(news.content)
                elif isinstance(news, _Came):
                    self._take(process, news)
                elif news is None:
                    left.remove(process)


def _with_news(processes: Sequence[_Process]) -> list[_Process]:
    """Those that have sent something, or have ended; waits for one."""
    ready = wait([process.connection for process in processes])
    return [process for process in processes if process.connection in ready]


class _Process:
    """A process, and what this side knows of it.

    Attributes:
        connection: To it.
        index: Number of the item that it works on; None if it has none.
    """

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        connection, other = context.Pipe()
        closing, self._open = context.Pipe(duplex=False)
        self.connection: Connection[object, object] = connection
        self.index: int | None = None
        self._listens = False
        self._process = context.Process(target=_serve, args=(other, closing))
        try:
            self._process.start()
        except BrokenPipeError:
            raise KtnasError(_DIED) from None
        self._spared = killed_at_exit(self._process)
        other.close()
        closing.close()

    def begin(self, work: Callable[[Item, Link], Outcome]) -> None:
        """Send it the work, with all that it takes to import: it watches its parent by then."""
        self._send(work)

    def _send(self, message: object) -> None:
        self._listens = False  # what is cut off leaves the process waiting for the rest
        with suppress(OSError):  # where it has died meanwhile, its connection tells
            self.connection.send(message)
        self._listens = True

    def give(self, waiting: deque[tuple[int, Item]]) -> None:
        """The next item; if there is none, the process ends."""
        if waiting:
            self.index, item = waiting.popleft()
            self._send(_Task(item))
        else:
            self._send(None)

    def news(self) -> _Message | _Came | _Raised | None:
        """What it has sent; None if it has ended."""
        try:
            return cast("_Message | _Came | _Raised", self.connection.recv())
        except (EOFError, OSError):
            return None

    def ask_to_end(self, *, patient: bool) -> None:
        """End with the item that is worked on, which is told so; without patience, at once."""
        self._open.close()
        if patient and self._listens:
            self._send(None)
        else:
            self._process.kill()

    def end(self) -> None:
        """See it end: it has nothing to do, or this process wants no more of it."""
        self._open.close()
        self.connection.close()
        if self.index is None:
            self._process.join(_PATIENCE_S)
        self._process.kill()
        self._process.join()
        self._spared()
        self._process.close()


@dataclass(frozen=True, slots=True)
class _Wire:
    """A link to another process."""

    connection: Connection[object, object]
    end: Connection[object, object]

    def tell(self, message: object) -> None:
        self.connection.send(_Message(message))

    @property
    def closing(self) -> bool:
        return self.end.poll()  # nothing is ever sent: it is closed


def _serve(connection: Connection[object, object], end: Connection[object, object]) -> None:
    """What a process does."""
    leave_signals_to_parent()
    end_with_parent()
    link = _Wire(connection, end)
    with suppress(EOFError, OSError):  # the parent wants no more
        sent = connection.recv_bytes()
        try:
            work = pickle.loads(sent)  # noqa: S301 - our own
        except Exception as error:  # it imports modules of the user, which may raise anything
            connection.send(_Raised(_portable(error)))
            return
        while isinstance(task := connection.recv(), _Task) and not link.closing:
            connection.send_bytes(_answer(work, task, link))


def _answer(work: Callable[[object, Link], object], task: _Task, link: Link) -> bytes:
    """What came of an item, an error too, as it is sent."""
    try:
        with threadpool_limits(1):
            return pickle.dumps(_Came(work(task.item, link)))
    except BaseException as error:  # whatever it is, it is for the parent
        error.add_note(f"in a process of a pool:\n{traceback.format_exc()}")
        return pickle.dumps(_Raised(_portable(error)))


def _portable(error: BaseException) -> BaseException:
    """The error, or one that tells of it if it cannot be sent."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    except Exception:
        return KtnasError(reason(error))
    return error
