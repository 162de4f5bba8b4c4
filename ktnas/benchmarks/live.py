"""Benchmarks whose answers take long: they are told of a whole batch, and answer when one by one is ready.

A table answers at once, so `ktnas.benchmarks.Benchmark.evaluate` is enough for it. A benchmark that trains networks
also fulfils `LiveBenchmark`: its evaluator may train several candidates side by side, and whoever watches learns of
every answer at the moment it is there, so that nothing that was paid for can be lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias, runtime_checkable

from ktnas.benchmarks import Benchmark
from ktnas.trial import Evaluation, History
from ktnas.typing import Genotype

Question: TypeAlias = tuple[str, Genotype]
"""A task's name, and the architecture that is to be evaluated on it."""


@runtime_checkable
class BatchEvaluator(Protocol):
    """An evaluator that is told beforehand what it will be asked, and may begin at once."""

    def expect(self, questions: Sequence[Question], history: History) -> None:
        """These will be asked next, in this order; what was expected earlier and not asked will not be.

        Args:
            questions: New ones, each once; the end of it may remain unasked.
            history: All trials so far. No answer may depend on anything else that happened before, so that a run
                which goes on from its record comes to the same answers.
        """

    def __call__(self, task: str, genotype: Genotype) -> Evaluation:
        """The answer; failures are answers with ``error``, not exceptions."""


@dataclass(frozen=True, slots=True)
class Change:
    """What has happened to evaluations at one moment.

    Attributes:
        begun: Those that have begun.
        arrived: Answers that are there now; they may be asked for later, or never.
        doing: What an evaluation that is under way has come to, for people; empty where none says.
    """

    begun: Sequence[Question] = ()
    arrived: Sequence[tuple[Question, Evaluation]] = ()
    doing: str = ""


Watch: TypeAlias = Callable[[Change], None]
"""Is told of evaluations as they begin and end, whatever the order."""


def unwatched(change: Change) -> None:
    """Nobody watches."""


@runtime_checkable
class LiveBenchmark(Benchmark, Protocol):
    """A benchmark whose answers are computed, and take long."""

    @property
    def workers(self) -> int:
        """How many evaluations may run side by side; no answer depends on it."""

    def settings(self) -> Mapping[str, object]:
        """Everything but the seed that decides an answer, as dataclasses and plain values: it is recorded."""

    def for_run(self, seed: int, directory: Path) -> LiveBenchmark:
        """The same benchmark for one run: with its seed, and a directory where it may keep files of its own."""

    def evaluator(self, watch: Watch) -> AbstractContextManager[BatchEvaluator]:
        """What answers a run's questions, until the context is left."""
