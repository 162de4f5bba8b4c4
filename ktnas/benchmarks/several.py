"""Tasks of several benchmarks in one search, also where their search spaces differ.

>>> from ktnas.benchmarks.functions import FunctionBenchmark
>>> from ktnas.spaces.nasbench201 import NASBench201
>>> from ktnas.spaces.transnas_micro import TransNASMicro
>>> both = SeveralBenchmarks((
...     FunctionBenchmark(NASBench201(), {"skips": lambda code: code.count(1)}),
...     FunctionBenchmark(TransNASMicro(), {"convolutions": lambda code: code.count(3)}),
... ))
>>> [(task.name, task.space.name) for task in both.tasks]
[('skips', 'nasbench201'), ('convolutions', 'transnas101-micro')]
>>> both.evaluate("convolutions", both.space.parse("transnas101-micro:64-41414-1_02_333")).fitness
3.0
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from ktnas.benchmarks.base import Benchmark, Listing, Standing, WithFidelities
from ktnas.benchmarks.functions import FunctionBenchmark, TaskFunction
from ktnas.benchmarks.outside import OutsideBenchmark
from ktnas.benchmarks.registry import BENCHMARKS, known_benchmark, load_benchmark, without_epochs
from ktnas.errors import ConfigurationError, unknown_name
from ktnas.problem.task import Task
from ktnas.problem.trial import Evaluation
from ktnas.spaces.base import SearchSpace
from ktnas.spaces.several import SeveralSpaces, joined
from ktnas.typing import Genotype


@dataclass(frozen=True, eq=False)
class SeveralBenchmarks:
    """Tasks of several benchmarks; fulfils `ktnas.benchmarks.Benchmark`. What is asked is answered by a task's own.

    Attributes:
        parts: The benchmarks. Where their spaces differ, genotypes are those of `ktnas.spaces.several.SeveralSpaces`.
        qualified: Whether tasks are called ``BENCHMARK:TASK``, as they must be where two have one name.
    """

    parts: tuple[Benchmark, ...]
    qualified: bool = False

    def __post_init__(self) -> None:
        names = [task.name for task in self.tasks]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None or not names:
            raise ConfigurationError(
                "several benchmarks need tasks of different names; "
                + (f"{twice!r} is one of two (qualified=True tells them apart)" if names else "got none")
            )

    @cached_property
    def name(self) -> str:
        return "+".join(dict.fromkeys(part.name for part in self.parts))

    @cached_property
    def space(self) -> SearchSpace:
        """The space of all of them, or all theirs as one."""
        return joined([part.space for part in self.parts])

    @cached_property
    def tasks(self) -> tuple[Task, ...]:
        return tuple(task for task, _, _ in self._owned.values())

    @cached_property
    def _owned(self) -> dict[str, tuple[Task, Benchmark, str]]:
        """By a task's name here: the task, its benchmark, and its name there."""
        found: dict[str, tuple[Task, Benchmark, str]] = {}
        for part in self.parts:
            for task in part.tasks:
                name = f"{part.name}:{task.name}" if self.qualified else task.name
                if name in found:
                    raise ConfigurationError(f"two benchmarks have a task {name!r}: qualified=True tells them apart")
                found[name] = replace(task, name=name, space=part.space), part, task.name
        return found

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(note for part in self.parts for note in part.notes))

    def _of(self, task: str) -> tuple[Task, Benchmark, str]:
        if task not in self._owned:
            raise unknown_name("task", task, self._owned, self.name)
        return self._owned[task]

    def _own(self, genotype: Genotype) -> Genotype:
        return self.space.own(genotype)[1] if isinstance(self.space, SeveralSpaces) else genotype

    def restricted(self, tasks: tuple[str, ...]) -> SeveralBenchmarks:
        """The same for some of its tasks; those of one benchmark stand together, in the order given."""
        wanted: dict[int, list[str]] = {}
        for task in tasks:
            _, part, own = self._of(task)
            wanted.setdefault(self.parts.index(part), []).append(own)
        return replace(self, parts=tuple(self.parts[i].restricted(tuple(own)) for i, own in wanted.items()))

    def at_fidelity(self, epochs: int) -> SeveralBenchmarks:
        """The same, each part after so many epochs.

        Raises:
            DataError: If a task has none of that length.
            ConfigurationError: If a part computes its answers.
        """
        parts = []
        for part in self.parts:
            if not isinstance(part, WithFidelities):
                raise ConfigurationError(f"{part.name} has no trainings of several lengths")
            parts.append(part.at_fidelity(epochs))
        return replace(self, parts=tuple(parts))

    def evaluate(self, task: str, genotype: Genotype) -> Evaluation:
        found, part, own = self._of(task)
        if isinstance(self.space, SeveralSpaces) and self.space.spaces[genotype[0]] != found.space:
            return Evaluation.failed(f"{self.space.format(genotype)} is of another search space than task {task!r}")
        return part.evaluate(own, self._own(genotype))

    def best_fitness(self, task: str) -> float | None:
        _, part, own = self._of(task)
        return part.best_fitness(own)

    def report(self, task: str, genotype: Genotype) -> Standing:
        _, part, own = self._of(task)
        return part.report(own, self._own(genotype))

    def listed(self, task: str) -> int:
        """How many architectures have a fitness on a task; 0 where nothing is listed."""
        _, part, own = self._of(task)
        return part.listed(own) if isinstance(part, Listing) else 0

    def label(self, genotype: Genotype) -> str:
        """The architecture as users know it, behind the name of its space where there are several."""
        if not isinstance(self.space, SeveralSpaces):
            return self.parts[0].label(genotype)
        number, own = self.space.own(genotype)
        space = self.space.spaces[number]
        part = next(part for part in self.parts if part.space == space)
        return f"{space.name}:{part.label(own)}"


