"""What a study is made of: from a caller's arguments to an experiment, checked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TypeVar, cast

from ktnas.algorithms.base import Search
from ktnas.benchmarks.base import Benchmark
from ktnas.benchmarks.functions import FunctionBenchmark, TaskFunction
from ktnas.benchmarks.outside import OutsideBenchmark
from ktnas.benchmarks.registry import BENCHMARKS, load_benchmark
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


def composed(
    where: SearchSpace | Benchmark | str,
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
        where: A search space, or a benchmark, or the name of one.
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
    if isinstance(benchmark, OutsideBenchmark) and not outside:
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
            raise unknown_name("source", place, names, f"{benchmark.name}, nor the place of a finished search")
    return donors, earlier


def study_file(
    experiment: Experiment, method: object, where: object, sources: Collection[str | Path] = ()
) -> StudyFile:
    """How the study is made again without its script, as far as it can be."""
    benchmark = experiment.benchmark
    functions = benchmark.functions if isinstance(benchmark, FunctionBenchmark) else {}
    digests = {name: function_digest(function) for name, function in functions.items()}
    options: dict[str, JSON] | None = None
    if isinstance(where, str) and not isinstance(benchmark, FunctionBenchmark | OutsideBenchmark):
        options = {"benchmark": where, **_roles(experiment.problem)}
        options |= {"method": method} if isinstance(method, str) else {}
        earlier = _divided(sources, benchmark)[1]
        options |= {"from": list(earlier)} if earlier else {}
    return StudyFile(options, _described(benchmark.space), isinstance(benchmark, OutsideBenchmark), digests)


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
    where: SearchSpace | Benchmark | str,
    tasks: Mapping[str, TaskFunction] | Sequence[str],
    minimize: Collection[str],
) -> Benchmark:
    _require_object("where", where)
    if isinstance(tasks, str):
        raise ConfigurationError(f"tasks must be several names, not the text {tasks!r}; give [{tasks!r}]")
    if isinstance(where, str):
        where = _named(where, tasks)
    if isinstance(where, SearchSpace):
        if isinstance(tasks, Mapping):
            return FunctionBenchmark(where, tasks, frozenset(minimize))
        return OutsideBenchmark(where, tuple(tasks), frozenset(minimize))
    if isinstance(tasks, Mapping) or minimize:
        raise ConfigurationError(
            f"benchmark {where.name!r} has its own tasks and their direction; give their names alone, or a search "
            "space with functions"
        )
    return where.restricted(tuple(tasks)) if tasks else where


def _named(name: str, tasks: Mapping[str, TaskFunction] | Sequence[str]) -> SearchSpace | Benchmark:
    """The search space of that name where tasks are functions, or no benchmark is called so; else the benchmark."""
    if not isinstance(tasks, Mapping) and (name in BENCHMARKS or name not in SPACES):
        return load_benchmark(name, tuple(tasks))
    space = made("search space", name, {key: make for key, make in SPACES.items() if key != "categorical"})
    if space is None:
        raise unknown_name("search space", name, SPACES)
    return space
