"""What a study is made of: from a caller's arguments to an experiment, checked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias, TypeVar, cast

from ktnas.algorithms.base import Search
from ktnas.benchmarks.base import Benchmark
from ktnas.benchmarks.functions import FunctionBenchmark, TaskFunction
from ktnas.benchmarks.outside import OutsideBenchmark
from ktnas.benchmarks.registry import BENCHMARKS, load_benchmark
from ktnas.benchmarks.several import SeveralBenchmarks, evaluated_outside, functions_of, load_joined
from ktnas.config.registry import METHODS, SPACES, made
from ktnas.config.sources import with_sources
from ktnas.description import describe
from ktnas.errors import ConfigurationError, unknown_name
from ktnas.problem.budget import Budget, check
from ktnas.problem.task import Problem
from ktnas.records.function_digest import function_digest
from ktnas.records.study_file import StudyFile
from ktnas.runner.experiment import Experiment, require_population, with_store
from ktnas.spaces.base import SearchSpace
from ktnas.typing import JSON

S = TypeVar("S")

Where: TypeAlias = SearchSpace | Benchmark | Mapping[str, SearchSpace] | str
"""What is searched: a space, a benchmark, the name of one, or a space per task by the task's name."""


def composed(
    where: Where,
    tasks: Mapping[str, TaskFunction] | Sequence[str],
    *,
    budget: int,
    seed: int,
    method: Search[S] | str,
    sources: Collection[str | Path],
    minimize: Collection[str],
    outside: bool = True,
) -> Experiment:
    """The experiment that a caller describes.

    Args:
        where: What is searched.
        tasks: Functions by their names, or names.
        budget: Evaluations per task.
        seed: Seed of every random number.
        method: The algorithm, or its name.
        sources: Tasks that only donate, and finished searches: run directories, or tables as `with_sources` reads them.
        minimize: Tasks whose number is better when smaller.
        outside: Whether tasks of a space may be names alone: then they are evaluated outside.

    Raises:
        KtnasError: If the arguments contradict each other.
    """
    benchmark = _benchmark(where, tasks, minimize)
    if evaluated_outside(benchmark) and not outside:
        raise ConfigurationError(
            f"with a search space, tasks must map names to functions; got {tasks!r}. Names alone need a benchmark"
        )
    algorithm = _algorithm(method)
    donors, earlier = _divided(sources, benchmark)
    algorithm = with_sources(algorithm, earlier, benchmark)
    problem = Problem(benchmark.space, benchmark.tasks, frozenset(donors))
    limit = Budget(budget)
    require_population(algorithm, budget)
    check(problem, limit, seed)
    return Experiment(benchmark, problem, algorithm, limit)


def _divided(sources: Collection[str | Path], benchmark: Benchmark) -> tuple[list[str], list[str]]:
    """Tasks that only donate, and places of finished searches.

    Raises:
        UnknownNameError: If a name is neither a task nor a place.
    """
    names = [task.name for task in benchmark.tasks]
    donors = [str(one) for one in sources if isinstance(one, str) and one in names]
    earlier = [str(one) for one in sources if str(one) not in donors]
    for place in earlier:
        table = place.rpartition(":")[0] or place
        if table not in BENCHMARKS and not Path(place).exists() and not Path(table).exists():
            raise unknown_name("source", place, names, f"{benchmark.name}, nor does a finished search lie there")
    return donors, earlier


def study_file(
    experiment: Experiment, method: object, where: object, sources: Collection[str | Path] = ()
) -> StudyFile:
    """How the study is made again without its script, as far as it can be."""
    benchmark = experiment.benchmark
    functions = functions_of(benchmark)
    digests = {name: function_digest(function) for name, function in functions.items()}
    options: dict[str, JSON] | None = None
    named = isinstance(where, str) and isinstance(method, str)
    outside = evaluated_outside(benchmark)
    if named and not functions and not outside:
        options = {"benchmark": str(where), "method": str(method), **_roles(experiment.problem)}
        earlier = _divided(sources, benchmark)[1]
        options |= {"from": list(earlier)} if earlier else {}
    return StudyFile(options, _described(benchmark.space), outside, digests)


