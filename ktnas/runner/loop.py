"""The loop that joins a search with a source of fitness: the only clock. What counts is in `ktnas.runner.ledger`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import TypeVar

from threadpoolctl import threadpool_limits

from ktnas.algorithms.base import Search
from ktnas.evaluation.protocol import BatchEvaluator, Evaluate
from ktnas.evaluation.told import Told
from ktnas.problem.budget import Budget, check
from ktnas.problem.callback import Answered, Asked, Callback, Callbacks, Ended, StopSearch
from ktnas.problem.progress import Progress, TaskProgress
from ktnas.problem.task import Problem
from ktnas.problem.trial import Evaluation, History, Question, Trial
from ktnas.rng import Streams
from ktnas.runner.ledger import Ledger, Transferring
from ktnas.transfer.outcome import Outcome

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Result:
    """A finished search.

    Attributes:
        problem: What was searched.
        history: Every trial, in order.
        tasks: How far each task has come.
        total_s: Wall-clock seconds in all.
        search_s: Of these, seconds spent in the search itself, not in evaluations or callbacks.
        outcomes: Judged transfers per target task, oldest first; empty where the search transfers nothing.
        stopped: Why a callback ended the search; None if it came to its end.
    """

    problem: Problem
    history: History
    tasks: Mapping[str, TaskProgress]
    total_s: float
    search_s: float
    outcomes: Mapping[str, tuple[Outcome, ...]] = field(default_factory=dict)
    stopped: str | None = None


def run(
    problem: Problem,
    search: Search[S],
    evaluate: Evaluate,
    *,
    budget: Budget,
    seed: int,
    callback: Callback | None = None,
) -> Result:
    """Search until every task has used its evaluations, reached its fitness, or has nothing new to ask.

    Args:
        problem: Space, tasks, and who donates to whom.
        search: The algorithm.
        evaluate: The source of fitness. One that is a `BatchEvaluator` tells callbacks itself of evaluations.
        budget: When to stop.
        seed: Seed of every random stream, not negative.
        callback: Told of everything; it may end the search, but changes nothing that is asked until then.

    Returns:
        What was found. Where a callback ended the search within a generation, that is without what the search would
        have made of the part that was answered; the answers are in the history.

    Raises:
        ConfigurationError: If the budget or the seed does not suit the problem; nothing has been evaluated then.
    """
    check(problem, budget, seed)
    callbacks = Callbacks.of(callback)
    callbacks.start(seed, problem.names)
    with threadpool_limits(1):  # the same bits whatever the number of cores; and small matrices gain nothing from more
        return _run(problem, search, evaluate, Ledger(problem, budget), Streams(seed), callbacks)


def _run(
    problem: Problem,
    search: Search[S],
    evaluate: Evaluate,
    ledger: Ledger,
    streams: Streams,
    callbacks: Callbacks,
) -> Result:
    began = perf_counter()
    state = search.start(problem)
    search_s = perf_counter() - began
    transferring = search if isinstance(search, Transferring) else None  # once: the check is slow
    if callbacks.of_evaluations and not isinstance(evaluate, BatchEvaluator | Told):
        evaluate = Told(evaluate, callbacks)
    while callbacks.stopped is None and (remaining := ledger.begin()):
        clock = perf_counter()
        generation = search.generation(state)
        proposals = search.ask(state, remaining, streams)
        search_s += perf_counter() - clock
        if not proposals:
            ledger.exhaust()
            break
        trials, complete = _answered(Asked(generation, tuple(proposals)), ledger, evaluate, callbacks)
        callbacks.generation_answered(Answered(generation, trials))  # on disk before the search acts on it
        if not complete:
            break
        clock = perf_counter()
        state = search.tell(state, trials)
        search_s += perf_counter() - clock
        callbacks.generation_finished(Progress(generation, trials, ledger.results(transferring, state), search_s))
    results = ledger.results(transferring, state)
    outcomes = {} if transferring is None else transferring.outcomes(state)
    stopped = callbacks.stopped if ledger.begin() else None
    callbacks.search_ended(Ended(results, stopped))
    return Result(problem, ledger.history, results, perf_counter() - began, search_s, outcomes, stopped)


def _answered(asked: Asked, ledger: Ledger, evaluate: Evaluate, callbacks: Callbacks) -> tuple[tuple[Trial, ...], bool]:
    """The trials of a generation, which the ledger then holds, and whether a callback let it be answered whole."""
    callbacks.generation_asked(asked)
    _expect(asked, ledger, evaluate, callbacks)
    return ledger.answer(asked, lambda question: _answer(question, evaluate, callbacks))


def _expect(asked: Asked, ledger: Ledger, evaluate: Evaluate, callbacks: Callbacks) -> None:
    if callbacks.stopped is None and isinstance(evaluate, BatchEvaluator):
        try:
            evaluate.expect(ledger.questions(asked.proposals), ledger.history)
        except StopSearch as stop:
            callbacks.stop(str(stop))


def _answer(question: Question, evaluate: Evaluate, callbacks: Callbacks) -> Evaluation | None:
    """An answer; once a callback has ended the search, only one that was there by then."""
    if callbacks.stopped is None:
        try:
            return evaluate(*question)
        except StopSearch as stop:
            callbacks.stop(str(stop))
    return callbacks.arrived(question)
