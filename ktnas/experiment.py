"""What the command line asks for, and the objects that it stands for.

Settings are plain values, so that they travel to other processes; each process composes the objects itself.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

from ktnas.benchmarks import Benchmark
from ktnas.benchmarks.lookup import find_benchmark, load_benchmark
from ktnas.benchmarks.tabulated import tabulated
from ktnas.benchmarks.user_table import load_table
from ktnas.budget import Budget, require_population
from ktnas.cache import DiskStore
from ktnas.catalog import (
    DEFAULT_BENCHMARK,
    DEFAULT_BUDGET,
    DEFAULT_SOURCE,
    DEFAULT_TARGET,
    SPACES,
    TRAINING_SOURCE,
    TRAINING_TARGET,
    made,
)
from ktnas.data import cache_directory, search_path
from ktnas.errors import ConfigurationError
from ktnas.method_choice import MethodChoice
from ktnas.proxy import Parameters
from ktnas.search import Search
from ktnas.training_choice import TrainingChoice
from ktnas.trial import Problem

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


@dataclass(frozen=True, slots=True)
class TableChoice:
    """A user's own table.

    Attributes:
        path: The file.
        space: Name of the search space.
        arch_column: The column of architectures; None to find it.
        minimize: Columns in which smaller is better.
    """

    path: Path
    space: str
    arch_column: str | None = None
    minimize: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that decides a run, by name.

    Attributes:
        sources: Tasks that only donate.
        targets: Tasks that they donate to.
        tasks: Tasks that all donate to one another, in place of sources and targets.
        benchmark: Name of the benchmark; None to find it by its tasks.
        table: A user's own table, in place of a benchmark.
        data: Directory to look for tables first.
        method: The algorithm.
        budget: Evaluations per task.
        until_best: Whether a task stops once it has found the best listed entry.
        training: Live training, in place of a benchmark's table.
    """

    sources: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    benchmark: str | None = None
    table: TableChoice | None = None
    data: Path | None = None
    method: MethodChoice = field(default_factory=MethodChoice)
    budget: int = DEFAULT_BUDGET
    until_best: bool = False
    training: TrainingChoice | None = None


@dataclass(frozen=True, slots=True)
class Experiment:
    """What settings stand for.

    Attributes:
        benchmark: Restricted to the problem's tasks.
        problem: What is searched.
        search: The algorithm.
        budget: When to stop.
    """

    benchmark: Benchmark
    problem: Problem
    search: Search[object]
    budget: Budget

    @property
    def title(self) -> str:
        """What is searched, in a few words."""
        sources = [name for name in self.problem.names if name in self.problem.sources]
        others = [name for name in self.problem.names if name not in self.problem.sources]
        tasks = f"{', '.join(sources)} to {', '.join(others)}" if sources else ", ".join(others)
        return f"{self.benchmark.name}: {tasks} ({self.search.name})"


@lru_cache(maxsize=4)
def compose(settings: Settings) -> Experiment:
    """The objects that settings name, checked against one another.

    Raises:
        KtnasError: If a name is not known, data are not found, or settings contradict each other.
    """
    settings = _with_defaults(settings)
    names = _task_names(settings)
    search = with_store(settings.method.build())
    require_population(search, Budget(settings.budget).evaluations)
    search_path(settings.data)  # a directory that is not there is a mistake even if no table is needed from it
    benchmark = _benchmark(settings, names)
    problem = Problem(benchmark.space, benchmark.tasks, frozenset(settings.sources))
    return Experiment(
        benchmark, problem, with_proxy(search, benchmark), stopping(benchmark, settings.budget, settings.until_best)
    )


def with_store(search: Search[object]) -> Search[object]:
    """The search with its embedding kept in the user's cache directory, if it has one; no result depends on it."""
    composed = cast("DataclassInstance", search)
    if not any(part.name == "store" for part in fields(composed)):
        return search
    store = DiskStore(cache_directory() / "embeddings", note=_note)
    return cast("Search[object]", replace(composed, store=store))


def with_proxy(search: Search[object], benchmark: Benchmark) -> Search[object]:
    """The search with parameters as the benchmark lists them, if it counts parameters and they are listed."""
    if not isinstance(getattr(search, "proxy", None), Parameters):
        return search
    listed = tabulated(benchmark)
    return (
        search if listed is None else cast("Search[object]", replace(cast("DataclassInstance", search), proxy=listed))
    )


def _note(message: str) -> None:
    sys.stderr.write(f"note: {message}\n")


def _with_defaults(settings: Settings) -> Settings:
    if settings.sources or settings.targets or settings.tasks or settings.benchmark or settings.table:
        return settings
    if settings.training is not None:
        return replace(settings, sources=(TRAINING_SOURCE,), targets=(TRAINING_TARGET,))
    return replace(settings, benchmark=DEFAULT_BENCHMARK, sources=(DEFAULT_SOURCE,), targets=(DEFAULT_TARGET,))


def _task_names(settings: Settings) -> tuple[str, ...]:
    sources, targets, tasks = settings.sources, settings.targets, settings.tasks
    if tasks and (sources or targets):
        raise ConfigurationError("give either --tasks, or --source and --target; got both")
    if bool(sources) != bool(targets):
        given, missing = ("--source", "--target") if sources else ("--target", "--source")
        raise ConfigurationError(
            f"{given} {','.join(sources or targets)} needs {missing} as well; to search tasks that all donate to one "
            "another, or a single task, use --tasks"
        )
    both = [name for name in sources if name in targets]
    if both:
        raise ConfigurationError(f"task {both[0]!r} is both source and target; choose two different tasks")
    names = (*sources, *targets, *tasks)
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ConfigurationError(f"task {twice!r} is named twice; name each task once")
    return names


def _benchmark(settings: Settings, names: tuple[str, ...]) -> Benchmark:
    if settings.training is not None:
        if settings.table is not None or settings.benchmark is not None:
            given = "--benchmark" if settings.table is None else "--table"
            raise ConfigurationError(f"{given} is a source of fitness of its own; leave it out to train")
        if not names:
            raise ConfigurationError("live training needs tasks: --source A --target B, or --tasks A,B")
        return settings.training.benchmark(names, settings.data)
    if settings.table is not None:
        table = settings.table
        if settings.benchmark is not None:
            raise ConfigurationError("give either --table or --benchmark; got both")
        if not names:
            raise ConfigurationError("--table needs the columns to search: --tasks a,b, or --source a --target b")
        space = made("search space", table.space, SPACES)
        return load_table(table.path, space, names, arch_column=table.arch_column, minimize=table.minimize)
    if settings.benchmark is not None:
        return load_benchmark(settings.benchmark, names, settings.data)
    return find_benchmark(names, settings.data)


def stopping(benchmark: Benchmark, evaluations: int, until_best: bool) -> Budget:
    """So many evaluations per task; with ``until_best``, fewer where the best listed entry has been found.

    Raises:
        ConfigurationError: If that is wanted of a benchmark that lists nothing.
    """
    if not until_best:
        return Budget(evaluations)
    best = {task.name: benchmark.best_fitness(task.name) for task in benchmark.tasks}
    known = {task: fitness for task, fitness in best.items() if fitness is not None}
    if not known:
        raise ConfigurationError(f"--until-best needs a table; {benchmark.name} does not list its best fitness")
    return Budget(evaluations, known)
