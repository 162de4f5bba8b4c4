"""The complete configuration of a run, as plain values: what ``config.json`` holds."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib import metadata

from ktnas.benchmarks.base import Benchmark
from ktnas.benchmarks.computed import ComputedBenchmark
from ktnas.description import describe
from ktnas.problem.budget import Budget
from ktnas.problem.task import Problem, Task
from ktnas.records.checked import count_of, flag_of, list_of, text_of
from ktnas.records.digest import code_digest, table_digest
from ktnas.records.run_directory import DATA, ENVIRONMENT, RunDirectory
from ktnas.spaces.base import genotypes, is_enumerable
from ktnas.typing import JSON
from ktnas.version import __version__

EARLIER = "earlier_budgets"
"""The part of ``config.json`` that tells of budgets which held before this one; most records have none."""

ASYNCHRONOUS = "asynchronous"
"""The part of ``config.json`` that only asynchronous runs have: what their method does otherwise."""

PACKAGES = ("gensim", "nas-bench-graph", "networkx", "numpy", "scikit-learn", "scipy", "torch")
"""Packages whose version can change a result."""


def configuration(
    benchmark: Benchmark, problem: Problem, search: object, budget: Budget, seeds: Sequence[int]
) -> dict[str, JSON]:
    """What decides a run, and under ``environment`` what it ran on.

    Args:
        benchmark: Restricted to the problem's tasks; of one that trains, its settings are recorded too.
        problem: What is searched.
        search: The algorithm.
        budget: When to stop.
        seeds: The seed, or one per repeat.

    Raises:
        ConfigurationError: If the algorithm's fields cannot be recorded.
    """
    space = problem.space
    live = {"training": describe(benchmark.settings())} if isinstance(benchmark, ComputedBenchmark) else {}
    digest = table_digest(benchmark)
    return {
        "benchmark": benchmark.name,
        **live,
        **({DATA: digest} if digest else {}),
        "space": space.name,
        "architectures": len(genotypes(space)) if is_enumerable(space) else None,
        "tasks": {task.name: _described(benchmark, problem, task) for task in problem.tasks},
        "method": describe(search),
        "budget": budget.evaluations,
        **({EARLIER: [asdict(one) for one in budget.earlier]} if budget.earlier else {}),
        "stop_at": dict(budget.stop_at),
        "seed" if len(seeds) == 1 else "seeds": seeds[0] if len(seeds) == 1 else list(seeds),
        ENVIRONMENT: _program(),
    }


def _described(benchmark: Benchmark, problem: Problem, task: Task) -> JSON:
    return {
        "role": problem.role(task.name),
        "metric": task.metric,
        "unit": task.unit,
        "minimize": task.minimize,
        "best_listed": benchmark.best_fitness(task.name),
        **({} if len(problem.spaces) == 1 else {"space": problem.space_of(task.name).name}),
    }


def seeds_of(config: Mapping[str, object]) -> tuple[int, ...]:
    """The seed of the run that a ``config.json`` tells of, or those of its repeats.

    Raises:
        KeyError, TypeError, ValueError: If it tells none.
    """
    return tuple(map(count_of, list_of(config["seeds"]))) if "seeds" in config else (count_of(config["seed"]),)


def task_of(name: str, plain: Mapping[str, object]) -> Task:
    """A task that a ``config.json`` tells of.

    Raises:
        KeyError, TypeError, ValueError: If it does not tell enough.
    """
    return Task(name, text_of(plain["metric"]), text_of(plain["unit"]), flag_of(plain["minimize"]))


def environment() -> dict[str, JSON]:
    """Versions of this package, of Python, and of the packages that can change a result (None: not installed)."""
    versions: dict[str, JSON] = {"ktnas": __version__, "python": platform.python_version()}
    for package in PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            versions[package] = None
    return versions


def _program() -> dict[str, JSON]:
    return {**environment(), "code": code_digest()}


def begun_by_this_program(directory: RunDirectory) -> bool:
    """Whether the run in a directory was begun with this source, this Python and these packages."""
    held = directory.config()
    return held is not None and held.get(ENVIRONMENT) == _program()
