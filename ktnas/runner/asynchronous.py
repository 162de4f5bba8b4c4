"""An asynchronous search as a state machine: asked for one evaluation at a time, told answers in whatever order.

It neither evaluates nor waits, and knows no clock: what it comes to is a function of the seed and of the order of the
calls, so that the same calls bring back the same search. `ktnas.runner.steady_loop` drives it, and so may anybody:

>>> from ktnas.algorithms.random_search import RandomSearch
>>> from ktnas.problem import Budget, Evaluation, Problem, Task
>>> from ktnas.spaces.categorical import Categorical
>>> search = Asynchronous(Problem(Categorical((4, 4)), (Task("sum"),)), RandomSearch(), Budget(3), seed=0)
>>> first, second = search.ask(), search.ask()
>>> [trial.fitness for trial in search.tell(second.number, Evaluation(sum(second.proposal.genotype)))]
[4]
>>> [one.number for one in search.pending], search.ended
([0], False)
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ktnas.algorithms.base import Search
from ktnas.algorithms.steady.base import SteadySearch
from ktnas.algorithms.steady.forms import steadily
from ktnas.errors import ConfigurationError
from ktnas.problem.budget import Budget, check
from ktnas.problem.pending import Pending
from ktnas.problem.progress import TaskProgress
from ktnas.problem.task import Problem
from ktnas.problem.trial import Evaluation, History, Proposal, Question, Trial
from ktnas.records.asked import HandedOut
from ktnas.rng import Streams
from ktnas.runner.ledger import STALLED_AFTER, Ledger, Transferring
from ktnas.transfer.outcome import Outcome


class Asynchronous:
    """A search that is asked and told step by step; the only mutable thing in an asynchronous run.

    Args:
        problem: What is searched.
        search: The algorithm, in its steady form (`ktnas.algorithms.steady.steadily`).
        budget: When it stops.
        seed: Seed of every random stream, not negative.
        told: Called with new trials before the search is told: whoever records, records here.
        asked: Called when something is handed out, before it is.
        form: Another steady form than the algorithm's own, such as one that remembers what it was asked.

    Raises:
        ConfigurationError: If the budget or the seed does not suit the problem.
    """

    def __init__(
        self,
        problem: Problem,
        search: Search[Any],
        budget: Budget,
        seed: int,
        *,
        told: Callable[[tuple[Trial, ...]], object] | None = None,
        asked: Callable[[HandedOut], object] | None = None,
        form: SteadySearch[Any] | None = None,
    ) -> None:
        check(problem, budget, seed)
        self._form = steadily(search) if form is None else form
        self._state = self._form.start(problem)
        self._ledger = Ledger(problem, budget)
        self._streams = Streams(seed)
        self._told, self._asked = told, asked
        self._questions = self._numbers = 0
        self._pending: dict[int, Pending] = {}
        """All that was asked and is not told, in the order asked: handed out, about to be, or repeats of such."""
        self._queue: deque[Pending] = deque()
        self._out: dict[Question, int] = {}
        self._echoes: dict[Question, list[Pending]] = {}

    @property
    def pending(self) -> tuple[Pending, ...]:
        """What was handed out and is not told, in that order."""
        return tuple(self._pending[number] for number in self._out.values())

    @property
    def history(self) -> History:
        """Every trial, in the order told."""
        return self._ledger.history

    @property
    def generation(self) -> int:
        """The search's generation: answers it was told."""
        return self._form.generation(self._state)

    @property
    def ended(self) -> bool:
        """Whether nothing is pending and nothing is left to ask."""
        return not self._pending and not self._ledger.begin()

    def results(self) -> dict[str, TaskProgress]:
        """How far each task has come."""
        return self._ledger.results(self._transferring(), self._state)

    def outcomes(self) -> Mapping[str, tuple[Outcome, ...]]:
        """Judged transfers per target task, oldest first; empty where the search transfers nothing."""
        transferring = self._transferring()
        return {} if transferring is None else transferring.outcomes(self._state)

    def _transferring(self) -> Transferring | None:
        return self._form if isinstance(self._form, Transferring) else None

    def ask(self) -> Pending | None:
        """What to evaluate next; None where the search has to be told first, or is at its end.

        Architectures that the task knows are no evaluations: they are told as repeats on the way.
        """
        seen, before = len(self.history), self._numbers
        given = self._next()
        if self._asked is not None and (given is not None or self._numbers > before or len(self.history) > seen):
            self._asked(HandedOut(seen, given))
        return given

    def tell(self, number: int, evaluation: Evaluation) -> tuple[Trial, ...]:
        """Tell an answer.

        Args:
            number: That of the pending evaluation.
            evaluation: The answer; a failure is one too.

        Returns:
            The new trial, and after it those of equal proposals that waited for it, as repeats.

        Raises:
            ConfigurationError: If nothing of that number is pending.
        """
        one = self._pending.get(number)
        if one is None or self._out.get(one.question) != number:
            waiting = ", ".join(str(pending.number) for pending in self.pending) or "none"
            raise ConfigurationError(f"evaluation {number} is not pending: it was never asked, or is told already; "
                                     f"pending: {waiting}")  # fmt: skip
        del self._out[one.question]
        echoes = self._echoes.pop(one.question, [])
        return self._settle([one, *echoes], evaluation, known=False)

    def _next(self) -> Pending | None:
        while True:
            while self._queue:
                one = self._queue.popleft()
                known = self.history.find(*one.question)
                if known is not None:
                    self._ledger.idle[one.task] += 1
                    self._settle([one], known, known=True)
                elif one.question in self._out:
                    self._ledger.idle[one.task] += 1
                    self._echoes.setdefault(one.question, []).append(one)
                else:
                    self._ledger.idle[one.task] = 0
                    self._out[one.question] = one.number
                    return one
            remaining = self._remaining()
            if not remaining or not self._enqueue(remaining):
                return None

    def _remaining(self) -> dict[str, int]:
        """Evaluations left per open task, beyond those pending."""
        left = self._ledger.begin()
        for one in (*self.pending, *self._queue):
            if one.task in left:
                left[one.task] -= 1
        return {task: count for task, count in left.items() if count > 0}

    def _enqueue(self, remaining: dict[str, int]) -> bool:
        """Ask the search; whether it wants anything."""
        streams = self._streams.child("question", self._questions) if self._questions else self._streams
        pending = tuple(self._pending.values())
        proposals = self._form.ask(self._state, remaining, pending, streams)
        if not proposals:
            if not pending:
                self._ledger.exhaust()
            return False
        self._questions += 1
        generation, left = self.generation, dict(remaining)
        for proposal in proposals:
            if left.get(proposal.task, 0) > 0:
                left[proposal.task] -= self._is_new(proposal)
                one = Pending(self._numbers, generation, proposal)
                self._numbers += 1
                self._pending[one.number] = one
                self._queue.append(one)
        return True

    def _is_new(self, proposal: Proposal) -> bool:
        question = (proposal.task, proposal.genotype)
        return self.history.find(*question) is None and question not in self._out

    def _settle(self, answered: Sequence[Pending], evaluation: Evaluation, *, known: bool) -> tuple[Trial, ...]:
        """Record an answer to equal proposals, and tell the search."""
        trials = tuple(
            Trial(one.generation, one.proposal, evaluation, repeat=known or i > 0) for i, one in enumerate(answered)
        )
        for trial in trials:
            self._ledger.record(trial)
        if self._told is not None:
            self._told(trials)
        task = trials[0].task
        if not known and self._ledger.idle[task] >= STALLED_AFTER:
            self._ledger.idle[task] = 0  # it knows more than when it found nothing new
        if self._ledger.tasks[task].stop_reached_at is not None:
            self._drop(task)
        for one, trial in zip(answered, trials, strict=True):
            self._state = self._form.tell(self._state, trial, tuple(self._pending.values()))
            del self._pending[one.number]
        return trials

    def _drop(self, task: str) -> None:
        """Forget what of a task was not handed out yet."""
        for one in [one for one in self._queue if one.task == task]:
            self._queue.remove(one)
            del self._pending[one.number]


