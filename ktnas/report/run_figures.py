"""The figures of a run as pictures, by matplotlib: convergence, and each task's best architecture (`ktnas plot`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import islice

from ktnas.formatting import file_names
from ktnas.problem.progress import progress_of
from ktnas.problem.task import Task, value_text
from ktnas.problem.trial import Trial
from ktnas.records.recordings import Recordings
from ktnas.report.figures.style import Form
from ktnas.report.pages.best_section import best_trials
from ktnas.spaces.graph import OperationGraph
from ktnas.typing import Genotype

_NAMED_TASKS = 3

_CORPUS = 2_000
"""Architectures whose operations get a colour, at most."""

Graph = Callable[[Genotype], OperationGraph]


def run_figures(recordings: Recordings, graph: Graph | None, form: Form = "png") -> dict[str, Callable[[], bytes]]:
    """What draws each figure of a run or of all its repeats, by its name: ``convergence``, ``best-<task>``.

    Args:
        recordings: Everything that is recorded.
        graph: The operation graph of an architecture; None where its space is not known, and nothing is drawn of it.
        form: What the figures are drawn as.
    """
    from ktnas.report.figures.convergence import TaskCurves, convergence

    names = [task.name for task in recordings.tasks]
    progress = [progress_of(run.trials, names) for run in recordings.runs]
    trajectories = [
        TaskCurves(
            task,
            tuple(run[task.name].incumbents() for run in progress),
            recordings.best_listed[task.name],
            _alone(recordings, task),
        )
        for task in recordings.tasks
    ]
    seeds = recordings.seeds
    runs = f"seed {seeds[0]}" if len(seeds) == 1 else f"{len(seeds)} seeds"
    few = len(names) <= _NAMED_TASKS
    title = recordings.title if few else f"{recordings.config.get('benchmark')} ({recordings.method})"
    cells = {} if graph is None else _best_figures(recordings, graph, form)
    return {"convergence": lambda: convergence(trajectories, f"{title}, {runs}", form=form), **cells}


def _alone(recordings: Recordings, task: Task) -> tuple[Sequence[float | None], ...]:
    runs = recordings.alone.get(task.name, ())
    return tuple(progress_of(run.trials, (task.name,))[task.name].incumbents() for run in runs)


def _best_figures(recordings: Recordings, graph: Graph, form: Form) -> Mapping[str, Callable[[], bytes]]:
    """What draws the best architecture of each task on which something has succeeded, by a name fit for a file."""
    seen = (trial.genotype for run in recordings.runs for trial in run.trials)
    corpus = dict.fromkeys(islice(seen, _CORPUS))
    operations = sorted({operation for genotype in corpus for operation in graph(genotype).operations})
    names = dict(zip([t.name for t in recordings.tasks], file_names([t.name for t in recordings.tasks]), strict=True))
    return {
        f"best-{names[task.name]}": partial(_cell, recordings, graph, task, best, operations, form)
        for task, best in best_trials(recordings)
    }


def _cell(
    recordings: Recordings, graph: Graph, task: Task, best: Trial, operations: Sequence[str], form: Form
) -> bytes:
    from ktnas.report.figures.architecture import architecture

    title = f"{task.name}: {task.metric} {value_text(task, best.fitness)}"
    return architecture(graph(best.genotype), title, recordings.label(best.genotype), operations, form=form)
