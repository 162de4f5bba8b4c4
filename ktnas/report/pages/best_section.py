"""The best architecture of each task, beside those of the others."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

from ktnas.problem.population import survivors
from ktnas.problem.task import Task, value_text
from ktnas.problem.trial import Trial
from ktnas.records.recordings import Recordings
from ktnas.report.charts.cells import BestCell, cell_charts, operation_count, shared_operations
from ktnas.report.pages.page import Cell, Note, PageColumn, Section, Table
from ktnas.spaces.base import SearchSpace
from ktnas.spaces.several import SeveralSpaces
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


def best_section(recordings: Recordings, space: SearchSpace | None) -> Section | None:
    """The best of each task, drawn; None where there is none.

    Args:
        recordings: Everything that is recorded.
        space: What was searched; None where it is not known here, and nothing is drawn.
    """
    best = best_trials(recordings)
    if not best:
        return None
    pairs = _pairs(best, space, several=_of_several_spaces(recordings, space))
    if space is None:
        name = recordings.config.get("space")
        note = Note("undrawn", f"The search space {name!r} is not known here, so that its architectures are not drawn.")
        return Section("best", "Best architectures", (), (note, *pairs))
    cells = [
        BestCell(
            task.name, value_text(task, trial.fitness), recordings.label(trial.genotype), space.graph(trial.genotype)
        )
        for task, trial in best[:_DRAWN]
    ]
    text = ["Each task's best, from input to output. " + ("" if len(cells) == 1 else _MARKED)]
    if len(best) > _DRAWN:
        text.append(f"{_DRAWN} of {len(best)} tasks are drawn.")
    return Section("best", "Best architectures", tuple(text), (*cell_charts(cells), *pairs))


_MARKED = (
    "A thick edge is at an operation that none of the other tasks' best has in its place: the same operation on the "
    "same inputs."
)


def _of_several_spaces(recordings: Recordings, space: SearchSpace | None) -> bool:
    """Whether genotypes begin with the number of their space; a record says so where the spaces are not known here."""
    if space is not None:
        return isinstance(space, SeveralSpaces)
    tasks = recordings.config.get("tasks")
    return isinstance(tasks, Mapping) and any(isinstance(one, Mapping) and "space" in one for one in tasks.values())


def _pairs(best: list[tuple[Task, Trial]], space: SearchSpace | None, *, several: bool) -> list[Table]:
    """How much any two tasks' best have in common."""
    if len(best) < 2:
        return []
    rows: list[list[Cell]] = []
    for (first, one), (second, other) in combinations(best, 2):
        codes = one.genotype, other.genotype
        row = [first.name, second.name, *(_choices_of_several(*codes, space) if several else _choices(*codes))]
        if space is not None:
            graphs = space.graph(one.genotype), space.graph(other.genotype)
            row += [shared_operations(*graphs), max(map(operation_count, graphs))]
        rows.append(row)
    columns = [
        PageColumn("task"),
        PageColumn("other task"),
        PageColumn("choices that differ", "number"),
        PageColumn("choices in all", "number"),
    ]
    if space is not None:
        columns += [PageColumn("operations in common", "number"), PageColumn("operations at most", "number")]
    return [Table("alike", "How alike the best of two tasks are", tuple(columns), rows)]


def _choices(one: Genotype, other: Genotype) -> list[Cell]:
    """How many choices differ, and how many there are."""
    differing = sum(a != b for a, b in zip(one, other, strict=False)) + abs(len(one) - len(other))
    return [differing, len(one)]


def _choices_of_several(one: Genotype, other: Genotype, space: SearchSpace | None) -> list[Cell]:
    """The same of the codes in their own space, where that is one; how long these are, the spaces tell."""
    if one[:1] != other[:1]:
        return ["different search spaces", None]
    if isinstance(space, SeveralSpaces):
        return _choices(space.own(one)[1], space.own(other)[1])
    return [_choices(one[1:], other[1:])[0], None]
