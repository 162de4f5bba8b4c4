"""The records of a search: what was asked, what came back, in order. All frozen.

The history of trials *is* the state of a search: everything else (populations, transfer labels, models)
is a pure function of it, which is what makes a replay exact.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from ktnas.errors import ConfigurationError
from ktnas.typing import Genotype

Question: TypeAlias = tuple[str, Genotype]
"""A task's name, and the architecture that is to be evaluated on it."""


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

    def branched(self, trials: Sequence[Trial]) -> History:
        """As `extended`, for what is only imagined: a copy, so that this history goes on in constant time."""
        copy = History()
        copy._trials = self._trials[: self._length]
        latest = self._length == len(self._trials)
        copy._answers = dict(self._answers) if latest else {k: i for k, i in self._answers.items() if i < self._length}
        copy._length = self._length
        return copy.extended(trials)

    def find(self, task: str, genotype: Genotype) -> Evaluation | None:
        """The answer recorded for an architecture on a task; None if it was never asked."""
        i = self._answers.get((task, genotype))
        return None if i is None or i >= self._length else self._trials[i].evaluation

    def evaluated(self, task: str) -> tuple[Trial, ...]:
        """The first trial of each architecture on a task, in order: what the task's budget paid for."""
        return tuple(t for t in self if t.task == task and not t.repeat)
