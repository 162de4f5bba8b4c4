"""Maps of the architectures that were evaluated."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ktnas.problem.progress import progress_of
from ktnas.problem.task import Task, value_text
from ktnas.records.recordings import Recordings
from ktnas.report.charts.chart import Chart
from ktnas.report.charts.landscape import Mapped, map_chart, two_dimensions
from ktnas.report.pages.page import Note, Section
from ktnas.typing import FloatArray, Genotype

_MOST = 1_500
"""Architectures on a map, at most: those evaluated first, run by run, and each new best of the first run."""

_CHARTS = 12


def map_section(
    recordings: Recordings, vectors: Callable[[Sequence[Genotype]], FloatArray] | None, embedding: str
) -> Section | None:
    """A map per task; None where there is nothing to be mapped."""
    known = _architectures(recordings)
    if len(known) < 3:
        return None
    if vectors is None:
        text = "The search space of this run is not known here, so that its architectures cannot be laid out."
        return Section("map", "Map of the architectures", (), (Note("unmapped", text),))
    rows = {genotype: row for row, genotype in enumerate(known)}
    places, share = two_dimensions(vectors(known))
    charts = [_chart(recordings, task, rows, places) for task in recordings.tasks[:_CHARTS]]
    words = (
        f"Architectures that are alike lie near one another: the first two principal components of {embedding}, which "
        f"hold {100 * share:.0f} % of the variance of the {len(known):,} that are shown. The line leads from each new "
        f"best {'of the first run ' if len(recordings.runs) > 1 else ''}to the next."
    )
    return Section("map", "Map of the architectures", (words,), tuple(one for one in charts if one is not None))


def _architectures(recordings: Recordings) -> list[Genotype]:
    names = [task.name for task in recordings.tasks]
    first = progress_of(recordings.runs[0].trials, names) if recordings.runs else {}
    found = dict.fromkeys(new.trial.genotype for task in first.values() for new in task.improvements)
    for run in recordings.runs:
        for trial in run.trials:
            if len(found) >= _MOST:
                return list(found)
            if trial.fitness is not None:
                found.setdefault(trial.genotype)
    return list(found)


def _chart(recordings: Recordings, task: Task, rows: dict[Genotype, int], places: FloatArray) -> Chart | None:
    mapped: dict[Genotype, Mapped] = {}
    for run in recordings.runs:
        for trial in run.trials:
            if trial.task == task.name and trial.fitness is not None and trial.genotype in rows:
                tip = f"{recordings.label(trial.genotype)}\n{value_text(task, trial.fitness)}"
                mapped.setdefault(trial.genotype, Mapped(rows[trial.genotype], trial.fitness, tip))
    if not mapped:
        return None
    improvements = progress_of(recordings.runs[0].trials, [task.name])[task.name].improvements
    path = [rows[new.trial.genotype] for new in improvements if new.trial.genotype in rows]
    return map_chart(task, places, list(mapped.values()), path)
