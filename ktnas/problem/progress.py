"""How far a task has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ktnas.problem.trial import Trial


@dataclass(frozen=True, slots=True)
class Transfers:
    """What was transferred to one task.

    Attributes:
        proposed: Migrants evaluated on the task.
        positive: Those with a child among the best of the next population.
        negative: Those judged without one. The rest was not judged: the budget ended first.
        skipped_generations: Generations without a migrant, although there were donors: the transfer refused every
            candidate, or the task knew all of the donors' populations already.
    """

    proposed: int = 0
    positive: int = 0
    negative: int = 0
    skipped_generations: int = 0


@dataclass(frozen=True, slots=True)
class TaskResult:
    """How far one task has come.

    Attributes:
        evaluations: Evaluations so far, failed ones included.
        failed: Those that yielded no fitness.
        best: The first trial with the best fitness (the incumbent); None if everything failed.
        evaluations_to_best: Evaluations until the incumbent was found, itself included; 0 without one.
        stop_reached_at: Evaluations until the fitness to stop at was reached; None if it was not, or none was set.
        exhausted: Whether the task ended early because the search had nothing new to ask.
        transfers: What was transferred to the task.
        cost_s: Seconds that the evaluations cost, or stand for.
    """

    evaluations: int = 0
    failed: int = 0
    best: Trial | None = None
    evaluations_to_best: int = 0
    stop_reached_at: int | None = None
    exhausted: bool = False
    transfers: Transfers = Transfers()
    cost_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Progress:
    """What an observer sees after every answer to a question.

    Attributes:
        generation: The generation that was asked.
        trials: The new trials, in order, repeats included.
        tasks: How far each task has come.
        search_s: Wall-clock seconds spent in the search itself so far.
    """

    generation: int
    trials: tuple[Trial, ...]
    tasks: Mapping[str, TaskResult]
    search_s: float = 0.0


def incumbents(trials: Sequence[Trial], task: str) -> list[float | None]:
    """Best fitness of a task after each of its evaluations; None while all have failed."""
    curve: list[float | None] = []
    best: float | None = None
    for trial in trials:
        if trial.task == task and not trial.repeat:
            if trial.fitness is not None and (best is None or trial.fitness > best):
                best = trial.fitness
            curve.append(best)
    return curve
