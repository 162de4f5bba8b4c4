"""A search of which the first questions are known: it is told their answers without being asked.

The state of a search is a fold of ``tell`` over its trials and ``ask`` changes nothing, so it comes to the same; what
is saved are the models that chose the questions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from ktnas.algorithms.base import Search
from ktnas.problem.task import Problem
from ktnas.problem.trial import Proposal, Trial
from ktnas.rng import Streams
from ktnas.runner.ledger import Transferring
from ktnas.transfer.outcome import Outcome

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class ReplayedState(Generic[S]):
    """The state of the search, and how many of its questions have been answered."""

    inner: S
    answered: int


@dataclass(frozen=True, slots=True)
class Replayed(Generic[S]):
    """A search with known first questions.

    Attributes:
        search: The search.
        questions: What it is known to ask first, question by question.
    """

    search: Search[S]
    questions: Sequence[Sequence[Proposal]]

    @property
    def name(self) -> str:
        return self.search.name

    def start(self, problem: Problem) -> ReplayedState[S]:
        return ReplayedState(self.search.start(problem), 0)

    def ask(self, state: ReplayedState[S], remaining: Mapping[str, int], streams: Streams) -> Sequence[Proposal]:
        """What is known, as long as anything is."""
        if state.answered < len(self.questions):
            return self.questions[state.answered]
        return self.search.ask(state.inner, remaining, streams)

    def tell(self, state: ReplayedState[S], trials: Sequence[Trial]) -> ReplayedState[S]:
        return ReplayedState(self.search.tell(state.inner, trials), state.answered + 1)

    def generation(self, state: ReplayedState[S]) -> int:
        return self.search.generation(state.inner)


@dataclass(frozen=True, slots=True)
class _ReplayedTransfers(Replayed[S]):
    """One that says what became of transfers."""

    def outcomes(self, state: object) -> Mapping[str, tuple[Outcome, ...]]:
        return cast("Transferring", self.search).outcomes(cast("ReplayedState[S]", state).inner)

    def skipped(self, state: object) -> Mapping[str, int]:
        return cast("Transferring", self.search).skipped(cast("ReplayedState[S]", state).inner)


def replayed(search: Search[S], questions: Sequence[Sequence[Proposal]]) -> Search[object]:
    """The search, told the answers to its first questions without being asked."""
    kind = _ReplayedTransfers if isinstance(search, Transferring) else Replayed
    return cast("Search[object]", kind(search, questions))
