"""What is run: a problem of a benchmark, an algorithm, and when to stop."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace

from ktnas.algorithms.base import KeepsEmbeddings, Populated, RatesByProxy, Search
from ktnas.algorithms.beliefs import Listener, TellsBeliefs
from ktnas.benchmarks.base import Benchmark
from ktnas.benchmarks.complexity_proxy import tabulated
from ktnas.errors import ConfigurationError, unknown_name
from ktnas.files.array_cache import DiskStore
from ktnas.files.search_path import cache_directory
from ktnas.problem.budget import Budget, S
from ktnas.problem.proxy import Parameters
from ktnas.problem.task import Problem


def require_population(search: Search[S], budget_evals: int) -> None:
    """Refuse a budget that ends before the search has evaluated its first population.

    Args:
        search: The algorithm; one that is not `Populated` suits any budget.
        budget_evals: Evaluations per task.

    Raises:
        ConfigurationError: If the budget is smaller than the population.
    """
    if isinstance(search, Populated) and budget_evals < search.population:
        raise ConfigurationError(
            f"the budget of {budget_evals:,} evaluations per task is smaller than the population of "
            f"{search.population:,}: raise the budget or lower the population"
        )


@dataclass(frozen=True, slots=True)
class Experiment:
    """A problem of a benchmark, an algorithm, and when to stop.

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

    def alone(self, task: str) -> Experiment:
        """The same search of one of its tasks alone, among the same architectures.

        Raises:
            UnknownNameError: If it has no such task.
        """
        problem = self.problem
        if task not in problem.names:
            raise unknown_name("task", task, problem.names)
        single = Problem(problem.space, tuple(one for one in problem.tasks if one.name == task))
        stop_at = {name: fitness for name, fitness in self.budget.stop_at.items() if name == task}
        return replace(self, problem=single, budget=replace(self.budget, stop_at=stop_at))


def telling(experiment: Experiment, listener: Listener) -> Experiment:
    """The experiment, whose search tells a listener what its model believes, if it can."""
    search = experiment.search
    return (
        replace(experiment, search=search.with_listener(listener)) if isinstance(search, TellsBeliefs) else experiment
    )


def with_store(search: Search[object]) -> Search[object]:
    """The search with its embedding kept in the user's cache directory, if it has one; no result depends on it."""
    if not isinstance(search, KeepsEmbeddings):
        return search
    return search.with_store(DiskStore(cache_directory() / "embeddings", note=_note))


def with_proxy(search: Search[object], benchmark: Benchmark) -> Search[object]:
    """The search with parameters as the benchmark lists them, if it counts parameters and they are listed."""
    if not (isinstance(search, RatesByProxy) and isinstance(search.proxy, Parameters)):
        return search
    listed = tabulated(benchmark)
    return search if listed is None else search.with_proxy(listed)


def _note(message: str) -> None:
    sys.stderr.write(f"note: {message}\n")


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
