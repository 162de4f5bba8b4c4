"""A benchmark that looks its answers up: one row per architecture, one record per task.

Validation fitness is all that `TableBenchmark.evaluate` gives; test metrics leave through
`TableBenchmark.report` alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ktnas.benchmarks.base import Standing
from ktnas.benchmarks.packed import PackedGenotypes
from ktnas.errors import DataError, unknown_name
from ktnas.problem.task import Task
from ktnas.problem.trial import Evaluation
from ktnas.spaces.base import ListedSpace, SearchSpace
from ktnas.typing import FloatArray, Genotype, IntArray


@dataclass(frozen=True, eq=False)
class Fidelity:
    """What a table records for one task after fewer epochs, one entry per row.

    Attributes:
        fitness: ``(n,)`` validation fitness, higher is better; NaN where there is none.
        failures: Why a row has no fitness, by row.
        cost_s: ``(n,)`` seconds of training; None if not recorded.
    """

    fitness: FloatArray
    failures: Mapping[int, str] = field(default_factory=dict)
    cost_s: FloatArray | None = None


@dataclass(frozen=True, eq=False)
class TaskRecord:
    """What a table records for one task, one entry per row.

    Attributes:
        task: The task.
        fitness: ``(n,)`` validation fitness, higher is better; NaN where the evaluation failed or is not listed.
        failures: Why a listed row has no fitness, by row.
        listed: ``(n,)`` whether the task lists the row at all; None if it lists every row.
        cost_s: ``(n,)`` seconds of training; None if not recorded.
        metrics: Test metrics and measured costs, by name, each ``(n,)``: for reports only.
        complexity: What is known of an architecture without training it (parameters in millions, FLOPs in
            millions), by name, each ``(n,)``.
        epochs: Epochs of the trainings that ``fitness`` is of; None where the table does not tell.
        fidelities: What is recorded after fewer epochs, by their number.
        judged: ``(n,)`` the fitness by which architectures are ranked in the report, where a search sees another one;
            None if they are the same.
    """

    task: Task
    fitness: FloatArray
    failures: Mapping[int, str] = field(default_factory=dict)
    listed: npt.NDArray[np.bool_] | None = None
    cost_s: FloatArray | None = None
    metrics: Mapping[str, FloatArray] = field(default_factory=dict)
    complexity: Mapping[str, FloatArray] = field(default_factory=dict)
    epochs: int | None = None
    fidelities: Mapping[int, Fidelity] = field(default_factory=dict)
    judged: FloatArray | None = None

    def __post_init__(self) -> None:
        if not np.isfinite(self.fitness).any():
            raise DataError(f"task {self.task.name!r} has no finite fitness in {len(self.fitness):,} rows")
        arrays = [self.listed, self.cost_s, self.judged, *self.metrics.values(), *self.complexity.values()]
        arrays += [each for one in self.fidelities.values() for each in (one.fitness, one.cost_s)]
        if any(array is not None and array.shape != self.fitness.shape for array in arrays):
            raise DataError(f"the columns of task {self.task.name!r} differ in length")

    @cached_property
    def answers(self) -> Sequence[float | None]:
        """Fitness by row as Python numbers; None where there is none."""
        return [None if math.isnan(value) else value for value in self.fitness.tolist()]

    @cached_property
    def costs(self) -> Sequence[float]:
        """Seconds by row as Python numbers."""
        return [0.0] * len(self.fitness) if self.cost_s is None else self.cost_s.tolist()

    @cached_property
    def ascending(self) -> FloatArray:
        """All finite fitness values, worst first."""
        return np.sort(self.fitness[np.isfinite(self.fitness)])

    @cached_property
    def ranked(self) -> FloatArray:
        """The finite values by which architectures are ranked, worst first."""
        return self.ascending if self.judged is None else np.sort(self.judged[np.isfinite(self.judged)])

    def worth(self, row: int) -> float | None:
        """The value by which a row is ranked; None where it has none."""
        if self.judged is None:
            return self.answers[row]
        value = float(self.judged[row])
        return value if math.isfinite(value) else None

    def at_fidelity(self, epochs: int) -> TaskRecord:
        """The same record, of which a search sees and pays for trainings of fewer epochs; it is judged as before.

        Raises:
            DataError: If nothing is recorded after so many epochs.
        """
        if epochs == self.epochs and self.judged is None:
            return self
        if self.judged is not None:
            raise DataError(
                f"task {self.task.name!r} is searched after fewer epochs already: give either TASK@EPOCHS or --fidelity"
            )
        cheap = self.fidelities.get(epochs)
        if cheap is None:
            there = ", ".join(map(str, sorted({*self.fidelities, *([self.epochs] if self.epochs else [])})))
            has = f"it has {there}" if there else "it records one training of each architecture, of no given length"
            raise DataError(f"task {self.task.name!r} has no fitness after {epochs} epochs: {has}")
        return replace(
            self,
            task=replace(self.task, metric=f"{self.task.metric} after {epochs} epochs"),
            fitness=cheap.fitness,
            failures=cheap.failures,
            cost_s=cheap.cost_s,
            judged=self.fitness,
        )

    def reason(self, row: int) -> str:
        """Why a row without fitness has none."""
        return self.failures.get(row, f"the table does not list it for {self.task.name!r}")

    def rows(self, rows: IntArray) -> TaskRecord:
        """The record of some rows, renumbered from 0 in the order given."""
        return replace(
            self,
            fitness=self.fitness[rows],
            failures={i: self.failures[row] for i, row in enumerate(rows.tolist()) if row in self.failures},
            listed=None if self.listed is None else self.listed[rows],
            cost_s=None if self.cost_s is None else self.cost_s[rows],
            metrics={name: values[rows] for name, values in self.metrics.items()},
            complexity={name: values[rows] for name, values in self.complexity.items()},
            fidelities={epochs: _of_rows(one, rows) for epochs, one in self.fidelities.items()},
            judged=None if self.judged is None else self.judged[rows],
        )


def _of_rows(fidelity: Fidelity, rows: IntArray) -> Fidelity:
    return Fidelity(
        fidelity.fitness[rows],
        {i: fidelity.failures[row] for i, row in enumerate(rows.tolist()) if row in fidelity.failures},
        None if fidelity.cost_s is None else fidelity.cost_s[rows],
    )


@dataclass(frozen=True, eq=False)
class TableBenchmark:
    """A benchmark over listed architectures; fulfils `ktnas.benchmarks.Benchmark`.

    Attributes:
        name: Name used at the command line and in records.
        space: The search space: the whole one if every code of it is listed, else a `ListedSpace`.
        genotypes: Genotype of each row, all different; in a large table `PackedGenotypes`.
        records: One record per task.
        labels: The architectures' strings, as they stand in the table; empty where those are the official ones.
        notes: What a reader of results must know, a sentence each.
        whole: The benchmark that this one was restricted from; None if from none. Every further restriction starts
            from it, so that the space of some tasks is the same whatever was asked for before. A copy by
            `dataclasses.replace` is a benchmark of its own, restricted from none.
    """

    name: str
    space: SearchSpace
    genotypes: Sequence[Genotype]
    records: tuple[TaskRecord, ...]
    labels: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    whole: TableBenchmark | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        lengths = {len(self.genotypes), *(len(record.fitness) for record in self.records)}
        lengths |= {len(self.labels)} if self.labels else set()
        if len(lengths) != 1:
            raise DataError(f"benchmark {self.name!r}: columns of different lengths {sorted(lengths)}")
        if len(self.rows) != len(self.genotypes):
            raise DataError(f"benchmark {self.name!r} lists an architecture twice: {self._repeated()}")

    @cached_property
    def tasks(self) -> tuple[Task, ...]:
        """Every task, in the table's order."""
        return tuple(record.task for record in self.records)

    @cached_property
    def rows(self) -> Mapping[Genotype, int]:
        """The row of each genotype."""
        if isinstance(self.genotypes, PackedGenotypes):
            return self.genotypes.rows
        return {genotype: row for row, genotype in enumerate(self.genotypes)}

    @cached_property
    def _records(self) -> dict[str, TaskRecord]:
        return {record.task.name: record for record in self.records}

    def _repeated(self) -> str:
        last = self.rows
        row = next(row for row, genotype in enumerate(self.genotypes) if last[genotype] != row)
        other = last[self.genotypes[row]]
        first, second = (self.labels[i] if self.labels else self.space.format(self.genotypes[i]) for i in (row, other))
        return f"{first!r} in row {row + 1}, {second!r} in row {other + 1}"

    def record(self, task: str) -> TaskRecord:
        """What the table records for a task, or for one of fewer epochs, called ``TASK@EPOCHS``.

        Raises:
            UnknownNameError: If it has no such task.
        """
        record = self._records.get(task)
        base, epochs = rung(task)
        if record is None and epochs is not None and base in self._records:
            cheap = self._records[base].at_fidelity(epochs)
            return replace(cheap, task=replace(cheap.task, name=task))
        if record is None:
            raise unknown_name("task", task, self._records, self.name)
        return record

    def restricted(self, tasks: tuple[str, ...]) -> TableBenchmark:
        """The same benchmark for some of its tasks, in the order given.

        The space shrinks to the architectures that all of them list; ranks and regrets are then among those.

        Raises:
            UnknownNameError: If a name is not one of its tasks.
            DataError: If the tasks list no architecture in common, or one of them has no finite fitness left.
        """
        for task in tasks:
            self.record(task)  # a task that was left out once stays out
        whole = self if self.whole is None else self.whole
        part = whole._of(tasks)
        object.__setattr__(part, "whole", whole)  # frozen; no argument, so that `replace` leaves it behind
        return part

    def _of(self, tasks: tuple[str, ...]) -> TableBenchmark:
        records = tuple(self.record(task) for task in tasks)
        shared = np.ones(len(self.genotypes), dtype=np.bool_)
        for record in records:
            shared &= True if record.listed is None else record.listed
        if shared.all():
            return replace(self, records=records)
        if not shared.any():
            raise DataError(f"tasks {', '.join(tasks)} of {self.name} list no architecture in common")
        rows = np.flatnonzero(shared)
        kept = tuple(self.genotypes[i] for i in rows.tolist())
        base = self.space.base if isinstance(self.space, ListedSpace) else self.space
        note = f"{len(kept):,} of {len(self.genotypes):,} architectures are listed for all of {', '.join(tasks)}"
        return replace(
            self,
            space=ListedSpace(base, kept),
            genotypes=kept,
            labels=tuple(self.labels[i] for i in rows.tolist()) if self.labels else (),
            records=tuple(record.rows(rows) for record in records),
            notes=(*self.notes, f"{note}: the search, ranks and regrets stay among those."),
        )

    def at_fidelity(self, epochs: int) -> TableBenchmark:
        """The same benchmark, of which a search sees, and pays for, trainings of so many epochs.

        Ranks, regrets and metrics of its report are of the full trainings, as before.

        Raises:
            DataError: If a task has none of that length.
        """
        records = tuple(record.at_fidelity(epochs) for record in self.records)
        if all(record.judged is None for record in records):
            return self
        full = ", ".join(dict.fromkeys(str(record.epochs) for record in records))
        note = (
            f"The search sees validation fitness after {epochs} epochs and pays for these; ranks, regrets and test "
            f"metrics are of trainings of {full} epochs."
        )
        return replace(self, records=records, notes=(*self.notes, note))

    def evaluate(self, task: str, genotype: Genotype) -> Evaluation:
        record = self.record(task)
        row = self.rows.get(genotype)
        if row is None:
            return Evaluation.failed(f"architecture {genotype} is not listed in {self.name}")
        fitness = record.answers[row]
        if fitness is None:
            return Evaluation.failed(record.reason(row))
        return Evaluation(fitness, record.costs[row])

    def best_fitness(self, task: str) -> float | None:
        return float(self.record(task).ascending[-1])

    def listed(self, task: str) -> int:
        """How many rows have a fitness on the task by which they are ranked."""
        return len(self.record(task).ranked)

    def report(self, task: str, genotype: Genotype) -> Standing:
        """True rank, regret and metrics; all absent where the architecture has no fitness on the task."""
        record = self.record(task)
        row = self.rows.get(genotype)
        fitness = None if row is None else record.worth(row)
        if row is None or fitness is None:
            return Standing()
        better = len(record.ranked) - int(np.searchsorted(record.ranked, fitness, side="right"))
        final = {} if record.judged is None else {f"valid_at_{record.epochs}_epochs": record.judged}
        columns = {**final, **record.metrics, **record.complexity}
        metrics = {name: float(values[row]) for name, values in columns.items() if math.isfinite(values[row])}
        return Standing(1 + better, float(record.ranked[-1]) - fitness, metrics)

    def label(self, genotype: Genotype) -> str:
        row = self.rows.get(genotype) if self.labels else None
        return self.space.format(genotype) if row is None else self.labels[row]


def rung(name: str) -> tuple[str, int | None]:
    """A task's name without its epochs, and these; None where it names none.

    >>> rung("cifar10@12"), rung("cifar10")
    (('cifar10', 12), ('cifar10', None))
    """
    base, _, epochs = name.rpartition("@")
    return (base, int(epochs)) if base and epochs.isdecimal() and len(epochs) < 10 else (name, None)


def listed_space(base: SearchSpace, genotypes: Sequence[Genotype]) -> SearchSpace:
    """``base`` itself if ``genotypes``, all different, are every code of it; else the part of it that they are."""
    return base if len(genotypes) == math.prod(base.cardinalities) else ListedSpace(base, tuple(genotypes))
