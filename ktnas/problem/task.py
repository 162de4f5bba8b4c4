"""What is searched: tasks, and who may donate to whom."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ktnas.errors import ConfigurationError
from ktnas.formatting import number_text
from ktnas.spaces.base import SearchSpace
from ktnas.spaces.several import SeveralSpaces, joined, parts


@dataclass(frozen=True, slots=True)
class Task:
    """One task: what its fitness measures, and in which direction.

    Attributes:
        name: Unique within a problem.
        metric: What is measured, such as ``"validation accuracy"``.
        unit: Unit of the metric, such as ``"%"``; empty if it has none.
        minimize: Whether a smaller metric is better. Fitness is always higher-is-better: the sign is
            fixed here and nowhere else.
        space: Its own search space, where tasks of one problem have different ones; None for the problem's.
    """

    name: str
    metric: str = "fitness"
    unit: str = ""
    minimize: bool = False
    space: SearchSpace | None = None

    def to_fitness(self, metric: float) -> float:
        """Fitness (higher is better) of a metric value; also the way back."""
        return -metric if self.minimize else metric


@dataclass(frozen=True, slots=True)
class Problem:
    """What is searched: one space, one or more tasks, and who may donate architectures to whom.

    Tasks of different spaces are searched in one that holds them all (`ktnas.spaces.several.SeveralSpaces`; `across`
    makes it): genotypes are those there, and `space_of` tells in which part of it a task is searched.

    Attributes:
        space: The search space that all tasks share, or all of theirs as one.
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
        for task in self.tasks:
            _require_own_space(task, self.space)
        if not self.sources <= set(names) or self.sources == set(names):
            raise ConfigurationError(
                f"sources must be some, not all, of the tasks {', '.join(names)}; got {', '.join(sorted(self.sources))}"
            )

    @classmethod
    def across(cls, tasks: Sequence[Task], sources: Collection[str] = ()) -> Problem:
        """The problem of tasks that name their spaces: the one that all agree on, or several as one.

        >>> from ktnas.spaces.nasbench201 import NASBench201
        >>> from ktnas.spaces.transnas_micro import TransNASMicro
        >>> tasks = Task("cifar10", space=NASBench201()), Task("jigsaw", space=TransNASMicro())
        >>> Problem.across(tasks, ["cifar10"]).space_of("jigsaw").parse("64-41414-1_02_333")
        (1, 1, 0, 2, 3, 3, 3)

        Raises:
            ConfigurationError: If a task names no space, or as for the class.
        """
        nameless = next((task for task in tasks if task.space is None), None)
        if nameless is not None or not tasks:
            what = "got no task" if nameless is None else f"task {nameless.name!r} names none"
            raise ConfigurationError(f"tasks of different spaces must each name theirs: Task(..., space=...); {what}")
        space = joined([task.space for task in tasks if task.space is not None])
        return cls(space, tuple(tasks), frozenset(sources))

    @property
    def names(self) -> tuple[str, ...]:
        """The tasks' names, in order."""
        return tuple(task.name for task in self.tasks)

    @property
    def spaces(self) -> tuple[SearchSpace, ...]:
        """What tasks are searched in: the parts of several spaces, or the one space."""
        return parts(self.space)

    def space_of(self, task: str) -> SearchSpace:
        """What a task is searched in: the space, or the part of it that the task's own space is."""
        if not isinstance(self.space, SeveralSpaces):
            return self.space
        own = next(one.space for one in self.tasks if one.name == task)
        return self.spaces[self.space.number_of(self.space if own is None else own)]

    def require_one_space(self, method: str) -> None:
        """Refuse tasks of different spaces, for a method that moves codes between tasks.

        Raises:
            ConfigurationError: Naming methods that do not.
        """
        if isinstance(self.space, SeveralSpaces):
            raise ConfigurationError(
                f"method {method!r} moves codes from task to task, which mean nothing in another search space; the "
                f"tasks are of {self.space.name}. ktnas, ktnas-paper, and the methods that search every task by itself "
                "can search them"
            )

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


def _require_own_space(task: Task, space: SearchSpace) -> None:
    """Refuse a task whose space is not the problem's, or none of several."""
    if isinstance(space, SeveralSpaces):
        if task.space is None:
            raise ConfigurationError(
                f"task {task.name!r} must name its space, one of {', '.join(one.name for one in space.spaces)}: "
                "Task(..., space=...)"
            )
        space.number_of(task.space)
    elif task.space is not None and task.space != space:
        raise ConfigurationError(
            f"task {task.name!r} is of search space {task.space.name!r}, the problem's is {space.name!r}; "
            "Problem.across(tasks) makes one of tasks of different spaces"
        )


def value_text(task: Task, fitness: float | None) -> str:
    """A fitness as the task's metric with its unit.

    >>> value_text(Task("cifar10", "validation accuracy", "%"), 91.60666)
    '91.607 %'
    """
    if fitness is None:
        return "none"
    text = number_text(task.to_fitness(fitness))
    return f"{text} {task.unit}" if task.unit else text
