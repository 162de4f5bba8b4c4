"""From what a run is asked to be to the objects that it is made of, checked against one another."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from ktnas.benchmarks.base import Benchmark, WithFidelities
from ktnas.benchmarks.registry import find_benchmark, load_benchmark
from ktnas.benchmarks.several import load_joined, load_several
from ktnas.benchmarks.user_table import load_table, task_columns
from ktnas.config import defaults
from ktnas.config.registry import SPACES, listing, made
from ktnas.config.run_options import RunOptions
from ktnas.config.sources import with_sources
from ktnas.errors import ConfigurationError
from ktnas.files.search_path import search_path
from ktnas.problem.budget import Budget
from ktnas.problem.task import Problem
from ktnas.runner.experiment import Experiment, require_population, stopping, with_proxy, with_store


@lru_cache(maxsize=4)
def compose(options: RunOptions) -> Experiment:
    """The objects that options name, checked against one another.

    Raises:
        KtnasError: If a name is not known, data are not found, or options contradict each other.
    """
    _require_one_fitness(options)
    options = with_columns(_with_defaults(options))
    names = _task_names(options)
    search = with_store(options.method.build())
    require_population(search, Budget(options.budget_evals).evaluations)
    search_path(options.data)  # a directory that is not there is a mistake even if no table is needed from it
    benchmark = _at_fidelity(_benchmark(options, names), options.fidelity)
    problem = Problem(benchmark.space, benchmark.tasks, frozenset(options.sources))
    budget = stopping(benchmark, options.budget_evals, options.until_best)
    search = with_sources(with_proxy(search, benchmark), options.earlier, benchmark, options.data, options.minimize)
    return Experiment(benchmark, problem, search, budget)


def with_columns(options: RunOptions) -> RunOptions:
    """Tasks by the names of a table's columns: one that holds commas was divided there.

    Raises:
        DataError: If the table cannot be read.
    """
    path = options.table
    if path is None:
        return options
    lists = (options.sources, options.targets, options.tasks, options.minimize)
    sources, targets, tasks, minimize = (task_columns(path, names) for names in lists)
    return replace(options, sources=sources, targets=targets, tasks=tasks, minimize=minimize)


def _require_one_fitness(options: RunOptions) -> None:
    """Refuse what belongs to a source of fitness that is not chosen."""
    options.training.require_live()
    if options.table is None:
        own = options.arch_column or options.minimize or options.repeated
        if own or (options.space and not options.training.live):
            raise ConfigurationError(
                "--space, --arch-column, --minimize and --repeated describe a table of your own; name it with --table"
            )
    elif options.space is None:
        raise ConfigurationError(f"--table needs --space, the search space of its architectures: {listing(SPACES)}")
    if options.training.live and (options.table or options.benchmark):
        given = "--table" if options.table else "--benchmark"
        raise ConfigurationError(f"{given} is a source of fitness of its own; leave it out to train")
    if options.table and options.benchmark:
        raise ConfigurationError("give either --table or --benchmark; got both")


def _with_defaults(options: RunOptions) -> RunOptions:
    if options.sources or options.targets or options.tasks or options.benchmark or options.table:
        return options
    if options.training.live:
        return replace(options, sources=(defaults.TRAINING_SOURCE,), targets=(defaults.TRAINING_TARGET,))
    return replace(options, benchmark=defaults.BENCHMARK, sources=(defaults.SOURCE,), targets=(defaults.TARGET,))


def _task_names(options: RunOptions) -> tuple[str, ...]:
    sources, targets, tasks = options.sources, options.targets, options.tasks
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


def _at_fidelity(benchmark: Benchmark, epochs: int | None) -> Benchmark:
    """The benchmark as it is searched after so many epochs of training.

    Raises:
        ConfigurationError: If it is no table that records how long its trainings were.
        DataError: If it has none of that length.
    """
    if epochs is None:
        return benchmark
    if not isinstance(benchmark, WithFidelities):
        raise ConfigurationError(
            f"--fidelity {epochs} is for tables of trainings of several lengths; {benchmark.name} computes its answers "
            "(--epochs says how long it trains)"
        )
    return benchmark.at_fidelity(epochs)


def _benchmark(options: RunOptions, names: tuple[str, ...]) -> Benchmark:
    if options.training.live:
        training = replace(options.training, space=options.space or options.training.space)
        return training.benchmark(names, options.data)
    if options.table is not None and options.space is not None:
        if not names:
            raise ConfigurationError("--table needs the columns to search: --tasks a,b, or --source a --target b")
        space = made("search space", options.space, SPACES)
        return load_table(
            options.table,
            space,
            names,
            arch_column=options.arch_column,
            minimize=options.minimize,
            repeated=options.repeated,
        )
    if options.benchmark is None and any(":" in name for name in names):
        return load_several(names, options.data)
    if options.benchmark is not None and "+" in options.benchmark:
        return load_joined(options.benchmark, names, options.data)
    if options.benchmark is not None:
        return load_benchmark(options.benchmark, names, options.data)
    return find_benchmark(names, options.data)
