"""How far a search has come: one type for a task, and one fold over trials that makes it.

The loop, the record on disk, views and comparisons all read it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

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

    def judged(self, outcomes: Sequence[bool], skipped_generations: int) -> Transfers:
        """With what the search says of it: whether each judged migrant was positive."""
        positive = sum(outcomes)
        return Transfers(self.proposed, positive, len(outcomes) - positive, skipped_generations)


@dataclass(frozen=True, slots=True)
class NewBest:
    """A trial that was better than all before it on its task.

    Attributes:
        evaluation: Which evaluation of the task it was, from 1.
        trial: The trial; its fitness is not None.
        fitness: The trial's fitness, higher is better.
    """

    evaluation: int
    trial: Trial
    fitness: float


@dataclass(frozen=True, slots=True)
class TaskProgress:
    """How far one task has come: what `after` makes of the task's trials, one by one.

    Judged transfers and ``exhausted`` are not in the trials: the loop puts them in.

    Attributes:
        evaluations: Evaluations so far, failed ones included; repeats are none.
        failed: Those that yielded no fitness.
        improvements: Every trial that was better than all before it, in order; of equals, the first.
        stop_reached_at: Evaluations until the fitness to stop at was reached; None if it was not, or none was set.
        exhausted: Whether the task ended early because the search had nothing new to ask.
        transfers: What was transferred to the task.
        cost_s: Seconds that the evaluations cost, or stand for.
    """

    evaluations: int = 0
    failed: int = 0
    improvements: tuple[NewBest, ...] = ()
    stop_reached_at: int | None = None
    exhausted: bool = False
    transfers: Transfers = Transfers()
    cost_s: float = 0.0

    def after(self, trial: Trial, stop_at: float = math.inf) -> TaskProgress:
        """With one more trial of the task; a repeat changes nothing.

        Args:
            trial: The trial.
            stop_at: A fitness at which the task stops.
        """
        if trial.repeat:
            return self
        evaluations, fitness = self.evaluations + 1, trial.fitness
        improvements, stop_reached_at = self.improvements, self.stop_reached_at
        if fitness is not None and (not improvements or fitness > improvements[-1].fitness):
            improvements = (*improvements, NewBest(evaluations, trial, fitness))
            if fitness >= stop_at and stop_reached_at is None:
                stop_reached_at = evaluations
        transfers = self.transfers
        if trial.proposal.source_task is not None:
            transfers = replace(transfers, proposed=transfers.proposed + 1)
        return TaskProgress(
            evaluations,
            self.failed + (fitness is None),
            improvements,
            stop_reached_at,
            self.exhausted,
            transfers,
            self.cost_s + trial.evaluation.cost_s,
        )

    @property
    def best(self) -> Trial | None:
        """The first trial with the best fitness (the incumbent); None if everything failed."""
        return self.improvements[-1].trial if self.improvements else None

    @property
    def fitness(self) -> float | None:
        """The incumbent's fitness, higher is better; None without one."""
        return self.improvements[-1].fitness if self.improvements else None

    @property
    def evaluations_to_best(self) -> int:
        """Evaluations until the incumbent was found, itself included; 0 without one."""
        return self.improvements[-1].evaluation if self.improvements else 0

    @property
    def closed(self) -> bool:
        """Whether the task has ended, even with evaluations left."""
        return self.exhausted or self.stop_reached_at is not None

    def incumbents(self) -> list[float | None]:
        """Best fitness after each of the evaluations; None while all have failed."""
        curve: list[float | None] = []
        fitness: float | None = None
        for improvement in self.improvements:
            curve += [fitness] * (improvement.evaluation - 1 - len(curve))
            fitness = improvement.fitness
        return curve + [fitness] * (self.evaluations - len(curve))


def progress_of(
    trials: Iterable[Trial], tasks: Iterable[str], stop_at: Mapping[str, float] | None = None
) -> dict[str, TaskProgress]:
    """How far each task has come after trials in order, as far as trials tell.

    Args:
        trials: Of all tasks, repeats included; those of other tasks are left out.
        tasks: Names of the tasks.
        stop_at: Per task, a fitness at which it stops.
    """
    limits = stop_at or {}
    progress = {task: TaskProgress() for task in tasks}
    for trial in trials:
        if trial.task in progress:
            progress[trial.task] = progress[trial.task].after(trial, limits.get(trial.task, math.inf))
    return progress


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search has come after a generation.

    Attributes:
        generation: The generation that was asked.
        trials: The new trials, in order, repeats included.
        tasks: How far each task has come.
        search_s: Wall-clock seconds spent in the search itself so far.
    """

    generation: int
    trials: tuple[Trial, ...]
    tasks: Mapping[str, TaskProgress]
    search_s: float = 0.0


@dataclass(frozen=True, slots=True)
class RunProgress:
    """How far a run has come at any moment, within a generation too.

    Attributes:
        seed: The run's seed, which tells it from the other repeats.
        tasks: How far each task has come, with the answers that are there of the generation under way.
        running: Evaluations that have begun and not ended, per task; only of evaluators that take long.
        doing: What the one that is under way has come to, in words; empty where none says.
    """

    seed: int = 0
    tasks: Mapping[str, TaskProgress] = field(default_factory=dict)
    running: Mapping[str, int] = field(default_factory=dict)
    doing: str = ""


@dataclass(frozen=True, slots=True)
class SweepProgress:
    """How far a sweep has come.

    Attributes:
        done: Finished runs, those found finished included.
        total: All runs.
        found: Runs that were finished before.
        left_s: Estimated seconds until the end; None while nothing is known.
    """

    done: int
    total: int
    found: int
    left_s: float | None = None
