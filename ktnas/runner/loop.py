"""The loop that joins a search with a source of fitness: the only clock, and the only place that counts.

One evaluation is the first query of an architecture on a task. A repeat is answered from the history, costs
nothing, is recorded as such and does not count. That holds for migrants as for everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Protocol, TypeVar, runtime_checkable

from threadpoolctl import threadpool_limits

from ktnas.algorithms import Search
from ktnas.evaluation.protocol import BatchEvaluator, Evaluate, Question
from ktnas.problem.budget import Budget, check
from ktnas.problem.progress import Progress, TaskResult, Transfers
from ktnas.problem.task import Problem
from ktnas.problem.trial import History, Proposal, Trial
from ktnas.rng import Streams
from ktnas.transfer.outcome import Outcome

S = TypeVar("S")


STALLED_AFTER = 300
"""A task ends early once this many questions in a row brought it no architecture it had not evaluated."""


@runtime_checkable
class Transferring(Protocol):
    """A search that moves architectures between tasks and can say what became of it."""

    def outcomes(self, state: object) -> Mapping[str, tuple[Outcome, ...]]:
        """Judged transfers per target task, oldest first."""

    def skipped(self, state: object) -> Mapping[str, int]:
        """Generations per target task without a migrant, although there were donors."""


Observer = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Result:
    """A finished search.

    Attributes:
        problem: What was searched.
        history: Every trial, in order.
        tasks: How far each task has come.
        total_s: Wall-clock seconds in all.
        search_s: Of these, seconds spent in the search itself, not in evaluations or observers.
        outcomes: Judged transfers per target task, oldest first; empty where the search transfers nothing.
    """

    problem: Problem
    history: History
    tasks: Mapping[str, TaskResult]
    total_s: float
    search_s: float
    outcomes: Mapping[str, tuple[Outcome, ...]] = field(default_factory=dict)


class _Ledger:
    """Counts of one run; the only mutable thing in it."""

    def __init__(self, problem: Problem, budget: Budget) -> None:
        self.budget = budget
        self.history = History()
        self.evaluations = dict.fromkeys(problem.names, 0)
        self.failed = dict.fromkeys(problem.names, 0)
        self.cost_s = dict.fromkeys(problem.names, 0.0)
        self.migrants = dict.fromkeys(problem.names, 0)
        self.to_best = dict.fromkeys(problem.names, 0)
        self.idle = dict.fromkeys(problem.names, 0)
        self.best: dict[str, Trial] = {}
        self.stopped_at: dict[str, int] = {}

    def open(self, task: str) -> bool:
        left = self.evaluations[task] < self.budget.evaluations
        return left and task not in self.stopped_at and self.idle[task] < STALLED_AFTER

    def remaining(self) -> dict[str, int]:
        return {t: self.budget.evaluations - n for t, n in self.evaluations.items() if self.open(t)}

    def record(self, trial: Trial) -> None:
        task, fitness = trial.task, trial.fitness
        self.history = self.history.extended((trial,))
        if trial.repeat:
            return
        self.evaluations[task] += 1
        self.cost_s[task] += trial.evaluation.cost_s
        self.migrants[task] += trial.proposal.source_task is not None
        if fitness is None:
            self.failed[task] += 1
            return
        best = self.best.get(task)
        if best is None or best.fitness is None or fitness > best.fitness:
            self.best[task] = trial
            self.to_best[task] = self.evaluations[task]
            if fitness >= self.budget.stop_at.get(task, float("inf")):
                self.stopped_at[task] = self.evaluations[task]

    def results(self, search: Transferring | None, state: object) -> dict[str, TaskResult]:
        outcomes = {} if search is None else search.outcomes(state)
        skipped = {} if search is None else search.skipped(state)
        results = {}
        for task in self.evaluations:
            labels = [outcome.positive for outcome in outcomes.get(task, ())]
            transfers = Transfers(self.migrants[task], sum(labels), len(labels) - sum(labels), skipped.get(task, 0))
            results[task] = TaskResult(
                evaluations=self.evaluations[task],
                failed=self.failed[task],
                best=self.best.get(task),
                evaluations_to_best=self.to_best[task],
                stop_reached_at=self.stopped_at.get(task),
                exhausted=self.idle[task] >= STALLED_AFTER,
                transfers=transfers,
                cost_s=self.cost_s[task],
            )
        return results


def run(
    problem: Problem,
    search: Search[S],
    evaluate: Evaluate,
    *,
    budget: Budget,
    seed: int,
    observe: Observer | None = None,
) -> Result:
    """Search until every task has used its evaluations, reached its fitness, or has nothing new to ask.

    Args:
        problem: Space, tasks, and who donates to whom.
        search: The algorithm.
        evaluate: The source of fitness.
        budget: When to stop.
        seed: Seed of every random stream, not negative.
        observe: Called after every answer; it sees records and changes nothing.

    Raises:
        ConfigurationError: If the budget or the seed does not suit the problem; nothing has been evaluated then.
    """
    check(problem, budget, seed)
    with threadpool_limits(1):  # the same bits whatever the number of cores; and small matrices gain nothing from more
        return _run(problem, search, evaluate, _Ledger(problem, budget), Streams(seed), observe=observe)


def _run(
    problem: Problem,
    search: Search[S],
    evaluate: Evaluate,
    ledger: _Ledger,
    streams: Streams,
    *,
    observe: Observer | None,
) -> Result:
    began = perf_counter()
    state = search.start(problem)
    search_s = perf_counter() - began
    transferring = search if isinstance(search, Transferring) else None  # once: the check is slow
    while remaining := ledger.remaining():
        clock = perf_counter()
        generation = search.generation(state)
        proposals = search.ask(state, remaining, streams)
        search_s += perf_counter() - clock
        if not proposals:
            ledger.idle.update(dict.fromkeys(remaining, STALLED_AFTER))
            break
        trials = _answered(proposals, generation, ledger, evaluate)
        clock = perf_counter()
        state = search.tell(state, trials)
        search_s += perf_counter() - clock
        if observe is not None:
            observe(Progress(generation, trials, ledger.results(transferring, state), search_s))
    results = ledger.results(transferring, state)
    outcomes = {} if transferring is None else transferring.outcomes(state)
    return Result(problem, ledger.history, results, perf_counter() - began, search_s, outcomes)


def _answered(proposals: Sequence[Proposal], generation: int, ledger: _Ledger, evaluate: Evaluate) -> tuple[Trial, ...]:
    trials = []
    before = dict(ledger.evaluations)
    if isinstance(evaluate, BatchEvaluator):
        evaluate.expect(_new_questions(proposals, ledger), ledger.history)
    for proposal in proposals:
        task = proposal.task
        if not ledger.open(task):
            continue
        known = ledger.history.find(task, proposal.genotype)
        answer = evaluate(task, proposal.genotype) if known is None else known
        trial = Trial(generation, proposal, answer, repeat=known is not None)
        ledger.record(trial)
        trials.append(trial)
    asked = {
        trial.task for trial in trials
    } or ledger.remaining().keys()  # a task that waits for its turn has not stalled
    for task in asked:
        ledger.idle[task] = ledger.idle[task] + 1 if ledger.evaluations[task] == before[task] else 0
    return tuple(trials)


def _new_questions(proposals: Sequence[Proposal], ledger: _Ledger) -> list[Question]:
    """What of a generation has not been asked before and is within the budget, in order, each once."""
    left = ledger.remaining()
    asked = dict.fromkeys((proposal.task, proposal.genotype) for proposal in proposals)
    new: list[Question] = []
    for task, genotype in asked:
        if left.get(task, 0) and ledger.history.find(task, genotype) is None:
            left[task] -= 1
            new.append((task, genotype))
    return new
