"""Searches with several workers on a simulated clock: evaluations take the seconds that a table says, searching none.

A run comes to when each evaluation ended, how long workers were busy, and the ranks of the best by then.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ktnas.benchmarks.table import TableBenchmark
from ktnas.problem.budget import Budget
from ktnas.problem.callback import Answered, Callback
from ktnas.problem.pending import Pending
from ktnas.problem.task import Problem
from ktnas.problem.trial import Trial
from ktnas.runner.asynchronous import Asynchronous


@dataclass(frozen=True, slots=True)
class Clocked:
    """What a run with several workers came to.

    Attributes:
        workers: Number of workers.
        end_s: When the last evaluation ended, in simulated seconds.
        busy_s: Seconds that workers evaluated, over all of them.
        steps: When something better was found than before on its task: time, task, true rank.
    """

    workers: int
    end_s: float
    busy_s: float
    steps: tuple[tuple[float, str, int], ...]

    @property
    def idle(self) -> float:
        """Share of the workers' time that they waited, in [0, 1]."""
        return 1 - self.busy_s / (self.workers * self.end_s)

    def ranks_at(self, seconds: float) -> Mapping[str, int]:
        """The true rank of the best found by then, by task; tasks without any are absent."""
        return {task: rank for at, task, rank in self.steps if at <= seconds}


def steady(search: Asynchronous, benchmark: TableBenchmark, workers: int) -> Clocked:
    """A search whose workers get something to do as soon as they are free."""
    busy: list[tuple[float, int, Pending]] = []
    now, told = 0.0, []
    while not search.ended:
        while len(busy) < workers and (one := search.ask()) is not None:
            heapq.heappush(busy, (now + benchmark.evaluate(*one.question).cost_s, one.number, one))
        now, number, one = heapq.heappop(busy)
        told += [(now, trial) for trial in search.tell(number, benchmark.evaluate(*one.question))]
    return _clocked(told, benchmark, workers)


@dataclass(slots=True)
class Generations(Callback):
    """Notes what each question of a synchronous search evaluates."""

    asked: list[tuple[Trial, ...]] = field(default_factory=list)

    def generation_answered(self, answered: Answered) -> None:
        self.asked.append(answered.trials)

    def on(self, workers: int, benchmark: TableBenchmark) -> Clocked:
        """The same search on so many workers: a question begins when all of the one before is answered."""
        now, told = 0.0, []
        for trials in self.asked:
            free = [now] * workers
            for trial in trials:
                if not trial.repeat:
                    end = heapq.heappop(free) + trial.evaluation.cost_s
                    heapq.heappush(free, end)
                    told.append((end, trial))
            now = max(free)
        return _clocked(sorted(told, key=lambda pair: pair[0]), benchmark, workers)


def _clocked(told: Sequence[tuple[float, Trial]], benchmark: TableBenchmark, workers: int) -> Clocked:
    best: dict[str, float] = {}
    steps: list[tuple[float, str, int]] = []
    for at, trial in told:
        if trial.fitness is not None and trial.fitness > best.get(trial.task, float("-inf")):
            best[trial.task] = trial.fitness
            steps.append((at, trial.task, benchmark.report(trial.task, trial.genotype).rank or 0))
    busy = sum(trial.evaluation.cost_s for _, trial in told if not trial.repeat)
    return Clocked(workers, max(at for at, _ in told), busy, tuple(steps))


def problem_of(benchmark: TableBenchmark) -> Problem:
    """All tasks of a benchmark, which donate to one another."""
    return Problem(benchmark.space, benchmark.tasks)


def budget_of(evaluations: int) -> Budget:
    """So many evaluations per task."""
    return Budget(evaluations)
