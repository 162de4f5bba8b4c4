"""What is searched: tasks, and who may donate to whom."""

from __future__ import annotations

from dataclasses import dataclass

from ktnas.errors import ConfigurationError
from ktnas.formatting import number_text
from ktnas.spaces.base import SearchSpace


@dataclass(frozen=True, slots=True)
class Task:
    """One task: what its fitness measures, and in which direction.

    Attributes:
        name: Unique within a problem.
        metric: What is measured, such as ``"validation accuracy"``.
        unit: Unit of the metric, such as ``"%"``; empty if it has none.
        minimize: Whether a smaller metric is better. Fitness is always higher-is-better: the sign is
            fixed here and nowhere else.
    """

    name: str
    metric: str = "fitness"
    unit: str = ""
    minimize: bool = False

    def to_fitness(self, metric: float) -> float:
        """Fitness (higher is better) of a metric value; also the way back."""
        return -metric if self.minimize else metric


@dataclass(frozen=True, slots=True)
class Problem:
    """What is searched: one space, one or more tasks, and who may donate architectures to whom.

    Attributes:
        space: The search space that all tasks share.
        tasks: The tasks, names unique.
        sources: Names of tasks that only donate. With sources, architectures move from sources to the other
            tasks and never back; without, every task donates to every other.
    """

    space: SearchSpace
    tasks: tuple[Task, ...]
    sources: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        names = self.names
        if not names:
            raise ConfigurationError("a problem needs at least one task; got none")
        if len(set(names)) != len(names):
            raise ConfigurationError(f"task names must differ; got {', '.join(names)}")
        if not self.sources <= set(names) or self.sources == set(names):
            raise ConfigurationError(
                f"sources must be some, not all, of the tasks {', '.join(names)}; got {', '.join(sorted(self.sources))}"
            )

    @property
    def names(self) -> tuple[str, ...]:
        """The tasks' names, in order."""
        return tuple(task.name for task in self.tasks)

    def donors(self, target: str) -> tuple[str, ...]:
        """Names of the tasks whose populations may donate to ``target``, in order."""
        if target in self.sources:
            return ()
        return tuple(n for n in self.names if n != target and (not self.sources or n in self.sources))

    def role(self, name: str) -> str:
        """``"source"`` or ``"target"`` where the problem has sources, else ``"task"``."""
        if not self.sources:
            return "task"
        return "source" if name in self.sources else "target"


def value_text(task: Task, fitness: float | None) -> str:
    """A fitness as the task's metric with its unit.

    >>> value_text(Task("cifar10", "validation accuracy", "%"), 91.60666)
    '91.607 %'
    """
    if fitness is None:
        return "none"
    text = number_text(task.to_fitness(fitness))
    return f"{text} {task.unit}" if task.unit else text
