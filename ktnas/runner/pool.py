"""One pool of processes for whatever is done in parallel: repeats, the runs of a sweep, the work of experiments.

What comes of it does not depend on the number of processes, and stands in the order of the items. An interruption, or
whoever looks on and wants an end, asks what is under way to end soon and drops the rest; so does an error, which is
raised once that has ended. No process outlives this one, even if this one is killed. With several processes, a script
must start them under ``if __name__ == "__main__":``, as they import it anew.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from threadpoolctl import threadpool_limits

from ktnas.errors import KtnasError
from ktnas.evaluation.interrupts import interruptions_held_back
from ktnas.runner.pool_process import DIED, Came, Link, Message, Process, with_news

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")


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


class _Pool(Generic[Item, Outcome]):
    """Processes for one list of items; whatever interrupts this one, none of them is waited for in vain."""

    def __init__(
        self, work: Callable[[Item, Link], Outcome], jobs: int, onlooker: Onlooker[Outcome], *, patient: bool
    ) -> None:
        self._work, self._jobs, self._onlooker, self._patient = work, jobs, onlooker, patient
        self._processes: list[Process] = []
        self._outcomes: dict[int, Outcome] = {}

    def run(self, items: Sequence[Item]) -> Outcomes[Outcome]:
        """As `run_in_parallel`."""
        waiting = deque(enumerate(items))
        try:
            for _ in range(self._jobs):
                with interruptions_held_back():  # inherited: the parent is interrupted, and says when to end
                    self._processes.append(Process())
            for process in self._processes:
                process.begin(self._work)
                process.give(waiting)
            while busy := [process for process in self._processes if process.index is not None]:
                for process in with_news(busy):
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

    def _hear(self, process: Process, waiting: deque[tuple[int, Item]]) -> None:
        """Take in news of a process, tell it, and give the process the next item.

        Raises:
            _End: If an onlooker wants an end.
            KtnasError: If the process has died.
            BaseException: What work has raised.
        """
        news = process.news()
        if isinstance(news, Message):
            ends = self._onlooker.hear(news.content)
        elif isinstance(news, Came):
            ends = self._take(process, news)
        else:
            raise KtnasError(DIED) if news is None else news.error
        if ends:
            raise _End
        if process.index is None:
            process.give(waiting)

    def _take(self, process: Process, came: Came) -> bool:
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
            for process in with_news(left):
                news = process.news()
                if isinstance(news, Message):
                    self._onlooker.hear(news.content)
                elif isinstance(news, Came):
                    self._take(process, news)
                elif news is None:
                    left.remove(process)