def _roles(problem: Problem) -> dict[str, JSON]:
    if not problem.sources:
        return {"tasks": list(problem.names)}
    return {
        "source": [name for name in problem.names if name in problem.sources],
        "target": [name for name in problem.names if name not in problem.sources],
    }


def _described(space: SearchSpace) -> JSON:
    """A space as a composed object; None if it is none."""
    try:
        return describe(space)
    except ConfigurationError:
        return None


def _algorithm(method: Search[S] | str) -> Search[object]:
    _require_object("method", method)
    if isinstance(method, str):
        return with_store(made("method", method, METHODS))
    return cast("Search[object]", method)


def _require_object(what: str, value: object) -> None:
    """Refuse the class in place of an object of it."""
    if isinstance(value, type):
        raise ConfigurationError(
            f"{what} is the class {value.__name__}; it must be an object of it: {value.__name__}(...)"
        )


def _benchmark(
    where: Where,
    tasks: Mapping[str, TaskFunction] | Sequence[str],
    minimize: Collection[str],
) -> Benchmark:
    _require_object("where", where)
    if isinstance(tasks, str):
        raise ConfigurationError(f"tasks must be several names, not the text {tasks!r}; give [{tasks!r}]")
    if isinstance(where, str):
        where = _named(where, tasks)
    if isinstance(where, Mapping):
        return _of_spaces(where, tasks or tuple(where), minimize)
    if isinstance(where, SearchSpace):
        return _of_space(where, tasks, minimize)
    if isinstance(tasks, Mapping) or minimize:
        raise ConfigurationError(
            f"benchmark {where.name!r} has its own tasks and their direction; give their names alone, or a search "
            "space with functions"
        )
    return where.restricted(tuple(tasks)) if tasks else where


def _of_space(
    space: SearchSpace, tasks: Mapping[str, TaskFunction] | Sequence[str], minimize: Collection[str]
) -> Benchmark:
    if isinstance(tasks, Mapping):
        return FunctionBenchmark(space, tasks, frozenset(minimize))
    return OutsideBenchmark(space, tuple(tasks), frozenset(minimize))


def _of_spaces(
    spaces: Mapping[str, SearchSpace],
    tasks: Mapping[str, TaskFunction] | Sequence[str],
    minimize: Collection[str],
) -> Benchmark:
    """Tasks that each have a space of their own, those of equal spaces together."""
    for name in tasks:
        if name not in spaces:
            raise unknown_name("task", name, spaces, "the spaces that were given, one per task")
    for name in (*spaces, *minimize):
        if name not in tasks:
            raise unknown_name("task", name, tasks)
    groups: dict[SearchSpace, list[str]] = {}
    for name in tasks:
        _require_object(f"the space of task {name!r}", spaces[name])
        groups.setdefault(spaces[name], []).append(name)
    parts = []
    for space, own in groups.items():
        wanted = {name: tasks[name] for name in own} if isinstance(tasks, Mapping) else own
        parts.append(_of_space(space, wanted, [name for name in minimize if name in own]))
    return parts[0] if len(parts) == 1 else SeveralBenchmarks(tuple(parts))


def _named(name: str, tasks: Mapping[str, TaskFunction] | Sequence[str]) -> SearchSpace | Benchmark:
    """The search space of that name where tasks are functions, or no benchmark is called so; else the benchmark."""
    if not isinstance(tasks, Mapping) and "+" in name:
        return load_joined(name, tuple(tasks))
    if not isinstance(tasks, Mapping) and (name in BENCHMARKS or name not in SPACES):
        return load_benchmark(name, tuple(tasks))
    space = made("search space", name, {key: make for key, make in SPACES.items() if key != "categorical"})
    if space is None:
        raise unknown_name("search space", name, SPACES)
    return space
