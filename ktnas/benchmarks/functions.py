"""A benchmark from Python functions: a custom task in a few lines.

>>> from ktnas.spaces.categorical import Categorical
>>> benchmark = FunctionBenchmark(Categorical((4, 4, 4)), {"sum": sum, "inverse": lambda code: 1 / code[0]})
>>> benchmark.evaluate("sum", (1, 2, 3)).fitness
6.0
>>> benchmark.evaluate("inverse", (0, 2, 3)).error
'ZeroDivisionError: division by zero'
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias, cast

import numpy as np

from ktnas.benchmarks.base import Standing
from ktnas.errors import ConfigurationError, quoted, reason, shortened, unknown_name
from ktnas.problem.task import Task
from ktnas.problem.trial import Evaluation
from ktnas.spaces.base import SearchSpace
from ktnas.typing import Genotype

TaskFunction: TypeAlias = Callable[[Genotype], float | Evaluation]
"""Takes a genotype (``space.format`` makes a string of it) and returns the metric, or a whole `Evaluation`."""


@dataclass(frozen=True, eq=False)
class FunctionBenchmark:
    """A benchmark that computes its answers; fulfils `ktnas.benchmarks.Benchmark`.

    A function that raises anything, ``SystemExit`` too, or returns anything but a finite number, is a failed
    evaluation with the reason, of which the first 2,000 characters count; so is an `Evaluation` with a metric or a
    cost that is not finite, or a negative cost. ``KeyboardInterrupt`` passes. With several processes, functions must
    be importable.

    Attributes:
        space: The search space.
        functions: One function per task, by the task's name. It returns the task's metric; the fitness in an
            `Evaluation` that it returns instead is taken as it is, higher is better.
        minimize: Names of the tasks whose metric is better when smaller.
        name: Name used in records.
    """

    space: SearchSpace
    functions: Mapping[str, TaskFunction]
    minimize: frozenset[str] = frozenset()
    name: str = "functions"

    def __post_init__(self) -> None:
        if not self.functions:
            raise ConfigurationError(f"benchmark {self.name!r} needs at least one task function; got none")
        for name in self.minimize:
            if name not in self.functions:
                raise unknown_name("task to minimize", name, self.functions, self.name)

    @property
    def tasks(self) -> tuple[Task, ...]:
        return tuple(Task(name, minimize=name in self.minimize) for name in self.functions)

    @property
    def notes(self) -> tuple[str, ...]:
        return ()

    def restricted(self, tasks: tuple[str, ...]) -> FunctionBenchmark:
        functions = {task: self._function(task) for task in tasks}
        return replace(self, functions=functions, minimize=self.minimize & functions.keys())

    def _function(self, task: str) -> TaskFunction:
        function = self.functions.get(task)
        if function is None:
            raise unknown_name("task", task, self.functions, self.name)
        return function

    def evaluate(self, task: str, genotype: Genotype) -> Evaluation:
        function = self._function(task)
        try:
            with np.errstate():  # what a function sets is its own: the search must not trip over it
                answer = function(genotype)
                if isinstance(answer, Evaluation):
                    return _plain(answer)
                if isinstance(answer, str | bytes):
                    return Evaluation.failed(f"the function returned the text {shortened(repr(answer))}, not a number")
                metric = float(answer)
        except (Exception, SystemExit, GeneratorExit, BaseExceptionGroup) as error:  # an answer, not our failure
            if isinstance(error, BaseExceptionGroup) and error.subgroup(KeyboardInterrupt) is not None:
                raise KeyboardInterrupt from error
            return Evaluation.failed(reason(error))
        if not math.isfinite(metric):
            return Evaluation.failed(f"the function returned {metric}, not a finite number")
        return Evaluation(-metric if task in self.minimize else metric)

    def best_fitness(self, task: str) -> None:
        """None: nothing is listed."""
        self._function(task)

    def report(self, task: str, genotype: Genotype) -> Standing:
        """An empty standing: nothing is listed."""
        self._function(task)
        return Standing()

    def label(self, genotype: Genotype) -> str:
        return self.space.format(genotype)


def _plain(answer: Evaluation) -> Evaluation:
    """The same answer in Python's own numbers, which a record on disk can hold; a failure if it cannot hold them."""
    cost_s = float(answer.cost_s)
    metrics = {str(name): float(value) for name, value in answer.metrics.items()}
    odd = [f"metric {quoted(name)} is {value}" for name, value in metrics.items() if not math.isfinite(value)]
    if not (math.isfinite(cost_s) and cost_s >= 0):
        odd.append(f"cost_s is {cost_s}")
        cost_s = 0.0
    if answer.error is not None or odd:
        error = shortened(str(answer.error)) if not odd else f"the function returned an evaluation whose {odd[0]}"
        kept = {name: value for name, value in metrics.items() if math.isfinite(value)}
        return replace(Evaluation.failed(error, cost_s), metrics=kept)
    return Evaluation(float(cast("float", answer.fitness)), cost_s, metrics)
