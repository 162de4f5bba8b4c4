"""Evaluations under way: what an asynchronous search has asked for and was not told yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ktnas.problem.trial import Evaluation, History, Proposal, Question, Trial


@dataclass(frozen=True, slots=True)
class Pending:
    """An evaluation that was asked for and is not told yet.

    Attributes:
        number: How many were asked for before it in this run: its name there, from 0.
        generation: The search's generation it was asked in: in its steady form, how many answers it had been told.
        proposal: What was asked.
    """

    number: int
    generation: int
    proposal: Proposal

    @property
    def task(self) -> str:
        """Name of the task."""
        return self.proposal.task

    @property
    def question(self) -> Question:
        """Task and architecture."""
        return self.proposal.task, self.proposal.genotype


NOT_YET = Evaluation.failed("not told yet")
"""What stands for the answer of a pending evaluation where a search may neither ask again nor learn from it."""


def with_pending(history: History, pending: Iterable[Pending]) -> History:
    """A history in which pending evaluations are known, and have no fitness; the given one is not changed."""
    return history.branched([Trial(one.generation, one.proposal, NOT_YET) for one in pending])


def of_task(pending: Sequence[Pending], task: str) -> list[Pending]:
    """Those of one task, in the order asked."""
    return [one for one in pending if one.task == task]
