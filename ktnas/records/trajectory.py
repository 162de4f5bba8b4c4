"""The trajectory of a run on one task: every improvement and every transfer, not every trial."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

_NAMED_TASKS = 3


def case_title(
    benchmark: str, tasks: Sequence[str], sources: Collection[str], budget: int, *, until_best: bool = False
) -> str:
    """What is searched and for how long, in a few words."""
    donors = [name for name in tasks if name in sources]
    others = [name for name in tasks if name not in sources]
    groups = [group for group in (donors, others) if group]
    named = " to ".join(", ".join(g) if len(g) <= _NAMED_TASKS else f"{len(g)} tasks" for g in groups)
    return f"{benchmark}: {named}, {budget} evaluations" + (", until the best" if until_best else "")


@dataclass(frozen=True, slots=True)
class Step:
    """An improvement of a task's incumbent.

    Attributes:
        evaluation: Which evaluation of the task it was, from 1.
        fitness: The new best, higher is better.
        rank: Its true rank among all listed architectures; None where nothing is listed.
    """

    evaluation: int
    fitness: float
    rank: int | None


@dataclass(frozen=True, slots=True)
class Move:
    """An architecture that was transferred to a task.

    Attributes:
        generation: The generation it was transferred in.
        evaluation: Which evaluation of the task it was, from 1.
        source: The task it came from.
        rank: Its true rank on the target; None where nothing is listed.
        positive: Whether it was judged positive; None if it was not judged.
    """

    generation: int
    evaluation: int
    source: str
    rank: int | None
    positive: bool | None


@dataclass(frozen=True, slots=True)
class TaskCourse:
    """How a run went on one task.

    Attributes:
        role: ``"source"`` or ``"target"``; ``"task"`` in a search without sources.
        metric: What is measured.
        unit: Its unit.
        minimize: Whether a smaller metric is better; fitness is then its negative.
        best_listed: Best listed fitness; None if unknown.
        evaluations: Evaluations in all, failed ones included.
        failed: Those that failed.
        skipped: Generations in which the transfer refused every candidate.
        steps: Every improvement, in order.
        moves: Every migrant, in order.
    """

    role: str
    metric: str
    unit: str
    minimize: bool
    best_listed: float | None
    evaluations: int
    failed: int
    skipped: int
    steps: tuple[Step, ...]
    moves: tuple[Move, ...]

    def at(self, evaluations: int) -> Step | None:
        """The incumbent after so many evaluations; None while all have failed."""
        return next((step for step in reversed(self.steps) if step.evaluation <= evaluations), None)

    @property
    def optimum_at(self) -> int | None:
        """Evaluations until the best listed fitness was found; None if it was not, or nothing is listed."""
        last = self.steps[-1] if self.steps else None
        reached = last is not None and self.best_listed is not None and last.fitness >= self.best_listed
        return last.evaluation if last is not None and reached else None
