"""Every trial, in a table that sorts and filters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ktnas.problem.trial import Trial
from ktnas.records.recordings import Recordings
from ktnas.report.pages.page import Cell, PageColumn, Section, Table

CHARACTERS = 900_000
"""Of all rows together, at most: a page stays below three megabytes."""

_METRICS = 6
"""Columns of further numbers, at most."""


def trials_section(recordings: Recordings) -> Section | None:
    """All trials, as many as there is room for; None while there are none."""
    if not any(run.trials for run in recordings.runs):
        return None
    table, total = trials_table(recordings)
    words = []
    if len(table.rows) < total:
        words.append(
            f"The first {len(table.rows):,} of {total:,} trials are shown; trials.jsonl beside this page has them all."
        )
    return Section("trials", "Trials", tuple(words), (table,))


def trials_table(recordings: Recordings, characters: int = CHARACTERS) -> tuple[Table, int]:
    """The trials as a table, and how many there are in all."""
    several = len(recordings.runs) > 1
    names = dict.fromkeys(name for run in recordings.runs for t in run.trials for name in t.evaluation.metrics)
    metrics = list(names)[:_METRICS]
    rows: list[list[Cell]] = []
    room = characters
    for run in recordings.runs:
        counts: Counter[str] = Counter()
        for trial in run.trials:
            if room <= 0:
                break
            counts[trial.task] += not trial.repeat
            row: list[Cell] = [run.seed] if several else []
            row += _cells(recordings, trial, counts[trial.task], metrics)
            room -= 6 * len(row) + sum(len(cell) if isinstance(cell, str) else 8 for cell in row)
            rows.append(row)
    columns = (
        *((PageColumn("seed", "number"),) if several else ()),
        PageColumn("task"),
        PageColumn("evaluation", "number"),
        PageColumn("generation", "number"),
        PageColumn("value", "number"),
        PageColumn("architecture", "code"),
        PageColumn("from"),
        PageColumn("note"),
        PageColumn("cost, s", "number"),
        *(PageColumn(name, "number") for name in metrics),
    )
    return Table("trials", "Trials", columns, rows, filter=True), sum(len(run.trials) for run in recordings.runs)


def _cells(recordings: Recordings, trial: Trial, number: int, metrics: Sequence[str]) -> list[Cell]:
    """A trial in the columns behind the seed; ``number`` is that of its evaluation on the task."""
    task = next((task for task in recordings.tasks if task.name == trial.task), None)
    value = None if trial.fitness is None or task is None else task.to_fitness(trial.fitness)
    return [
        trial.task,
        None if trial.repeat else number,
        trial.generation,
        value,
        recordings.label(trial.genotype),
        trial.proposal.source_task or "",
        trial.evaluation.error or ("known already" if trial.repeat else ""),
        trial.evaluation.cost_s or None,
        *(trial.evaluation.metrics.get(name) for name in metrics),
    ]
