"""Work that is done on a Dask cluster in place of processes of this machine: the runs of a sweep."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

from ktnas.errors import KtnasError, reason, shortened
from ktnas.evaluation.dask_cluster import ended_of
from ktnas.evaluation.dask_scheduler import connected
from ktnas.runner.pool import Onlooker, Outcomes
from ktnas.runner.pool_process import Link

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")


@dataclass(slots=True)
class _Apart:
    """A link to nobody: work on a cluster is cancelled, not asked to end."""

    closing: bool = False

    def tell(self, message: object) -> None:
        """Nobody listens."""


def _done(work: Callable[[Any, Link], Any], item: object) -> object:
    with threadpool_limits(1):
        return work(item, _Apart())


def run_on_cluster(
    work: Callable[[Item, Link], Outcome], items: Sequence[Item], place: str, onlooker: Onlooker[Outcome]
) -> Outcomes[Outcome]:
    """Work on items on a Dask cluster; what a lost worker was doing is given to another one.

    Args:
        work: It, items and outcomes can be pickled.
        items: What to work on.
        place: The scheduler's address, or the file that it has written.
        onlooker: Told every outcome as soon as it is there.

    Raises:
        ConfigurationError: If there is no scheduler.
        KtnasError: If the scheduler is lost; outcomes that were told are no longer needed.
        BaseException: Whatever work raises, but an interruption.
    """
    client = connected(place)
    outcomes: dict[int, Outcome] = {}
    try:
        with suppress(KeyboardInterrupt):
            futures = {client.submit(_done, work, item, pure=False): index for index, item in enumerate(items)}
            for future, outcome in ended_of(list(futures)):
                if future.status in {"error", "cancelled"}:
                    raise _failure(future)
                index = futures[future]
                outcomes[index] = outcome
                if onlooker.take(index, outcome):
                    break
            client.cancel([future for future in futures if not future.done()], force=True)
    finally:
        with suppress(Exception):  # a scheduler that is gone need not be left
            client.close(timeout=1)
    return Outcomes(tuple(outcomes[index] for index in sorted(outcomes)), len(outcomes) == len(items))


def _failure(future: Any) -> BaseException:
    if future.status != "error":
        return KtnasError(
            "the Dask scheduler was lost; what was finished until then is kept: give the same command again once it is "
            "back"
        )
    error = future.exception(timeout=60)
    return error if isinstance(error, KtnasError) else KtnasError(f"on the Dask cluster: {shortened(reason(error))}")
