"""The library's front door: `search`, from a space and functions (or a benchmark) to the best architectures.

It is a `ktnas.study.Study` that is run once. Who needs more keeps the study (docs/study.md), or composes a `Problem`, a
`Search` and a `Budget` and calls `ktnas.runner.loop.run` (docs/quickstart.md).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TypeVar

from ktnas.algorithms.base import Search
from ktnas.benchmarks.functions import TaskFunction
from ktnas.config import defaults
from ktnas.problem.callback import Callback
from ktnas.problem.progress import Progress
from ktnas.runner.provenance import Provenance
from ktnas.runner.workforce import Workforce
from ktnas.study.parts import Where, composed, study_file
from ktnas.study.result import SearchResult
from ktnas.study.study import Study

S = TypeVar("S")


def search(
    where: Where,
    tasks: Mapping[str, TaskFunction] | Sequence[str] = (),
    *,
    budget: int = defaults.BUDGET,
    seed: int = 0,
    method: Search[S] | str = defaults.METHOD,
    sources: Collection[str | Path] = (),
    minimize: Collection[str] = (),
    callback: Callback | Callable[[Progress], object] | None = None,
    catch: bool = False,
    out: Path | str | None = None,
    workers: int | Workforce | None = None,
    timeout: float | None = None,
    patience: int | None = None,
    executor: Executor | None = None,
    asynchronous: bool = False,
    reuse: Sequence[Path | str] = (),
) -> SearchResult:
    """Search one space for several tasks at once.

    Args:
        where: A search space, for tasks that are functions; or a benchmark. Either by its name at the command line,
            such as ``"nasbench201"``, or as an object. Tasks of different spaces: a space per task, by the task's name;
            or several benchmarks, as ``"nasbench201+transnas101-micro"`` with tasks as ``"nasbench201:cifar10"``. A
            function gets the genotype of its own space; results hold the number of the space in front of it.
        tasks: With a space, a function per task: it takes a genotype and returns a number; one that raises, or
            returns anything but a finite number, is a failed evaluation. With a benchmark, names of its tasks;
            all of them if none is given.
        budget: Evaluations per task.
        seed: Seed of every random number; the same seed, the same search.
        method: The algorithm: its name at the command line, or an object. By name, its embeddings are kept in the
            user's cache directory.
        sources: Tasks that only donate; without any, every task donates to every other. And finished searches that
            this one learns from at no cost: directories of runs, or tables, as ``"mdesign-link:cora"``
            (docs/sources.md).
        minimize: With functions, the tasks whose number is better when smaller; fitness is its negative.
        callback: A `Callback`, told of everything; or a function, called with a `Progress` after every generation.
            If it returns True or raises `StopSearch`, the search ends with what it has found.
        catch: Whether to go on where the first evaluations of a task have all failed (5 of them, or the whole budget
            if that is less).
        out: Directory where the search is kept; called again, it goes on there. None for in memory.
        workers: Evaluations in parallel, each in a process of its own; unless ``asynchronous``, no result depends on
            it. None for what the benchmark has. A `ktnas.Workforce` says more: threads, a limit per evaluation, how
            often one is begun anew whose worker was lost, a Dask cluster.
        timeout: Seconds after which the search ends with what it has found.
        patience: The search ends once no task has got better for so many of its evaluations.
        executor: Evaluates in place of workers of its own: any `concurrent.futures.Executor`.
        asynchronous: Whether a worker that is free gets something to do at once, not with the next generation: what is
            found then depends on which evaluation ends first.
        reuse: Directories of other runs whose answers are taken where the same is asked; with ``out``.

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
    experiment = composed(
        where,
        tasks,
        budget=budget,
        seed=seed,
        method=method,
        sources=sources,
        minimize=minimize,
        outside=False,
    )
    provenance = Provenance(study_file(experiment, method, where, sources), tuple(map(Path, reuse)))
    study = Study.of(experiment, seed, None if out is None else Path(out), provenance)
    return study.run(
        workers=workers,
        timeout=timeout,
        patience=patience,
        executor=executor,
        asynchronous=asynchronous,
        callbacks=callback,
        catch=catch,
    )
