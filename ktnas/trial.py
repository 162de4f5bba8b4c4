"""The records of a search: what was asked, what came back, in order. All frozen.

The history of trials *is* the state of a search: everything else (populations, transfer labels, models)
is a pure function of it, which is what makes a replay exact.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ktnas.errors import ConfigurationError
from ktnas.space import SearchSpace
from ktnas.typing import Genotype


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


@dataclass(frozen=True, slots=True)
class Proposal:
    """An architecture that a search wants evaluated on a task.

    Attributes:
        task: The task's name.
        genotype: The architecture.
        parents: Genotypes it was bred from (one by mutation, two by crossover); empty for a random or
            transferred one.
        source_task: The task it was transferred from; None if it is no migrant.
    """

    task: str
    genotype: Genotype
    parents: tuple[Genotype, ...] = ()
    source_task: str | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What an evaluator answered.

    Attributes:
        fitness: Higher is better; None if the evaluation failed. Never NaN or infinite.
        cost_s: Seconds that the evaluation cost (of training, where a table records them).
        metrics: Further numbers to record.
        error: Why it failed; None if it did not.
    """

    fitness: float | None
    cost_s: float = 0.0
    metrics: Mapping[str, float] = field(default_factory=dict)
    error: str | None = None

    def __post_init__(self) -> None:
        if (self.fitness is None) == (self.error is None):
            raise ConfigurationError(
                f"an evaluation has either a fitness or an error; got fitness {self.fitness!r} and error {self.error!r}"
            )
        if self.fitness is not None and not math.isfinite(self.fitness):
            raise ConfigurationError(
                f"fitness must be finite; got {self.fitness!r}: record it as Evaluation.failed(...)"
            )

    @classmethod
    def failed(cls, error: str, cost_s: float = 0.0) -> Evaluation:
        """An evaluation that yielded no fitness, and why."""
        return cls(fitness=None, cost_s=cost_s, error=error or "failed without a reason")


@dataclass(frozen=True, slots=True)
class Trial:
    """One answered proposal.

    Attributes:
        generation: The search's generation it was asked in, from 0.
        proposal: What was asked.
        evaluation: What came back.
        repeat: Whether this architecture had been evaluated on this task before: then the earlier answer
            stands again, costs nothing and does not count as an evaluation.
    """

    generation: int
    proposal: Proposal
    evaluation: Evaluation
    repeat: bool = False

    @property
    def task(self) -> str:
        """Name of the task."""
        return self.proposal.task

    @property
    def genotype(self) -> Genotype:
        """The architecture."""
        return self.proposal.genotype

    @property
    def fitness(self) -> float | None:
        """Higher is better; None if the evaluation failed."""
        return self.evaluation.fitness


class History(Sequence[Trial]):
    """An immutable sequence of trials that grows in constant time per trial.

    `extended` shares storage with the history it extends as long as that one is the latest; an older one
    is copied, so no history ever changes.
    """

    __slots__ = ("_answers", "_length", "_trials")

    def __init__(self) -> None:
        self._trials: list[Trial] = []
        self._answers: dict[tuple[str, Genotype], int] = {}
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Trial]:
        return (self._trials[i] for i in range(self._length))

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        return self._trials[: self._length][index] if isinstance(index, slice) else self._at(index)

    def _at(self, index: int) -> Trial:
        if not -self._length <= index < self._length:
            raise IndexError(f"history has {self._length} trials, no number {index}")
        return self._trials[index % self._length]

    def extended(self, trials: Sequence[Trial]) -> History:
        """This history followed by ``trials``."""
        longer = History()
        if self._length == len(self._trials):
            longer._trials, longer._answers = self._trials, self._answers
        else:
            longer._trials = self._trials[: self._length]
            longer._answers = {key: i for key, i in self._answers.items() if i < self._length}
        for trial in trials:
            longer._answers.setdefault((trial.task, trial.genotype), len(longer._trials))
            longer._trials.append(trial)
        longer._length = len(longer._trials)
        return longer

    def find(self, task: str, genotype: Genotype) -> Evaluation | None:
        """The answer recorded for an architecture on a task; None if it was never asked."""
        i = self._answers.get((task, genotype))
        return None if i is None or i >= self._length else self._trials[i].evaluation

    def evaluated(self, task: str) -> tuple[Trial, ...]:
        """The first trial of each architecture on a task, in order: what the task's budget paid for."""
        return tuple(t for t in self if t.task == task and not t.repeat)
