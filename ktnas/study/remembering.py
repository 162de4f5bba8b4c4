"""A steady form that is told what it chose before: a search that goes on from its record fits nothing again."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ktnas.algorithms.base import Search
from ktnas.algorithms.steady.base import SteadySearch
from ktnas.algorithms.steady.forms import steadily
from ktnas.problem.pending import Pending
from ktnas.problem.task import Problem
from ktnas.problem.trial import Proposal, Trial
from ktnas.rng import Streams
from ktnas.runner.ledger import Transferring
from ktnas.transfer.outcome import Outcome


@dataclass(slots=True)
class RememberingForm:
    """Chooses what it is given to choose, and after that as the form beneath; fulfils `SteadySearch`.

    Attributes:
        form: Chooses.
        given: What it chose before, question by question; taken from the front.
        chosen: What was chosen since it was last emptied.
    """

    form: SteadySearch[Any]
    given: deque[tuple[Proposal, ...]] = field(default_factory=deque)
    chosen: list[tuple[Proposal, ...]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.form.name

    def start(self, problem: Problem) -> object:
        return self.form.start(problem)

    def ask(
        self, state: object, remaining: Mapping[str, int], pending: Sequence[Pending], streams: Streams
    ) -> Sequence[Proposal]:
        if self.given:
            return self.given.popleft()
        proposals = tuple(self.form.ask(state, remaining, pending, streams))
        self.chosen.append(proposals)
        return proposals

    def tell(self, state: object, trial: Trial, pending: Sequence[Pending]) -> object:
        return self.form.tell(state, trial, pending)

    def generation(self, state: object) -> int:
        return self.form.generation(state)


@dataclass(slots=True)
class _WithTransfers(RememberingForm):
    """One of a search that moves architectures between tasks; fulfils `Transferring`, too."""

    def outcomes(self, state: object) -> Mapping[str, tuple[Outcome, ...]]:
        """As the form beneath."""
        return self.form.outcomes(state) if isinstance(self.form, Transferring) else {}

    def skipped(self, state: object) -> Mapping[str, int]:
        """As the form beneath."""
        return self.form.skipped(state) if isinstance(self.form, Transferring) else {}


def remembering(search: Search[object]) -> RememberingForm:
    """The steady form of a search, which remembers."""
    form = steadily(search)
    return _WithTransfers(form) if isinstance(form, Transferring) else RememberingForm(form)
