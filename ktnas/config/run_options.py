"""What a run is asked to be: every option of `ktnas run` that decides its result, and the keys of a sweep's cases.

Plain values, so that they travel to other processes; `ktnas.config.experiment.compose` makes the objects.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal

from ktnas.benchmarks.registry import BENCHMARKS
from ktnas.config import defaults
from ktnas.config.method import MethodChoice
from ktnas.config.options import Group, option
from ktnas.config.registry import SPACES, listing
from ktnas.config.training import TrainingChoice

_task = partial(
    option,
    group=Group(
        "what to search",
        f"Without any of these: {defaults.BENCHMARK}, from {defaults.SOURCE} to {defaults.TARGET}. "
        "With --benchmark alone: all its tasks. Tasks of several benchmarks, whose search spaces may differ, are named "
        "BENCHMARK:TASK, such as nasbench201:cifar10.",
    ),
)
_table = partial(option, group=Group("a table of your own", "Tasks are then the names of its columns."))
_length = partial(option, group=Group("how long to search"))


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Everything that decides a run but its seed, by name."""

    sources: tuple[str, ...] = _task((), key="source", metavar="TASK", help="task that donates")
    targets: tuple[str, ...] = _task((), key="target", metavar="TASK", help="task that receives")
    tasks: tuple[str, ...] = _task((), metavar="A,B,...", help="tasks that all donate to one another")
    benchmark: str | None = _task(metavar="NAME", help=listing(BENCHMARKS), unless="found by the tasks' names")
    fidelity: int | None = _task(
        metavar="EPOCHS",
        help="search a table at trainings of so many epochs, of those that it has, and report at the full ones; the "
        "search pays for the short ones",
        unless="the full trainings",
    )
    data: Path | None = _task(metavar="DIR", help="directory of tables and images to look into first")
    space: str | None = _task(
        metavar="NAME",
        help=f"search space of a table of your own, or to train in: {listing(SPACES)}",
        unless="what suits the tasks",
    )
    table: Path | None = _table(metavar="FILE", help="CSV, TSV, JSON or Parquet: one architecture per row")
    arch_column: str | None = _table(
        metavar="COLUMN",
        help="column of architectures, or A,B,... of which each is a choice",
        unless="the one that parses",
    )
    minimize: tuple[str, ...] = _table((), metavar="COLUMN", help="task whose smaller values are better")
    repeated: Literal["mean", "first"] | None = _table(
        metavar="mean|first",
        help="of an architecture in several rows, such as one per seed, the mean counts, or the first",
        unless="it is refused",
    )
    earlier: tuple[str, ...] = option(
        (),
        key="from",
        metavar="DIR",
        read=str,
        group=Group("what to learn from"),
        help="finished search that the search learns from at no cost: the directory of a run, of repeats or of a "
        "sweep; or a table, as BENCHMARK, BENCHMARK:TASK,... or FILE:COLUMN,...",
    )
    method: MethodChoice = field(default_factory=MethodChoice)
    budget: int | None = _length(
        metavar="N",
        help="evaluations per task; repeats are free",
        unless=f"{defaults.BUDGET}, or {defaults.TRAINING_BUDGET} to train",
    )
    until_best: bool = _length(default=False, help="a task stops once it has found the best entry of its table")
    training: TrainingChoice = field(default_factory=TrainingChoice)

    @property
    def budget_evals(self) -> int:
        """Evaluations per task."""
        if self.budget is not None:
            return self.budget
        return defaults.TRAINING_BUDGET if self.training.fitness == "train" else defaults.BUDGET
