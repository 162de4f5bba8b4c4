"""Benchmarks whose answers take long: they are told of a whole batch, and answer when one by one is ready.

A table answers at once, so `ktnas.benchmarks.Benchmark.evaluate` is enough for it. A benchmark that trains networks
also fulfils `ComputedBenchmark`: its evaluator may train several candidates in parallel, and whoever watches learns of
every answer at the moment it is there, so that nothing that was paid for can be lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from ktnas.benchmarks.base import Benchmark
from ktnas.evaluation.assignment import Answerer, Assignment
from ktnas.evaluation.protocol import BatchEvaluator
from ktnas.problem.callback import Callbacks
from ktnas.problem.trial import History, Question


@runtime_checkable
class ComputedBenchmark(Benchmark, Protocol):
    """A benchmark whose answers are computed, and take long."""

    @property
    def workers(self) -> int:
        """How many evaluations may run in parallel; no answer depends on it."""

    def settings(self) -> Mapping[str, object]:
        """Everything but the seed that decides an answer, as dataclasses and plain values: it is recorded."""

    def for_run(self, seed: int, directory: Path) -> ComputedBenchmark:
        """The same benchmark for one run: with its seed, and a directory where it may keep files of its own."""

    def evaluator(self, callbacks: Callbacks) -> AbstractContextManager[BatchEvaluator]:
        """What answers a run's questions, until the context is left."""


@runtime_checkable
class Distributable(ComputedBenchmark, Protocol):
    """A benchmark whose answers can be computed in any process that has it."""

    def with_workers(self, workers: int) -> ComputedBenchmark:
        """The same with so many workers of its own; no answer depends on it."""

    def answerer(self) -> Answerer[Any]:
        """What answers in another process; it can be pickled, with all data."""

    def assignments(self, questions: Sequence[Question], history: History) -> Sequence[Assignment[Any]]:
        """What is to be done for questions, after a history."""


@runtime_checkable
class HasData(Protocol):
    """A benchmark that reads data of which something is to be told before anything is paid for."""

    @property
    def data_notes(self) -> tuple[str, ...]:
        """What was read, and what a reader of results must know of it, a task after the other."""
