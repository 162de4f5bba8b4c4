"""What the command line asks for, and the objects that it stands for.

Settings are plain values, so that they travel to other processes; each process composes the objects itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from ktnas.benchmarks import Benchmark
from ktnas.benchmarks.registry import find_benchmark, load_benchmark
from ktnas.benchmarks.user_table import TableChoice, load_table
from ktnas.config.method import MethodChoice
from ktnas.config.registry import (
    DEFAULT_BENCHMARK,
    DEFAULT_BUDGET,
    DEFAULT_SOURCE,
    DEFAULT_TARGET,
    SPACES,
    TRAINING_SOURCE,
    TRAINING_TARGET,
    made,
)
from ktnas.config.training import TrainingChoice
from ktnas.errors import ConfigurationError
from ktnas.files.search_path import search_path
from ktnas.problem.budget import Budget
from ktnas.problem.task import Problem
from ktnas.runner.experiment import Experiment, require_population, stopping, with_proxy, with_store


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
