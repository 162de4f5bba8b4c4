"""The library's front door: `search`, from a space and functions (or a benchmark) to the best architectures.

It is `ktnas.runner.loop.run` with the parts that most callers want filled in; who needs more composes a `Problem`, a
`Search` and a `Budget` and calls that, or asks and tells by hand (docs/quickstart.md).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TypeVar, cast

from ktnas.algorithms.base import Search
from ktnas.benchmarks.base import Benchmark
from ktnas.benchmarks.computed import ComputedBenchmark
from ktnas.benchmarks.functions import FunctionBenchmark, TaskFunction
from ktnas.benchmarks.registry import load_benchmark
from ktnas.config import defaults
from ktnas.config.registry import METHODS, SPACES, made
from ktnas.errors import ConfigurationError, unknown_name
from ktnas.evaluation.protocol import Evaluate
from ktnas.problem.budget import Budget
from ktnas.problem.callback import Callback, Callbacks, FailureKinds, Finished, as_callback
from ktnas.problem.progress import Progress, TaskProgress
from ktnas.problem.task import Problem
from ktnas.problem.trial import History
from ktnas.runner.experiment import require_population, with_store
from ktnas.runner.failures import FirstFailures
from ktnas.runner.loop import run
from ktnas.spaces.base import SearchSpace
from ktnas.typing import Genotype

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Found:
    """The best architecture found for a task.

    Attributes:
        architecture: Its official string.
        genotype: Its code.
        fitness: Its fitness, higher is better.
        evaluations: Evaluations until it was found, its own included.
    """

    architecture: str
    genotype: Genotype
    fitness: float
    evaluations: int


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search has found.

    Attributes:
        best: The best architecture per task; without the tasks on which every evaluation failed.
        tasks: Counts per task: evaluations, failures, transfers.
        history: Every trial, in order.
        stopped: Why the callback ended the search; None if it came to its end.
    """

    best: Mapping[str, Found]
    tasks: Mapping[str, TaskProgress]
    history: History
    stopped: str | None = None


def search(
    where: SearchSpace | Benchmark | str,
    tasks: Mapping[str, TaskFunction] | Sequence[str] = (),
    *,
    budget: int = defaults.BUDGET,
    seed: int = 0,
    method: Search[S] | str = defaults.METHOD,
    sources: Collection[str] = (),
    minimize: Collection[str] = (),
    callback: Callback | Callable[[Progress], object] | None = None,
    catch: bool = False,
) -> SearchResult:
    """Search one space for several tasks at once.

    Args:
        where: A search space, for tasks that are functions; or a benchmark. Either by its name at the command line,
            such as ``"nasbench201"``, or as an object.
        tasks: With a space, a function per task: it takes a genotype and returns a number; one that raises, or
            returns anything but a finite number, is a failed evaluation. With a benchmark, names of its tasks;
            all of them if none is given.
        budget: Evaluations per task.
        seed: Seed of every random number; the same seed, the same search.
        method: The algorithm: its name at the command line, or an object. By name, its embeddings are kept in the
            user's cache directory.
        sources: Tasks that only donate; without any, every task donates to every other.
        minimize: With functions, the tasks whose number is better when smaller; fitness is its negative.
        callback: A `Callback`, told of everything; or a function, called with a `Progress` after every generation.
            If it returns True or raises `StopSearch`, the search ends with what it has found.
        catch: Whether to go on where the first evaluations of a task have all failed (5 of them, or the whole budget
            if that is less).

    Raises:
        KtnasError: If the arguments contradict each other; nothing has been evaluated then.
        EvaluationError: If the first evaluations of a task have all failed, with the first error; unless ``catch``.

    >>> import ktnas
    >>> from ktnas.spaces.categorical import Categorical
    >>> from ktnas.algorithms.regularized_evolution import RegularizedEvolution
    >>> space = Categorical((4,) * 6)
    >>> tasks = {"many threes": lambda code: code.count(3), "near two": lambda code: -sum(abs(g - 2) for g in code)}
    >>> result = ktnas.search(space, tasks, budget=200, method=RegularizedEvolution())
    >>> result.best["many threes"].fitness, result.best["many threes"].genotype
    (6.0, (3, 3, 3, 3, 3, 3))
    >>> result = ktnas.search("nasbench-graph", ["cora", "pubmed"], method="random-search", budget=10)
    >>> result.best["cora"].evaluations <= 10
    True
    """
    benchmark = _benchmark(where, tasks, minimize)
    algorithm = _algorithm(method)
    for name in sources:
        if name not in {task.name for task in benchmark.tasks}:
            raise unknown_name("source", name, [task.name for task in benchmark.tasks], benchmark.name)
    problem = Problem(benchmark.space, benchmark.tasks, frozenset(sources))
    limit = Budget(budget)
    require_population(algorithm, budget)
    watches = () if catch else (FirstFailures(),)
    callbacks = Callbacks(_Logged(), as_callback(callback), *watches)
    with _evaluator(benchmark, callbacks) as evaluate:
        result = run(problem, algorithm, evaluate, budget=limit, seed=seed, callback=callbacks)
    best = {
        name: Found(
            benchmark.label(task.best.genotype), task.best.genotype, task.best.fitness, task.evaluations_to_best
        )
        for name, task in result.tasks.items()
        if task.best is not None and task.best.fitness is not None
    }
    return SearchResult(best, result.tasks, result.history, result.stopped)


class _Logged(Callback):
    """Logs the first failure of each kind as it happens: it shows on standard error unless logging is set up."""

    def __init__(self) -> None:
        self._kinds = FailureKinds()

    def evaluation_finished(self, finished: Finished) -> None:
        if text := self._kinds.told(finished):
            logging.getLogger("ktnas").warning("%s", text)


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
        if not isinstance(tasks, Mapping):
            raise ConfigurationError(
                f"with a search space, tasks must map names to functions; got {tasks!r}. Names alone need a benchmark"
            )
        return FunctionBenchmark(where, tasks, frozenset(minimize))
    if isinstance(tasks, Mapping) or minimize:
        raise ConfigurationError(
            f"benchmark {where.name!r} has its own tasks and their direction; give their names alone, or a search "
            "space with functions"
        )
    return where.restricted(tuple(tasks)) if tasks else where


def _named(name: str, tasks: Mapping[str, TaskFunction] | Sequence[str]) -> SearchSpace | Benchmark:
    """The search space of that name where tasks are functions, else the benchmark."""
    if not isinstance(tasks, Mapping):
        return load_benchmark(name, tuple(tasks))
    space = made("search space", name, {key: make for key, make in SPACES.items() if key != "categorical"})
    if space is None:
        raise unknown_name("search space", name, SPACES)
    return space


def _evaluator(benchmark: Benchmark, callbacks: Callbacks) -> AbstractContextManager[Evaluate]:
    if isinstance(benchmark, ComputedBenchmark):
        return benchmark.evaluator(callbacks)
    return nullcontext(benchmark.evaluate)
