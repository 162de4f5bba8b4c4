"""The trajectory of a run on one task: every improvement and every transfer, not every trial."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ktnas.benchmarks.base import Benchmark
from ktnas.problem.progress import TaskProgress
from ktnas.problem.task import Problem, Task
from ktnas.problem.trial import Trial
from ktnas.transfer.outcome import Outcome

_NAMED_TASKS = 3


def case_title(
    benchmark: str, tasks: Sequence[str], sources: Collection[str], budget: int, *, until_best: bool = False
) -> str:
    """What is searched and for how long, in a few words."""
    donors = [name for name in tasks if name in sources]
    others = [name for name in tasks if name not in sources]
    groups = [group for group in (donors, others) if group]
    named = " to ".join(", ".join(g) if len(g) <= _NAMED_TASKS else f"{len(g)} tasks" for g in groups)
    return f"{benchmark}: {named}, {budget} evaluations" + (", until the best" if until_best else "")


@dataclass(frozen=True, slots=True)
class Step:
    """An improvement of a task's incumbent.

    Attributes:
        evaluation: Which evaluation of the task it was, from 1.
        fitness: The new best, higher is better.
        rank: Its true rank among all listed architectures; None where nothing is listed.
    """

    evaluation: int
    fitness: float
    rank: int | None


@dataclass(frozen=True, slots=True)
class Move:
    """An architecture that was transferred to a task.

    Attributes:
        generation: The generation it was transferred in.
        evaluation: Which evaluation of the task it was, from 1.
        source: The task it came from.
        rank: Its true rank on the target; None where nothing is listed.
        positive: Whether it was judged positive; None if it was not judged.
    """

    generation: int
    evaluation: int
    source: str
    rank: int | None
    positive: bool | None


@dataclass(frozen=True, slots=True)
class Trajectory:
    """How a run went on one task, as ``runs.jsonl`` holds it; `ktnas.problem.progress.TaskProgress` with true ranks.

    Attributes:
        role: ``"source"`` or ``"target"``; ``"task"`` in a search without sources.
        metric: What is measured.
        unit: Its unit.
        minimize: Whether a smaller metric is better; fitness is then its negative.
        best_listed: Best listed fitness; None if unknown.
        evaluations: Evaluations in all, failed ones included.
        failed: Those that failed.
        skipped: Generations in which the transfer refused every candidate.
        steps: Every improvement, in order.
        moves: Every migrant, in order.
    """

    role: str
    metric: str
    unit: str
    minimize: bool
    best_listed: float | None
    evaluations: int
    failed: int
    skipped: int
    steps: tuple[Step, ...]
    moves: tuple[Move, ...]

    def at(self, evaluations: int) -> Step | None:
        """The incumbent after so many evaluations; None while all have failed."""
        return next((step for step in reversed(self.steps) if step.evaluation <= evaluations), None)

    @property
    def optimum_at(self) -> int | None:
        """Evaluations until the best listed fitness was found; None if it was not, or nothing is listed."""
        last = self.steps[-1] if self.steps else None
        reached = last is not None and self.best_listed is not None and last.fitness >= self.best_listed
        return last.evaluation if last is not None and reached else None


def trajectories(
    benchmark: Benchmark,
    problem: Problem,
    trials: Sequence[Trial],
    progress: Mapping[str, TaskProgress],
    outcomes: Mapping[str, Sequence[Outcome]],
) -> dict[str, Trajectory]:
    """How a finished search went, task by task; opens the benchmark's report, so it is for after the search only.

    Args:
        benchmark: What was searched.
        problem: Its tasks.
        trials: Of all tasks, in order, repeats included.
        progress: What they came to, per task.
        outcomes: Judged transfers per task.
    """
    migrants: dict[str, list[tuple[int, Trial]]] = {name: [] for name in problem.names}
    counts = dict.fromkeys(problem.names, 0)
    for trial in trials:
        if not trial.repeat:
            counts[trial.task] += 1
            if trial.proposal.source_task is not None:
                migrants[trial.task].append((counts[trial.task], trial))
    return {
        task.name: _trajectory(
            benchmark,
            problem,
            task,
            progress[task.name],
            _moves(benchmark, migrants[task.name], outcomes.get(task.name, ())),
        )
        for task in problem.tasks
    }


def _trajectory(
    benchmark: Benchmark, problem: Problem, task: Task, progress: TaskProgress, moves: tuple[Move, ...]
) -> Trajectory:
    steps = tuple(
        Step(i.evaluation, i.fitness, benchmark.report(task.name, i.trial.genotype).rank) for i in progress.improvements
    )
    return Trajectory(
        role=problem.role(task.name),
        metric=task.metric,
        unit=task.unit,
        minimize=task.minimize,
        best_listed=benchmark.best_fitness(task.name),
        evaluations=progress.evaluations,
        failed=progress.failed,
        skipped=progress.transfers.skipped_generations,
        steps=steps,
        moves=moves,
    )


def _moves(
    benchmark: Benchmark, migrants: Sequence[tuple[int, Trial]], outcomes: Sequence[Outcome]
) -> tuple[Move, ...]:
    positive = {(outcome.generation, outcome.genotype): outcome.positive for outcome in outcomes}
    moves = []
    for number, trial in migrants:
        source = trial.proposal.source_task
        if source is not None:
            rank = benchmark.report(trial.task, trial.genotype).rank
            judged = positive.get((trial.generation, trial.genotype))
            moves.append(Move(trial.generation, number, source, rank, judged))
    return tuple(moves)
