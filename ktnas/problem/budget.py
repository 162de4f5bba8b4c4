"""When a search stops, and what is refused before it starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from ktnas.errors import ConfigurationError, unknown_name
from ktnas.problem.task import Problem
from ktnas.spaces.base import genotypes, is_enumerable

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class EarlierBudget:
    """A budget that was raised.

    Attributes:
        evaluations: Evaluations per task.
        trials: It held for what was asked before so many trials, repeats included, were there.
    """

    evaluations: int
    trials: int


@dataclass(frozen=True, slots=True)
class Budget:
    """When to stop.

    Attributes:
        evaluations: Evaluations per task.
        stop_at: Per task, a fitness at which it stops early; tasks without an entry use up their evaluations.
        earlier: Budgets that held before, smallest first: a search whose choices depend on what is left made its
            first ones under these.
    """

    evaluations: int
    stop_at: Mapping[str, float] = field(default_factory=dict)
    earlier: tuple[EarlierBudget, ...] = ()

    def __post_init__(self) -> None:
        if self.evaluations < 1:
            raise ConfigurationError(f"the budget must be at least 1 evaluation per task; got {self.evaluations}")

    def at(self, trials: int) -> int:
        """Evaluations per task that held when so many trials were there.

        >>> Budget(200, earlier=(EarlierBudget(100, trials=180),)).at(179)
        100
        """
        return next((one.evaluations for one in self.earlier if trials < one.trials), self.evaluations)


def check(problem: Problem, budget: Budget, seed: int) -> None:
    """What `run` checks before it starts.

    Raises:
        ConfigurationError: If the budget or the seed does not suit the problem.
        UnknownNameError: If the budget names a task that the problem has not.
    """
    if seed < 0:
        raise ConfigurationError(f"the seed must not be negative; got {seed}")
    for task in budget.stop_at:
        if task not in problem.names:
            raise unknown_name("task", task, problem.names)
    for space in problem.spaces:
        if is_enumerable(space) and budget.evaluations > (size := len(genotypes(space))):
            raise ConfigurationError(
                f"the budget of {budget.evaluations:,} evaluations per task exceeds the {size:,} architectures of "
                f"{space.name!r}; choose at most {size:,}"
            )
