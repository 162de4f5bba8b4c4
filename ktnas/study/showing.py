"""A study to look at: its page, its figures, and what a notebook shows of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from ktnas.algorithms.beliefs import Belief
from ktnas.description import describe
from ktnas.errors import ConfigurationError
from ktnas.problem.progress import progress_of
from ktnas.problem.trial import Trial
from ktnas.records.beliefs import latest
from ktnas.records.configuration import environment
from ktnas.records.recordings import Recording, Recordings, read_recordings
from ktnas.records.run_directory import CONFIG, STUDY
from ktnas.records.study_file import StudyFile, read_study_file
from ktnas.report.pages.best_section import best_section
from ktnas.report.pages.cost_section import cost_section
from ktnas.report.pages.map_section import map_section
from ktnas.report.pages.markup import ShownTable, escape, table_markup
from ktnas.report.pages.model_section import model_section
from ktnas.report.pages.page import Page, Section
from ktnas.report.pages.run_page import convergence_section, found_table, progress_by_run, run_page, state_of
from ktnas.report.pages.transfer_section import transfer_section
from ktnas.report.pages.trials_section import trials_table
from ktnas.report.picture import Draw, Picture
from ktnas.report.run_figures import run_figures
from ktnas.runner.experiment import Experiment
from ktnas.study.looking import lenses_in, origin_of, said_of, with_answers

KINDS = ("convergence", "best", "transfers", "model", "map", "cost")
"""What there are figures of."""


def recordings_of(
    experiment: Experiment, seed: int, directory: Path | None, trials: Sequence[Trial], beliefs: Sequence[Belief]
) -> Recordings:
    """All that a study has come to, of its directory or in memory."""
    label = experiment.benchmark.label
    if directory is not None and (directory / CONFIG).exists():
        return replace(with_answers(read_recordings(directory)), label=label)
    problem, search = experiment.problem, experiment.search
    done = progress_of(trials, problem.names, experiment.budget.stop_at)
    finished = all(task.closed or task.evaluations >= experiment.budget.evaluations for task in done.values())
    config = {
        "benchmark": experiment.benchmark.name,
        "space": problem.space.name,
        "tasks": {task.name: {"metric": task.metric, "unit": task.unit} for task in problem.tasks},
        "method": describe(search),
        "budget": experiment.budget.evaluations,
        "seed": seed,
        "environment": environment(),
    }
    return Recordings(
        config=config,
        tasks=problem.tasks,
        roles={task.name: problem.role(task.name) for task in problem.tasks},
        best_listed={task.name: experiment.benchmark.best_fitness(task.name) for task in problem.tasks},
        budget=experiment.budget.evaluations,
        runs=(Recording(seed, tuple(trials), latest(beliefs), {"finished": finished}),),
        label=label,
    )


def page_of_study(experiment: Experiment, recordings: Recordings) -> Page:
    """The page of a study."""
    file = StudyFile() if recordings.path is None else read_study_file(recordings.path / STUDY)
    lenses = lenses_in(recordings, experiment.problem.space)
    return run_page(recordings, lenses, origin_of(recordings, file), said_of(recordings))


def picture_of(experiment: Experiment, recordings: Recordings, kind: str) -> Picture:
    """The figures of one kind.

    Raises:
        ConfigurationError: If nothing has been evaluated yet that they could show.
    """
    section = _section(experiment, recordings, kind)
    if section is None:
        raise ConfigurationError(f"there is nothing to be shown of {kind} yet: ask again once more is evaluated")
    names = [name for name in run_figures(recordings, None) if name == kind]
    if kind == "best":
        names = [name for name in run_figures(recordings, experiment.problem.space.graph) if name.startswith("best-")]
    draw: dict[str, Draw] = {name: partial(_drawn, experiment, recordings, name) for name in names}
    return Picture(section, draw)


def _drawn(experiment: Experiment, recordings: Recordings, name: str, form: str) -> bytes:
    return run_figures(recordings, experiment.problem.space.graph, form)[name]()  # type: ignore[arg-type]


def _section(experiment: Experiment, recordings: Recordings, kind: str) -> Section | None:
    space = experiment.problem.space
    lenses = lenses_in(recordings, space) if kind == "map" else None
    makers: dict[str, Callable[[], Section | None]] = {
        "convergence": lambda: convergence_section(recordings, progress_by_run(recordings)),
        "best": lambda: best_section(recordings, space),
        "transfers": lambda: transfer_section(recordings),
        "model": lambda: model_section(recordings),
        "map": lambda: None if lenses is None else map_section(recordings, lenses.vectors, lenses.embedding),
        "cost": lambda: cost_section(recordings),
    }
    return makers[kind]()


def study_markup(recordings: Recordings, pending: int) -> str:
    """What notebooks show of a study: where it stands, and the best of each task."""
    waiting = f", {pending:,} handed out and not told" if pending else ""
    place = "in memory" if recordings.path is None else str(recordings.path)
    head = f"<p><b>{escape(recordings.title)}</b><br>{escape(f'{place}; {state_of(recordings)}{waiting}')}</p>"
    return head + table_markup(found_table(recordings, progress_by_run(recordings)))


def trials_of(recordings: Recordings) -> ShownTable:
    """Every trial as a table that a notebook shows."""
    return ShownTable(trials_table(recordings, characters=10**12)[0])
