"""The page of a run, or of the repeats of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ktnas.formatting import number_text
from ktnas.problem.progress import TaskProgress, progress_of
from ktnas.problem.task import Task, value_text
from ktnas.records.recordings import Recording, Recordings
from ktnas.report.charts.convergence import Incumbents, convergence_chart
from ktnas.report.pages.best_section import best_section
from ktnas.report.pages.cost_section import cost_section
from ktnas.report.pages.map_section import map_section
from ktnas.report.pages.model_section import model_section
from ktnas.report.pages.page import Facts, Note, Page, PageColumn, Section, Table
from ktnas.report.pages.settings_section import RunOrigin, settings_section
from ktnas.report.pages.transfer_section import transfer_section
from ktnas.report.pages.trials_section import trials_section
from ktnas.spaces.base import SearchSpace
from ktnas.typing import FloatArray, Genotype
from ktnas.version import __version__

Runs: TypeAlias = Sequence[Mapping[str, TaskProgress]]
"""How far each task of each run has come, as `progress_by_run` tells."""


@dataclass(frozen=True, slots=True)
class Lenses:
    """What a record alone does not show.

    Attributes:
        space: The search space; None where it is not known here.
        vectors: Vectors ``(n, dim)`` of architectures; None where no embedding is known.
        embedding: What the vectors are, in words.
    """

    space: SearchSpace | None = None
    vectors: Callable[[Sequence[Genotype]], FloatArray] | None = None
    embedding: str = ""


def run_page(recordings: Recordings, lenses: Lenses, origin: RunOrigin, said: Sequence[str] = ()) -> Page:
    """The page of a run or its repeats.

    Args:
        recordings: Everything that is recorded.
        lenses: What a record alone does not show.
        origin: How it is run again.
        said: What it came to in words, a sentence each.
    """
    progress = progress_by_run(recordings)
    sections = (
        _found_section(recordings, progress, said),
        convergence_section(recordings, progress),
        best_section(recordings, lenses.space),
        transfer_section(recordings),
        model_section(recordings),
        map_section(recordings, lenses.vectors, lenses.embedding),
        trials_section(recordings),
        cost_section(recordings),
        settings_section(recordings, origin),
    )
    return Page(recordings.title, _subtitle(recordings), tuple(one for one in sections if one is not None))


def _subtitle(recordings: Recordings) -> str:
    seeds = recordings.seeds
    named = f"seed {seeds[0]}" if len(seeds) == 1 else f"{len(seeds)} seeds, {seeds[0]} to {seeds[-1]}"
    space = recordings.config.get("space")
    return (
        f"space {space}, {recordings.budget:,} evaluations per task, {named}; {state_of(recordings)}. "
        f"Values are of the validation part. ktnas {__version__}"
    )


def state_of(recordings: Recordings) -> str:
    """In which state it is, in a few words."""
    runs = recordings.runs
    ended = sum(run.finished for run in runs)
    if ended == len(runs):
        return "finished"
    stopped = next((run.summary["stopped"] for run in runs if isinstance(run.summary.get("stopped"), str)), None)
    if stopped is not None:
        return f"stopped: {stopped}"
    if not any(run.trials for run in runs):
        return "nothing evaluated yet"
    return "not finished" if len(runs) == 1 else f"{ended} of {len(runs)} runs finished"


def progress_by_run(recordings: Recordings) -> list[dict[str, TaskProgress]]:
    """How far each task of each run has come."""
    names = [task.name for task in recordings.tasks]
    return [progress_of(run.trials, names) for run in recordings.runs]


def _found_section(recordings: Recordings, progress: Runs, said: Sequence[str]) -> Section:
    if not any(run.trials for run in recordings.runs):
        note = Note("nothing", "Nothing has been evaluated yet: this page shows more once something has.")
        return Section("found", "What was found", tuple(said), (note,))
    return Section("found", "What was found", tuple(said), (found_table(recordings, progress), *_tests(recordings)))


def found_table(recordings: Recordings, progress: Runs) -> Table:
    """The best of each task, of all runs."""
    several = len(progress) > 1
    rows = [_found_row(recordings, task, [run[task.name] for run in progress]) for task in recordings.tasks]
    columns = (
        PageColumn("task"),
        PageColumn("role"),
        PageColumn("best value", "number"),
        *((PageColumn("median of the runs", "number"),) if several else ()),
        PageColumn("best listed", "number"),
        PageColumn("rank", "number"),
        PageColumn("best architecture", "code"),
        PageColumn("found after", "number"),
        PageColumn("evaluations", "number"),
        PageColumn("failed", "number"),
    )
    return Table("found", "The best found, task by task" + (", of all runs" if several else ""), columns, rows)


def _found_row(recordings: Recordings, task: Task, runs: Sequence[TaskProgress]) -> list[str | int | float | None]:
    number, best = max(enumerate(runs), key=lambda pair: -float("inf") if pair[1].fitness is None else pair[1].fitness)
    values = sorted(task.to_fitness(run.fitness) for run in runs if run.fitness is not None)
    listed = recordings.best_listed[task.name]
    middle = [number_text(values[len(values) // 2]) if values else None] if len(runs) > 1 else []
    unit = f" {task.unit}" if task.unit else ""
    return [
        task.name,
        recordings.roles[task.name],
        value_text(task, best.fitness),
        *middle,
        None if listed is None else f"{number_text(task.to_fitness(listed))}{unit}",
        _rank(recordings.runs[number], task.name, best),
        None if best.best is None else recordings.label(best.best.genotype),
        best.evaluations_to_best or None,
        sum(run.evaluations for run in runs),
        sum(run.failed for run in runs),
    ]


def _summarized(run: Recording, task: str) -> Mapping[str, object]:
    tasks = run.summary.get("tasks")
    one = tasks.get(task) if isinstance(tasks, Mapping) else None
    return one if isinstance(one, Mapping) else {}


def _rank(run: Recording, task: str, progress: TaskProgress) -> str | None:
    """The true rank of the best, if the summary is of this very best."""
    told = _summarized(run, task)
    best = told.get("best")
    if not isinstance(best, Mapping) or best.get("fitness") != progress.fitness or best.get("rank") is None:
        return None
    listed = told.get("listed")
    return f"{best['rank']:,} of {listed:,}" if isinstance(listed, int) else f"{best['rank']}"


def _tests(recordings: Recordings) -> list[Facts]:
    """Test metrics and costs of the best, which the benchmark told after the search."""
    found = []
    for task in recordings.tasks:
        best = _summarized(recordings.runs[0], task.name).get("best")
        report = best.get("report") if isinstance(best, Mapping) else None
        if isinstance(report, Mapping) and report and len(recordings.runs) == 1:
            pairs = [
                (f"{task.name}: {name}", value) for name, value in report.items() if isinstance(value, int | float)
            ]
            found.append(Facts(f"test {task.name}", tuple((name, number_text(value)) for name, value in pairs)))
    return found


def convergence_section(recordings: Recordings, progress: Runs) -> Section | None:
    """The best so far over evaluations, a chart per task; None while nothing was evaluated."""
    if not any(task.evaluations for run in progress for task in run.values()):
        return None
    charts = tuple(convergence_chart(one) for one in incumbents(recordings, progress))
    text = "The best value so far, over evaluations. Drag over a chart to look closer."
    if len(recordings.runs) > 1:
        text += " Half of the runs lie within the band."
    return Section("convergence", "Convergence", (text,), charts)


def incumbents(recordings: Recordings, progress: Runs) -> list[Incumbents]:
    """The best so far over evaluations, task by task."""
    found = []
    for task in recordings.tasks:
        alone = [progress_of(run.trials, [task.name])[task.name] for run in recordings.alone.get(task.name, ())]
        found.append(
            Incumbents(
                task,
                tuple(run[task.name].incumbents() for run in progress),
                tuple(run.incumbents() for run in alone),
                recordings.best_listed[task.name],
            )
        )
    return found
