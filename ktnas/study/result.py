"""What a search has found, as its user wants it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ktnas.benchmarks.base import Benchmark
from ktnas.problem.progress import TaskProgress
from ktnas.problem.trial import History
from ktnas.typing import Genotype


@dataclass(frozen=True, slots=True)
class Found:
    """The best architecture found for a task.

    Attributes:
        architecture: Its official string.
        genotype: Its code.
        fitness: Its fitness, higher is better.
        evaluations: Evaluations until it was found, its own included.
    """

    architecture: str
    genotype: Genotype
    fitness: float
    evaluations: int


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search has found.

    Attributes:
        best: The best architecture per task; without the tasks on which every evaluation failed.
        tasks: Counts per task: evaluations, failures, transfers.
        history: Every trial, in order.
        stopped: Why the callback ended the search; None if it came to its end.
    """

    best: Mapping[str, Found]
    tasks: Mapping[str, TaskProgress]
    history: History
    stopped: str | None = None

    def _repr_html_(self) -> str:
        """What notebooks show: the best of each task."""
        from ktnas.report.pages.markup import table_markup
        from ktnas.report.pages.page import PageColumn, Table

        columns = (
            PageColumn("task"),
            PageColumn("best fitness", "number"),
            PageColumn("best architecture", "code"),
            PageColumn("found after", "number"),
            PageColumn("evaluations", "number"),
            PageColumn("failed", "number"),
        )
        rows = []
        for name, task in self.tasks.items():
            found = self.best.get(name)
            best = [None, None, None] if found is None else [found.fitness, found.architecture, found.evaluations]
            rows.append([name, *best, task.evaluations, task.failed])
        told = f"The best found; stopped: {self.stopped}" if self.stopped else "The best found"
        return table_markup(Table("best", told, columns, rows))


def best_of(benchmark: Benchmark, tasks: Iterable[tuple[str, TaskProgress]]) -> dict[str, Found]:
    """The best architecture per task, without the tasks on which nothing has succeeded."""
    return {
        name: Found(
            benchmark.label(task.best.genotype), task.best.genotype, task.best.fitness, task.evaluations_to_best
        )
        for name, task in tasks
        if task.best is not None and task.best.fitness is not None
    }
