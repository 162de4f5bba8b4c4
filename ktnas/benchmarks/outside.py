"""Tasks that are evaluated outside: a study is asked for architectures and told what came of them.

>>> from ktnas.spaces.categorical import Categorical
>>> OutsideBenchmark(Categorical((4, 4)), ("latency",), minimize=frozenset({"latency"})).tasks[0].minimize
True
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ktnas.benchmarks.base import Standing
from ktnas.errors import ConfigurationError, unknown_name
from ktnas.problem.task import Task
from ktnas.problem.trial import Evaluation
from ktnas.spaces.base import SearchSpace
from ktnas.typing import Genotype


@dataclass(frozen=True, slots=True)
class OutsideBenchmark:
    """A benchmark that answers nothing itself; fulfils `ktnas.benchmarks.Benchmark`.

    Attributes:
        space: The search space.
        names: Names of the tasks.
        minimize: Names of the tasks whose metric is better when smaller.
        name: Name used in records.
    """

    space: SearchSpace
    names: tuple[str, ...]
    minimize: frozenset[str] = frozenset()
    name: str = "outside"

    def __post_init__(self) -> None:
        if not self.names:
            raise ConfigurationError("a study needs at least one task; got none")
        if not all(self.names):
            raise ConfigurationError("a task must have a name; got an empty one")
        for name in self.minimize:
            self._require(name, "task to minimize")

    @property
    def tasks(self) -> tuple[Task, ...]:
        return tuple(Task(name, minimize=name in self.minimize) for name in self.names)

    @property
    def notes(self) -> tuple[str, ...]:
        return ()

    def restricted(self, tasks: tuple[str, ...]) -> OutsideBenchmark:
        for task in tasks:
            self._require(task)
        return replace(self, names=tasks, minimize=self.minimize & set(tasks))

    def evaluate(self, task: str, genotype: Genotype) -> Evaluation:
        """Nothing is evaluated here.

        Raises:
            ConfigurationError: Always.
        """
        raise ConfigurationError(
            f"task {task!r} is evaluated outside: ask the study for architectures and tell it what came of them; to "
            "run it, give a function per task, or a benchmark"
        )

    def best_fitness(self, task: str) -> None:
        """None: nothing is listed."""
        self._require(task)

    def report(self, task: str, genotype: Genotype) -> Standing:
        """An empty standing: nothing is listed."""
        self._require(task)
        return Standing()

    def label(self, genotype: Genotype) -> str:
        return self.space.format(genotype)

    def _require(self, task: str, kind: str = "task") -> None:
        if task not in self.names:
            raise unknown_name(kind, task, self.names, self.name)
