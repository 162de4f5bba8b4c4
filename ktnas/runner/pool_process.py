"""One process of a pool, seen from both sides: what is sent to it, what it does, and how it ends."""

from __future__ import annotations

import multiprocessing
import pickle
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Protocol, TypeVar, cast

from threadpoolctl import threadpool_limits

from ktnas.errors import KtnasError, reason
from ktnas.evaluation.interrupts import end_with_parent, killed_at_exit, leave_signals_to_parent

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

_PATIENCE_S = 10.0
"""Seconds that a process with nothing left to do may take to end."""


DIED = (
    "a process that worked in parallel has died: it was killed, perhaps as the machine's memory ran out, or a script "
    'does not start it under if __name__ == "__main__":; what was recorded until then is kept'
)
"""Why a process has sent nothing more."""


class Link(Protocol):
    """What work has of whoever gave it out, in whichever process it is done."""

    def tell(self, message: object) -> None:
        """Say how far it has come; the message can be pickled."""

    @property
    def closing(self) -> bool:
        """Whether the work is to end soon, with what it has."""


@dataclass(frozen=True, slots=True)
class Message:
    """How far work has come, on its way to whoever looks on."""

    content: object


@dataclass(frozen=True, slots=True)
class Came:
    """What came of an item."""

    outcome: object


@dataclass(frozen=True, slots=True)
class Raised:
    """What work has raised."""

    error: BaseException


@dataclass(frozen=True, slots=True)
class Order:
    """An item on its way to a process."""

    item: object


def with_news(processes: Sequence[Process]) -> list[Process]:
    """Those that have sent something, or have ended; waits for one."""
    ready = wait([process.connection for process in processes])
    return [process for process in processes if process.connection in ready]


class Process:
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
            raise KtnasError(DIED) from None
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
            self._send(Order(item))
        else:
            self._send(None)

    def news(self) -> Message | Came | Raised | None:
        """What it has sent; None if it has ended."""
        try:
            return cast("Message | Came | Raised", self.connection.recv())
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
        self.connection.send(Message(message))

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
            connection.send(Raised(_portable(error)))
            return
        while isinstance(task := connection.recv(), Order) and not link.closing:
            connection.send_bytes(_answer(work, task, link))


def _answer(work: Callable[[object, Link], object], task: Order, link: Link) -> bytes:
    """What came of an item, an error too, as it is sent."""
    try:
        with threadpool_limits(1):
            return pickle.dumps(Came(work(task.item, link)))
    except BaseException as error:  # whatever it is, it is for the parent
        error.add_note(f"in a process of a pool:\n{traceback.format_exc()}")
        return pickle.dumps(Raised(_portable(error)))


def _portable(error: BaseException) -> BaseException:
    """The error, or one that tells of it if it cannot be sent."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    except Exception:
        return KtnasError(reason(error))
    return error
