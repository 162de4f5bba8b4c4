"""What a study hands out, and what it takes for an answer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from ktnas.errors import ConfigurationError, quoted, shortened
from ktnas.problem.task import Task
from ktnas.problem.trial import Evaluation
from ktnas.typing import JSON, Genotype


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An architecture that a study wants evaluated on a task.

    Attributes:
        id: What it is told by.
        task: The task's name.
        architecture: Its official string.
        genotype: Its code.
        parents: Genotypes it was bred from; empty for a random or transferred one.
        source_task: The task it was transferred from; None if it is no migrant.
    """

    id: int
    task: str
    architecture: str
    genotype: Genotype
    parents: tuple[Genotype, ...] = ()
    source_task: str | None = None

    def plain(self) -> dict[str, JSON]:
        """As JSON has it."""
        return {
            "id": self.id,
            "task": self.task,
            "architecture": self.architecture,
            "genotype": list(self.genotype),
            "parents": [list(parent) for parent in self.parents],
            "source_task": self.source_task,
        }


def evaluation_of_answer(
    task: Task, value: object, *, error: str | None = None, cost_s: float = 0.0, metrics: Mapping[str, object]
) -> Evaluation:
    """An answer as an evaluation.

    Args:
        task: What was evaluated.
        value: The task's metric; or several numbers by name, of which one is the task's metric; or an `Evaluation`.
        error: Why it failed; None if it did not.
        cost_s: Seconds it took.
        metrics: Further numbers to record.

    Raises:
        ConfigurationError: If it is none.

    >>> evaluation_of_answer(Task("latency", "latency", minimize=True), 3, metrics={}).fitness
    -3.0
    """
    if isinstance(value, Evaluation):
        if error is not None:
            raise ConfigurationError("an answer is either an evaluation or an error; got both")
        return _checked(value)
    cost = _number("the cost in seconds", cost_s)
    if cost < 0:
        raise ConfigurationError(f"the cost in seconds must not be negative; got {cost_s}")
    others = {name: _number(f"metric {quoted(str(name))}", number) for name, number in metrics.items()}
    if error is not None:
        if value is not None:
            raise ConfigurationError(f"an answer is either a value or an error; got {value!r} and {error!r}")
        return Evaluation(None, cost, others, shortened(str(error)) or "failed without a reason")
    if isinstance(value, Mapping):
        main, rest = _main(task, value)
        others = {**{str(n): _number(f"metric {quoted(str(n))}", v) for n, v in rest.items()}, **others}
        value = main
    return Evaluation(task.to_fitness(_number(f"the value of task {task.name!r}", value)), cost, others)


def _checked(answer: Evaluation) -> Evaluation:
    numbers = {"the fitness": answer.fitness or 0.0, "the cost in seconds": answer.cost_s}
    numbers |= {f"metric {quoted(name)}": value for name, value in answer.metrics.items()}
    for what, value in numbers.items():
        _number(what, value)
    if answer.cost_s < 0:
        raise ConfigurationError(f"the cost in seconds must not be negative; got {answer.cost_s}")
    metrics = {str(name): float(value) for name, value in answer.metrics.items()}
    fitness = None if answer.fitness is None else float(answer.fitness)
    error = None if answer.error is None else shortened(answer.error)
    return Evaluation(fitness, float(answer.cost_s), metrics, error)


def _main(task: Task, values: Mapping[object, object]) -> tuple[object, dict[object, object]]:
    name = next((one for one in (task.metric, task.name, "value") if one in values), None)
    if name is None:
        known = ", ".join(dict.fromkeys(map(repr, (task.metric, task.name, "value"))))
        raise ConfigurationError(
            f"the metrics of an answer must hold the task's own, under {known}; got {', '.join(map(str, values))}"
        )
    return values[name], {key: value for key, value in values.items() if key != name}


def _number(what: str, value: object) -> float:
    """A finite number; of any library, if it calls itself one."""
    try:
        number = math.nan if isinstance(value, bool | str | bytes | None) else float(cast("float", value))
    except (TypeError, ValueError, OverflowError, RuntimeError):  # what an array or a tensor says of several
        number = math.nan
    if not math.isfinite(number):
        raise ConfigurationError(
            f"{what} must be a finite number; got {quoted(str(value))}. What has none has failed: tell it so with the "
            "reason, error=... in Python, --failed WHY at the command line"
        )
    return number
