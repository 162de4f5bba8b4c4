"""What a sweep is made of: arms, cases and seeds, as composed objects.

Arms are searches with a name, so an ablation is a list of ``Arm(name, dataclasses.replace(base, ...))``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from ktnas.algorithms.base import LearnsFromSources, Search
from ktnas.algorithms.knowledge import Knowledge
from ktnas.benchmarks.base import Benchmark, WithFidelities
from ktnas.benchmarks.registry import load_benchmark
from ktnas.benchmarks.table import TableBenchmark
from ktnas.benchmarks.user_table import Repeated, load_table
from ktnas.errors import ConfigurationError
from ktnas.problem.task import Problem
from ktnas.records.trajectory import case_title
from ktnas.runner.experiment import Experiment, require_population, stopping, with_proxy, with_store
from ktnas.spaces.base import SearchSpace

MOST_SEEDS = 10_000
"""Seeds of a sweep, at most; of repeats too."""

MOST_ARMS = 1_000
"""Arms of a sweep, at most; and cases."""

MOST_RUNS = 100_000
"""Runs of a sweep, at most."""


def require_few(what: str, count: int, most: int) -> None:
    """Refuse a number that would take all memory and time before the first run begins.

    Raises:
        ConfigurationError: If there are too many.
    """
    if count > most:
        raise ConfigurationError(f"{count:,} {what} are too many; at most {most:,} are run: part them")


class BenchmarkSource(Protocol):
    """Where a benchmark comes from, in whatever process it is needed; hashable, and small to send."""

    def load(self) -> Benchmark:
        """The benchmark."""

    def __hash__(self) -> int:
        """Equal sources load equal benchmarks."""


@dataclass(frozen=True, slots=True)
class Named:
    """A benchmark of `ktnas.benchmarks.registry`.

    Attributes:
        name: Its name.
        tasks: Its tasks that are searched; empty for all.
        directory: Where its table is looked for first.
    """

    name: str
    tasks: tuple[str, ...] = ()
    directory: Path | None = None

    def load(self) -> Benchmark:
        """Read once per process, whichever of its tasks are asked for."""
        whole = _whole(self.name, self.directory)
        return whole.restricted(self.tasks) if self.tasks else whole


@lru_cache(maxsize=4)
def _whole(name: str, directory: Path | None) -> TableBenchmark:
    return load_benchmark(name, (), directory)


@dataclass(frozen=True, slots=True)
class OwnTable:
    """A user's own table.

    Attributes:
        path: The file.
        space: The space of its architectures; None for a categorical one, inferred from their codes.
        tasks: Its columns that are searched.
        arch_column: Name of the column of architectures, or several separated by commas; None to find it.
        minimize: The columns in which smaller is better.
        repeated: What counts of an architecture that stands in several rows; None to refuse it.
    """

    path: Path
    space: SearchSpace | None
    tasks: tuple[str, ...]
    arch_column: str | None = None
    minimize: tuple[str, ...] = ()
    repeated: Repeated | None = None

    def load(self) -> Benchmark:
        """Read the file."""
        return load_table(
            self.path,
            self.space,
            self.tasks,
            arch_column=self.arch_column,
            minimize=self.minimize,
            repeated=self.repeated,
        )


@dataclass(frozen=True, slots=True)
class AtFidelity:
    """A benchmark that is searched at trainings of fewer epochs, and judged by the full ones.

    Attributes:
        source: Where it comes from.
        epochs: Of the trainings that a search sees and pays for.
    """

    source: BenchmarkSource
    epochs: int

    def load(self) -> Benchmark:
        """The benchmark after so many epochs.

        Raises:
            KtnasError: If it has none of that length.
        """
        benchmark = self.source.load()
        if not isinstance(benchmark, WithFidelities):
            raise ConfigurationError(f"{benchmark.name} has no trainings of several lengths")
        return benchmark.at_fidelity(self.epochs)


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """A benchmark at hand, which must be picklable where there are several processes."""

    benchmark: Benchmark

    def load(self) -> Benchmark:
        """The benchmark, as it was given."""
        return self.benchmark


@dataclass(frozen=True, slots=True)
class Arm:
    """What is compared.

    Attributes:
        name: Name in records, tables and figures.
        search: The composed algorithm.
    """

    name: str
    search: Search[object]


@dataclass(frozen=True, slots=True)
class Case:
    """What is searched, and for how long.

    Attributes:
        benchmark: Where its benchmark comes from.
        sources: Tasks that only donate; empty if every task donates to every other.
        budget: Evaluations per task.
        until_best: Whether a task stops once it has found the best listed fitness.
        name: Name in records, tables and figures; made from the others if empty.
        knowledge: Finished searches that every arm learns from; None for none.
    """

    benchmark: BenchmarkSource
    sources: tuple[str, ...] = ()
    budget: int = 50
    until_best: bool = False
    name: str = ""
    knowledge: Knowledge | None = None

    def experiment(self, search: Search[object]) -> Experiment:
        """The case with an algorithm.

        Raises:
            KtnasError: If the data are not found, or the algorithm does not suit the case.
        """
        benchmark = _loaded(self.benchmark)
        problem = Problem(benchmark.space, benchmark.tasks, frozenset(self.sources))
        budget = stopping(benchmark, self.budget, self.until_best)
        require_population(search, self.budget)
        search = with_proxy(with_store(search), benchmark)
        if self.knowledge is not None:
            if not isinstance(search, LearnsFromSources):
                raise ConfigurationError(f"method {search.name!r} cannot learn from the finished searches of its case")
            search = search.with_knowledge(self.knowledge)
        return Experiment(benchmark, problem, search, budget)

    def title(self, problem: Problem, benchmark: str) -> str:
        """Its name, or one that says what it is."""
        return self.name or case_title(
            benchmark, problem.names, problem.sources, self.budget, until_best=self.until_best
        )


@lru_cache(maxsize=16)
def _loaded(source: BenchmarkSource) -> Benchmark:
    return source.load()


@dataclass(frozen=True, slots=True)
class Sweep:
    """Every arm on every case with every seed.

    Attributes:
        arms: The arms, names unique.
        cases: The cases.
        seeds: The seeds; every arm has the same, so differences are paired.
    """

    arms: tuple[Arm, ...]
    cases: tuple[Case, ...]
    seeds: tuple[int, ...]

    def __post_init__(self) -> None:
        if not (self.arms and self.cases and self.seeds):
            raise ConfigurationError("a sweep needs at least one arm, one case and one seed")
        require_few("runs", len(self.arms) * len(self.cases) * len(self.seeds), MOST_RUNS)
        counts = Counter(arm.name for arm in self.arms)
        twice = next((name for name, count in counts.items() if count > 1), None)
        if twice is not None:
            raise ConfigurationError(f"two arms are named {twice!r}; give each a name of its own")
