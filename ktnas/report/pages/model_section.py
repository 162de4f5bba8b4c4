"""What the model believed: how far the tasks agree, and how right its predictions were."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from itertools import combinations
from statistics import NormalDist

from ktnas.formatting import number_text
from ktnas.problem.task import Task
from ktnas.records.recordings import Recording, Recordings
from ktnas.report.charts.beliefs import (
    Agreement,
    Forecast,
    agreement_chart,
    agreement_matrix,
    forecast_chart,
    rank_correlation,
)
from ktnas.report.charts.chart import Chart
from ktnas.report.pages.page import Note, PageColumn, Section, Table
from ktnas.typing import Genotype

_POINTS = 1_500
"""Points of one chart, at most: of more, evenly many are left out."""

_CHARTS = 12


def model_section(recordings: Recordings) -> Section | None:
    """Agreement of the tasks, and predicted against measured; None while nothing was evaluated."""
    if not any(run.trials for run in recordings.runs):
        return None
    if not any(run.beliefs for run in recordings.runs):
        text = (
            "Nothing is recorded of what a model believed: this method has none that tells, or the run is of an older "
            "version of ktnas, which did not record it."
        )
        return Section("model", "What the model believed", (), (Note("none", text),))
    charts = [*_agreement_charts(recordings), *_forecast_charts(recordings)]
    rows = _forecast_rows(recordings)
    tables = [Table("forecasts", "How right the predictions were", _COLUMNS, rows)] if rows else []
    return Section("model", "What the model believed", _words(recordings), (*charts, *tables))


_COLUMNS = (
    PageColumn("task"),
    PageColumn("predicted and measured", "number"),
    PageColumn("rank correlation", "number"),
    PageColumn("within one standard deviation, %", "number"),
)


def _words(recordings: Recordings) -> tuple[str, ...]:
    words = [
        "Correlation: how far what one task shows is held to be true of another; 1 is all of it. Predictions are "
        "normal scores: where an architecture stands among those that its task had seen by then, 0 in their middle, "
        "about 2 at their best. They are of what was chosen, which the model held to be good."
    ]
    late = [run for run in recordings.runs if run.beliefs and run.beliefs[0].seen > len(run.trials) / 2]
    if late:
        words.append("A part of the search is not recorded so: it was begun by an older version of ktnas.")
    return tuple(words)


def agreements(recordings: Recordings) -> list[Agreement]:
    """What was believed of each pair of tasks; pairs of which nothing was are left out."""
    found = []
    for first, second in combinations([task.name for task in recordings.tasks], 2):
        runs = tuple(
            tuple((b.seen, value) for b in run.beliefs if (value := b.between(first, second)) is not None)
            for run in recordings.runs
        )
        if any(runs):
            found.append(Agreement(first, second, runs))
    return found


def _agreement_charts(recordings: Recordings) -> list[Chart]:
    pairs = agreements(recordings)
    if not pairs:
        return []
    matrix = [agreement_matrix([task.name for task in recordings.tasks], pairs)] if len(recordings.tasks) > 2 else []
    return [agreement_chart(pairs), *matrix]


def forecasts(recordings: Recordings, task: Task) -> list[Forecast]:
    """What was predicted on a task and came to be measured, of all runs."""
    return [one for run in recordings.runs for one in _forecasts(recordings, run, task)]


def _forecasts(recordings: Recordings, run: Recording, task: Task) -> list[Forecast]:
    """Each prediction joined with the first evaluation of that architecture after it."""
    predicted: dict[Genotype, tuple[int, float, float]] = {}
    for belief in run.beliefs:
        for one in belief.predicted:
            if one.task == task.name:
                predicted[one.genotype] = belief.seen, one.mean, one.deviation
    seen: list[float] = []
    found = []
    for trial in run.trials:
        if trial.task != task.name or trial.fitness is None or trial.repeat:
            continue
        told = predicted.get(trial.genotype)
        if told is not None and trial.proposal.source_task is None and seen:
            measured = _normal_score(seen, trial.fitness)
            value = number_text(task.to_fitness(trial.fitness))
            tip = (
                f"{recordings.label(trial.genotype)}\npredicted {told[1]:+.2f} ± {told[2]:.2f}\n"
                f"measured {measured:+.2f} ({value} {task.unit}".rstrip()
                + ")"
            )
            found.append(Forecast(told[1], told[2], measured, tip))
        insort(seen, trial.fitness)
    return found


def _normal_score(seen: list[float], fitness: float) -> float:
    """Where a fitness stands among those seen, sorted: the normal score of its place, equal ones sharing one."""
    place = (bisect_left(seen, fitness) + bisect_right(seen, fitness)) / 2 + 0.5
    return NormalDist().inv_cdf(place / (len(seen) + 1))


def _forecast_charts(recordings: Recordings) -> list[Chart]:
    charts = []
    for i, task in enumerate(recordings.tasks[:_CHARTS]):
        own = forecasts(recordings, task)
        if own:
            charts.append(forecast_chart(task.name, own[:: len(own) // _POINTS + 1], i))
    return charts


def _forecast_rows(recordings: Recordings) -> list[list[str | int | float | None]]:
    rows: list[list[str | int | float | None]] = []
    for task in recordings.tasks:
        own = forecasts(recordings, task)
        if own:
            agreeing = rank_correlation([f.predicted for f in own], [f.measured for f in own])
            within = sum(abs(f.measured - f.predicted) <= f.deviation for f in own) / len(own)
            rows.append([task.name, len(own), None if agreeing is None else round(agreeing, 3), round(100 * within)])
    return rows
