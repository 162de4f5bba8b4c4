"""The best architecture of each task, beside those of the others."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

from ktnas.problem.population import survivors
from ktnas.problem.task import Task, value_text
from ktnas.problem.trial import Trial
from ktnas.records.recordings import Recordings
from ktnas.report.charts.cells import BestCell, cell_charts, operation_count, shared_operations
from ktnas.report.pages.page import Note, PageColumn, Section, Table
from ktnas.spaces.graph import OperationGraph
from ktnas.typing import Genotype

_DRAWN = 12
"""Tasks whose best is drawn, at most."""


def best_trials(recordings: Recordings) -> list[tuple[Task, Trial]]:
    """The best of each task on which anything has succeeded, of all runs."""
    found = []
    for task in recordings.tasks:
        own = survivors((t for run in recordings.runs for t in run.trials if t.task == task.name), 1)
        if own and own[0].fitness is not None:
            found.append((task, own[0]))
    return found


def best_section(recordings: Recordings, graph: Callable[[Genotype], OperationGraph] | None) -> Section | None:
    """The best of each task, drawn; None where there is none."""
    best = best_trials(recordings)
    if not best:
        return None
    if graph is None:
        space = recordings.config.get("space")
        note = Note(
            "undrawn", f"The search space {space!r} is not known here, so that its architectures are not drawn."
        )
        return Section("best", "Best architectures", (), (note, *_pairs(best, None)))
    cells = [
        BestCell(task.name, value_text(task, trial.fitness), recordings.label(trial.genotype), graph(trial.genotype))
        for task, trial in best[:_DRAWN]
    ]
    text = ["Each task's best, from input to output. " + ("" if len(cells) == 1 else _MARKED)]
    if len(best) > _DRAWN:
        text.append(f"{_DRAWN} of {len(best)} tasks are drawn.")
    return Section("best", "Best architectures", tuple(text), (*cell_charts(cells), *_pairs(best, graph)))


_MARKED = (
    "A thick edge is at an operation that none of the other tasks' best has in its place: the same operation on the "
    "same inputs."
)


def _pairs(best: list[tuple[Task, Trial]], graph: Callable[[Genotype], OperationGraph] | None) -> list[Table]:
    """How much any two tasks' best have in common."""
    if len(best) < 2:
        return []
    rows: list[list[str | int | None]] = []
    for (first, one), (second, other) in combinations(best, 2):
        differing = sum(a != b for a, b in zip(one.genotype, other.genotype, strict=False))
        differing += abs(len(one.genotype) - len(other.genotype))
        row: list[str | int | None] = [first.name, second.name, differing, len(one.genotype)]
        if graph is not None:
            graphs = graph(one.genotype), graph(other.genotype)
            row += [shared_operations(*graphs), max(map(operation_count, graphs))]
        rows.append(row)
    columns = [
        PageColumn("task"),
        PageColumn("other task"),
        PageColumn("choices that differ", "number"),
        PageColumn("choices in all", "number"),
    ]
    if graph is not None:
        columns += [PageColumn("operations in common", "number"), PageColumn("operations at most", "number")]
    return [Table("alike", "How alike the best of two tasks are", tuple(columns), rows)]
