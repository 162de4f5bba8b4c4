"""A search whose questions are answered from outside, one by one and in any order: the loop without an evaluator.

The search asks a batch of proposals, and is told all of it at once, in the order asked: so the answers' order of
arrival changes nothing, and the trials are those of `ktnas.runner.loop.run` with an evaluator that answers the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from typing import Generic, TypeVar

from threadpoolctl import threadpool_limits

from ktnas.algorithms.base import Search
from ktnas.problem.budget import Budget, check
from ktnas.problem.callback import Asked
from ktnas.problem.progress import TaskProgress
from ktnas.problem.task import Problem
from ktnas.problem.trial import Evaluation, History, Proposal, Question, Trial
from ktnas.rng import Streams
from ktnas.runner.ledger import Ledger, Transferring

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class OpenBatch:
    """What a search has asked at once.

    Attributes:
        number: Which batch of the run it is, from 0.
        asked: All of it, repeats and what exceeds the budget included.
        questions: What of it is to be evaluated, in order, each once.
    """

    number: int
    asked: Asked
    questions: tuple[Question, ...]

    def proposal(self, question: Question) -> Proposal:
        """The first proposal of a question."""
        return next(one for one in self.asked.proposals if (one.task, one.genotype) == question)


class Stepwise(Generic[S]):
    """A search that stands between two answers.

    Attributes:
        known: Answers that are there.
        batch: What is to be answered next; None once the search has come to its end, or while it has not been asked.
        trials: Of complete batches, each by itself.
    """

    def __init__(
        self,
        problem: Problem,
        search: Search[S],
        budget: Budget,
        seed: int,
        known: Mapping[Question, Evaluation] | None = None,
    ) -> None:
        """The search before its first question.

        Args:
            problem: What is searched.
            search: The algorithm.
            budget: When to stop.
            seed: Seed of every random stream, not negative.
            known: Answers that are there already.

        Raises:
            ConfigurationError: If the budget or the seed does not suit the problem.
        """
        check(problem, budget, seed)
        self._search, self._streams = search, Streams(seed)
        self._state = search.start(problem)
        self._ledger = Ledger(problem, budget)
        self._number = 0
        self.known: dict[Question, Evaluation] = dict(known or {})
        self.batch: OpenBatch | None = None
        self.trials: list[tuple[Trial, ...]] = []

    @property
    def number(self) -> int:
        """Batches that are complete."""
        return self._number

    @property
    def history(self) -> History:
        """The trials of complete batches."""
        return self._ledger.history

    @property
    def ended(self) -> bool:
        """Whether nothing is to be asked any more."""
        return self.batch is None and not self._ledger.begin()

    @property
    def questions(self) -> set[Question]:
        """All that was asked so far, of the open batch too."""
        asked = {(trial.task, trial.genotype) for trial in self.history}
        return asked if self.batch is None else asked | set(self.batch.questions)

    def results(self) -> Mapping[str, TaskProgress]:
        """How far each task has come by complete batches."""
        search = self._search if isinstance(self._search, Transferring) else None
        return self._ledger.results(search, self._state)

    def ask(self, recorded: Asked | None = None) -> OpenBatch | None:
        """The batch that is to be answered next: the present one, or a new one; None at the end.

        Args:
            recorded: What the search is known to have asked at this point; it is asked itself if None.
        """
        while self.batch is None and (left := self._ledger.begin()):
            if recorded is None:
                with threadpool_limits(1):
                    proposals = tuple(self._search.ask(self._state, left, self._streams))
                asked = Asked(self._search.generation(self._state), proposals)
            else:
                asked, recorded = recorded, None
            if not asked.proposals:
                self._ledger.exhaust()
                return None
            self.batch = OpenBatch(self._number, asked, tuple(self._ledger.questions(asked.proposals)))
            if not self.batch.questions:  # repeats alone: answered from the history
                self._answer()
        return self.batch

    def _answer(self) -> None:
        """Tell the search the answers of the whole batch, which are known."""
        if self.batch is None:
            return
        trials, _ = self._ledger.answer(self.batch.asked, self.known.__getitem__)
        self.trials.append(trials)
        with threadpool_limits(1):
            self._state = self._search.tell(self._state, trials)
        self._number += 1
        self.batch = None

    def advance(
        self, answers: Mapping[Question, Evaluation] | None = None, recorded: Mapping[int, Asked] | None = None
    ) -> None:
        """Go on as far as answers reach.

        Args:
            answers: Some that are new.
            recorded: What the search is known to have asked, by the batch's number; beyond that it is asked.
        """
        self.known.update(answers or {})
        asked = recorded or {}
        while (batch := self.ask(asked.get(self._number))) and all(one in self.known for one in batch.questions):
            self._answer()

    def fork(self) -> Stepwise[S]:
        """Another one that stands where this one does; what becomes of one changes nothing in the other."""
        other = copy(self)
        other._ledger = self._ledger.fork()
        other.known, other.trials = dict(self.known), list(self.trials)
        return other
