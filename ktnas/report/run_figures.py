"""The figures of a run: convergence, and each task's best architecture."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import count
from pathlib import Path

from ktnas.problem.population import survivors
from ktnas.problem.progress import progress_of
from ktnas.problem.task import Task, value_text
from ktnas.problem.trial import Trial
from ktnas.records.run_directory import RunDirectory
from ktnas.records.summary import Summary
from ktnas.records.trials import read_trials
from ktnas.report.figures.writing import write_figures
from ktnas.rng import Streams
from ktnas.runner.experiment import Experiment
from ktnas.spaces.operators import sample_distinct

_NAMED_TASKS = 3

_LONGEST_NAME = 100
"""Characters of a task's name in a file's name: a file system takes 255 bytes for all of it."""


def draw(
    experiment: Experiment,
    directory: RunDirectory,
    summaries: Sequence[Summary],
    places: Sequence[Path],
    alone: Mapping[str, Sequence[Path]] | None = None,
) -> list[str]:
    """The figures of a run or of all its repeats: the trajectory of the search, and each task's best architecture.

    Args:
        experiment: What was searched.
        directory: Where they are written.
        summaries: Of the runs.
        places: Their directories.
        alone: By task, directories of searches of that task alone, which are drawn beneath; None if there are none.

    Returns:
        A sentence for every figure that could not be drawn: no reason to lose the report.
    """
    from ktnas.report.figures.convergence import TaskCurves, convergence

    problem, benchmark = experiment.problem, experiment.benchmark
    records = [read_trials(place) for place in places]
    progress = [progress_of(trials, problem.names) for trials in records]
    trajectories = [
        TaskCurves(
            task,
            tuple(run[task.name].incumbents() for run in progress),
            benchmark.best_fitness(task.name),
            _incumbents(task, (alone or {}).get(task.name, ())),
        )
        for task in problem.tasks
    ]
    runs = f"seed {summaries[0]['seed']}" if len(summaries) == 1 else f"{len(summaries)} seeds"
    few = len(problem.names) <= _NAMED_TASKS
    title = experiment.title if few else f"{benchmark.name} ({experiment.search.name})"
    figures: dict[str, Callable[[], bytes]] = {
        "convergence.png": lambda: convergence(trajectories, f"{title}, {runs}"),
        **{f"{name}.png": drawing for name, drawing in best_figures(experiment, records).items()},
    }
    return list(write_figures(directory, figures).values())


def best_figures(experiment: Experiment, records: Sequence[Sequence[Trial]]) -> dict[str, Callable[[], bytes]]:
    """What draws the best architecture of each task on which something has succeeded, by a name fit for a file.

    Args:
        experiment: What was searched.
        records: The trials of each run.
    """
    problem = experiment.problem
    figures: dict[str, Callable[[], bytes]] = {}
    corpus = sample_distinct(problem.space, 32, Streams(0).rng("colours"))
    operations = sorted({op for genotype in corpus for op in problem.space.graph(genotype).operations})
    names = file_names([task.name for task in problem.tasks])
    for task, name in zip(problem.tasks, names, strict=True):
        found = survivors((trial for trials in records for trial in trials if trial.task == task.name), 1)
        if found:
            figures[f"best-{name}"] = partial(_cell, experiment, task, found[0], operations)
    return figures


def _incumbents(task: Task, places: Sequence[Path]) -> tuple[Sequence[float | None], ...]:
    return tuple(progress_of(read_trials(place), (task.name,))[task.name].incumbents() for place in places)


def _cell(experiment: Experiment, task: Task, best: Trial, operations: Sequence[str]) -> bytes:
    from ktnas.report.figures.architecture import architecture

    title = f"{task.name}: {task.metric} {value_text(task, best.fitness)}"
    graph = experiment.problem.space.graph(best.genotype)
    return architecture(graph, title, experiment.benchmark.label(best.genotype), operations)


def file_names(names: Sequence[str]) -> list[str]:
    """Names made fit for files: letters, digits, ``.``, ``_`` and ``-``; all different, also where case is ignored.

    >>> file_names(["normal", "top 1/%", "Normal"])
    ['normal', 'top-1', 'Normal-2']
    >>> [len(name) for name in file_names(["a" * 300, "a" * 301])]
    [100, 102]
    """
    taken: set[str] = set()
    found = []
    for name in names:
        plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:_LONGEST_NAME] or "task"
        free = next(c for i in count(1) if (c := plain if i == 1 else f"{plain}-{i}").lower() not in taken)
        taken.add(free.lower())
        found.append(free)
    return found