def replay(search: Asynchronous, asked: Sequence[HandedOut], trials: Sequence[Trial]) -> None:
    """Bring an asynchronous search to where a record leaves it.

    Args:
        search: At its beginning.
        asked: What was handed out, in order.
        trials: What was told, in order.

    Raises:
        ConfigurationError: If the search now comes to something else: the record is of another problem, version or
            seed, or was changed.
    """
    for line in asked:
        _tell_until(search, trials, line.seen)
        given = search.ask()
        if given != line.pending:
            raise ConfigurationError(
                f"the search now hands out {_text(given)} where {_text(line.pending)} is recorded, so another version "
                "of the program or of the data wrote the record, or it was changed since; choose another --out"
            )
    _tell_until(search, trials, len(trials))


def _tell_until(search: Asynchronous, trials: Sequence[Trial], seen: int) -> None:
    while len(search.history) < min(seen, len(trials)):
        trial = trials[len(search.history)]
        number = next((p.number for p in search.pending if p.question == (trial.task, trial.genotype)), None)
        before = len(search.history)
        if number is not None:
            search.tell(number, trial.evaluation)
        else:
            search.ask()  # a repeat that was told while it was asked, before the end of a record that was cut off
        if len(search.history) == before:
            raise ConfigurationError(
                f"trial {before + 1} of the record, {trial.genotype} on task {trial.task!r}, was told but never asked: "
                "the record was changed, or is incomplete; choose another --out"
            )
    if len(search.history) < seen:
        raise ConfigurationError(
            f"the record holds {len(trials)} trials, and was asked for more when there were {seen}: it is incomplete; "
            "choose another --out"
        )


def _text(pending: Pending | None) -> str:
    return "nothing" if pending is None else f"{pending.proposal.genotype} on task {pending.task!r}"
