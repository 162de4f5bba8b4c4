"""The loop of an asynchronous run: as soon as a worker is free, it gets something to do.

Which answer comes first is up to workers and their machines; what is asked is a function of the seed and of that
order, which the record holds. So a run that was cut off goes on from exactly where it was, with what was under way
begun anew.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

from ktnas.algorithms.base import Search
from ktnas.evaluation.backend import PATIENCE_S, Backend
from ktnas.problem.budget import Budget
from ktnas.problem.callback import Answered, Asked, Callback, Callbacks, Ended
from ktnas.problem.pending import Pending
from ktnas.problem.progress import Progress
from ktnas.problem.task import Problem
from ktnas.problem.trial import Evaluation, Question, Trial
from ktnas.records.asked import HandedOut
from ktnas.runner.asynchronous import Asynchronous, replay
from ktnas.runner.loop import Result

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Earlier:
    """What is known of a run before it begins: all that its record holds, and answers from elsewhere.

    Attributes:
        asked: What was handed out, in order.
        trials: What was told, in order.
        answers: Answers to what was not told yet, by task and genotype.
    """

    asked: Sequence[HandedOut] = ()
    trials: Sequence[Trial] = ()
    answers: Mapping[Question, Evaluation] = field(default_factory=dict)


def run_asynchronously(
    problem: Problem,
    search: Search[Any],
    backend: Backend,
    *,
    budget: Budget,
    seed: int,
    callback: Callback | None = None,
    earlier: Earlier | None = None,
    handed_out: Callable[[HandedOut], object] | None = None,
) -> Result:
    """Search without generations, until every task has used its evaluations, reached its fitness, or has nothing new.

    Args:
        problem: Space, tasks, and who donates to whom.
        search: The algorithm; its steady form is asked (`ktnas.algorithms.steady.steadily`).
        backend: Where evaluations are computed. It tells callbacks itself of evaluations.
        budget: When to stop.
        seed: Seed of every random stream, not negative.
        callback: Told of everything; a generation is an answer, with the repeats that come with it.
        earlier: What is known before it begins.
        handed_out: Told of everything that is handed out, before it is.

    Returns:
        What was found. Where a callback ended the search, what was under way is not waited for.

    Raises:
        ConfigurationError: If the budget or the seed does not suit the problem, or what is known is of another run.
        KtnasError: If nothing can be evaluated any more.
    """
    callbacks = Callbacks.of(callback)
    callbacks.start(seed, problem.names, asynchronous=True)
    with threadpool_limits(1):
        run = _Run(problem, search, budget, seed, callbacks, handed_out)
        known = Earlier() if earlier is None else earlier
        replay(run.machine, known.asked, known.trials)
        return run.finished(problem, backend, known.answers)


class _Run:
    def __init__(
        self,
        problem: Problem,
        search: Search[Any],
        budget: Budget,
        seed: int,
        callbacks: Callbacks,
        handed_out: Callable[[HandedOut], object] | None,
    ) -> None:
        self.began = perf_counter()
        self.callbacks, self.handed_out = callbacks, handed_out
        self.aside_s = 0.0
        self.search_s = 0.0
        self.machine = Asynchronous(problem, search, budget, seed, told=self._told, asked=self._asked)
        self.search_s = perf_counter() - self.began

    def finished(self, problem: Problem, backend: Backend, known: Mapping[Question, Evaluation]) -> Result:
        """Hand out and tell until nothing is left."""
        machine, callbacks = self.machine, self.callbacks
        again = deque(machine.pending)  # under way when the record was cut off
        running: dict[Question, Pending] = {}
        while callbacks.stopped is None and not machine.ended:
            while len(running) < backend.workers and not self._is_stopped():
                one = again.popleft() if again else self._ask()
                if one is None:
                    break
                if one.question in known:
                    self._tell(one, known[one.question])
                    continue
                running[one.question] = one
                backend.submit(one.question, machine.history)
            for question, evaluation in backend.completed(PATIENCE_S) if running or not backend.workers else ():
                self._tell(running.pop(question), evaluation)
        results = machine.results()
        stopped = None if machine.ended else callbacks.stopped
        callbacks.search_ended(Ended(results, stopped))
        total_s = perf_counter() - self.began
        return Result(problem, machine.history, results, total_s, self.search_s, machine.outcomes(), stopped)

    def _is_stopped(self) -> bool:
        return self.callbacks.stopped is not None

    def _ask(self) -> Pending | None:
        return self._timed(self.machine.ask)

    def _tell(self, one: Pending, evaluation: Evaluation) -> None:
        trials = self._timed(lambda: self.machine.tell(one.number, evaluation))
        self.callbacks.generation_finished(
            Progress(trials[0].generation, trials, self.machine.results(), self.search_s)
        )

    def _timed(self, step: Callable[[], T]) -> T:
        """A step of the search, whose time counts without that of callbacks within it."""
        began, self.aside_s = perf_counter(), 0.0
        try:
            return step()
        finally:
            self.search_s += perf_counter() - began - self.aside_s

    def _told(self, trials: tuple[Trial, ...]) -> None:
        began = perf_counter()
        self.callbacks.generation_answered(Answered(trials[0].generation, trials))
        self.aside_s += perf_counter() - began

    def _asked(self, handed: HandedOut) -> None:
        began = perf_counter()
        if self.handed_out is not None:
            self.handed_out(handed)
        if handed.pending is not None:
            self.callbacks.generation_asked(Asked(handed.pending.generation, (handed.pending.proposal,)))
        self.aside_s += perf_counter() - began
