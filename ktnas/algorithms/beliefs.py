"""What a search's model believed when it chose: told to whoever listens, so that it can be recorded.

Telling changes nothing that is asked: what is told was worked out to choose, and predictions of the few chosen
architectures draw no random number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, Self, TypeAlias, runtime_checkable

from ktnas.typing import Genotype


@dataclass(frozen=True, slots=True)
class Predicted:
    """What was predicted of an architecture that was chosen.

    Attributes:
        task: The task it was chosen for.
        genotype: The architecture.
        mean: Predicted normal score: where it would stand among what the task had seen.
        deviation: Standard deviation of that.
    """

    task: str
    genotype: Genotype
    mean: float
    deviation: float


@dataclass(frozen=True, slots=True)
class Offered:
    """What a task was offered by another.

    Attributes:
        source: The task whose population it was.
        target: The task that it might have been transferred to.
        candidates: Members of the population that the target did not know.
        promising: Those of them that promised enough to be put before the transfer.
    """

    source: str
    target: str
    candidates: int
    promising: int


@dataclass(frozen=True, slots=True)
class Belief:
    """What a model believed when a search was asked.

    Attributes:
        seen: Trials that the search had been told by then, repeats and pending ones included.
        generation: The search's generation.
        tasks: The tasks that the model knew, in its order.
        correlation: Correlation of the tasks, rows in the order of ``tasks``; empty where the model has none.
        predicted: Predictions of what it chose.
        offered: What was put before the gates, if it was looked at.
    """

    seen: int
    generation: int
    tasks: tuple[str, ...] = ()
    correlation: tuple[tuple[float, ...], ...] = ()
    predicted: tuple[Predicted, ...] = ()
    offered: tuple[Offered, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing is told by it."""
        return not (self.correlation or self.predicted or self.offered)

    def between(self, first: str, second: str) -> float | None:
        """The correlation of two tasks; None where the model had none of them."""
        if not self.correlation or first not in self.tasks or second not in self.tasks:
            return None
        return self.correlation[self.tasks.index(first)][self.tasks.index(second)]


Listener: TypeAlias = Callable[[Belief], object]
"""Is told what a model believed, each time a search has chosen."""


@runtime_checkable
class TellsBeliefs(Protocol):
    """A search that tells what its model believes."""

    def with_listener(self, listener: Listener) -> Self:
        """The same search with a listener; it changes no result."""


class Counts:
    """What was put before the gates while a search was asked: filled as it happens."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], tuple[int, int]] = {}

    def note(self, target: str, candidates: Mapping[str, int], promising: Mapping[str, int]) -> None:
        """What a task was offered, by the task it came from."""
        for source, count in candidates.items():
            self._counts[source, target] = count, promising.get(source, 0)

    def offered(self) -> tuple[Offered, ...]:
        """All of it."""
        return tuple(Offered(*pair, *counts) for pair, counts in self._counts.items())
