"""What a benchmark promises: fitness for a search, and one door to test metrics for the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from ktnas.problem.task import Task
from ktnas.problem.trial import Evaluation
from ktnas.spaces.base import SearchSpace
from ktnas.typing import Genotype


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an architecture stands among all listed ones, by validation fitness.

    Attributes:
        rank: 1 + the number of listed architectures with strictly better fitness; None if nothing is listed.
        regret: Best listed fitness minus this fitness, in the metric's unit; None if nothing is listed.
        metrics: Test metrics and costs, by name; empty where the benchmark has none.
    """

    rank: int | None = None
    regret: float | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)


class Benchmark(Protocol):
    """Where fitness comes from."""

    @property
    def name(self) -> str:
        """Name used at the command line and in records."""

    @property
    def space(self) -> SearchSpace:
        """The search space; a `ListedSpace` where only part of it is listed."""

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Every task, in the benchmark's own order."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of results must know, a sentence each, such as that there are no test metrics."""

    def restricted(self, tasks: tuple[str, ...]) -> Benchmark:
        """The same benchmark for some of its tasks, in the order given; the space shrinks to what they all list.

        Raises:
            UnknownNameError: If a name is not one of its tasks.
        """

    def evaluate(self, task: str, genotype: Genotype) -> Evaluation:
        """Validation fitness; a failed or missing entry is an `Evaluation` with ``error``, never an exception."""

    def best_fitness(self, task: str) -> float | None:
        """The best listed validation fitness; None where fitness is not listed but computed."""

    def report(self, task: str, genotype: Genotype) -> Standing:
        """True rank, regret and test metrics. To be opened once, after the search."""

    def label(self, genotype: Genotype) -> str:
        """The architecture as users know it: the official string, or the string that stands in their table."""


@runtime_checkable
class Listing(Protocol):
    """A benchmark that lists the architectures among which it ranks."""

    def listed(self, task: str) -> int:
        """How many architectures have a fitness on a task: what a rank is out of.

        Raises:
            UnknownNameError: If there is no such task.
        """


@runtime_checkable
class WithFidelities(Protocol):
    """A benchmark that knows trainings of several lengths: a search may see short ones, and be judged by the full."""

    def at_fidelity(self, epochs: int) -> Benchmark:
        """The same benchmark, of which a search sees, and pays for, trainings of so many epochs.

        Raises:
            DataError: If a task has none of that length.
            ConfigurationError: If a part of it records no lengths.
        """