def divided(name: str) -> tuple[str, str] | None:
    """Benchmark and task of a name such as ``nasbench201:cifar10``; None of one that names no benchmark.

    >>> divided("nasbench201:cifar10"), divided("cifar10")
    (('nasbench201', 'cifar10'), None)
    """
    benchmark, colon, task = name.partition(":")
    return (benchmark, task) if colon and benchmark in BENCHMARKS else None


def evaluated_outside(benchmark: Benchmark) -> bool:
    """Whether a benchmark, or one of its parts, answers nothing itself."""
    parts = benchmark.parts if isinstance(benchmark, SeveralBenchmarks) else (benchmark,)
    return any(isinstance(part, OutsideBenchmark) for part in parts)


def functions_of(benchmark: Benchmark) -> Mapping[str, TaskFunction]:
    """The functions by which a benchmark, or parts of it, evaluate tasks, by these; none of others."""
    parts = benchmark.parts if isinstance(benchmark, SeveralBenchmarks) else (benchmark,)
    return {name: f for part in parts if isinstance(part, FunctionBenchmark) for name, f in part.functions.items()}


def load_joined(name: str, tasks: Sequence[str] = (), directory: Path | None = None) -> SeveralBenchmarks:
    """The benchmarks of a name such as ``nasbench201+transnas101-micro``, for some of their tasks or all.

    Raises:
        KtnasError: As `load_several`, or if a task is of another benchmark.
    """
    benchmarks = name.split("+")
    every = [f"{one}:{task}" for one in benchmarks for task in known_benchmark(one).tasks]
    for task in tasks:
        if without_epochs(task) not in every:
            raise unknown_name("task", task, every, name)
    return load_several(tasks or every, directory)


def load_several(names: Sequence[str], directory: Path | None = None) -> SeveralBenchmarks:
    """Tasks of several benchmarks, by names such as ``nasbench201:cifar10``.

    Args:
        names: The tasks.
        directory: Where to look for data first.

    Raises:
        ConfigurationError: If a name is of another form.
        UnknownNameError: If there is no such benchmark, or it has no such task.
        DataError: If data are not found or damaged.
    """
    wanted: dict[str, list[str]] = {}
    for name in names:
        found = divided(name)
        if found is None:
            benchmark, colon, _ = name.partition(":")
            if colon:
                raise unknown_name("benchmark", benchmark, BENCHMARKS)
            raise ConfigurationError(
                f"task {name!r} does not say of which benchmark it is, and the others do: {name!r} must be "
                f"BENCHMARK:{name}, with one of {', '.join(BENCHMARKS)}"
            )
        wanted.setdefault(found[0], []).append(found[1])
    return SeveralBenchmarks(
        tuple(load_benchmark(benchmark, tasks, directory) for benchmark, tasks in wanted.items()), qualified=True
    )
