"""What a search's steady form promises: it is told one answer at a time, and asked while others are pending."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from ktnas.problem.pending import Pending
from ktnas.problem.task import Problem
from ktnas.problem.trial import Proposal, Trial
from ktnas.rng import Streams

S = TypeVar("S")


class SteadySearch(Protocol[S]):
    """A search without generations to wait for. Its fields are its whole configuration; ``S`` is its immutable state.

    What it does is a function of the seed and of the order in which it is asked and told.
    """

    @property
    def name(self) -> str:
        """The search's name."""

    def start(self, problem: Problem) -> S:
        """The state before the first question.

        Raises:
            ConfigurationError: If the problem does not suit the algorithm.
        """

    def ask(
        self, state: S, remaining: Mapping[str, int], pending: Sequence[Pending], streams: Streams
    ) -> Sequence[Proposal]:
        """The next proposals: several only where they belong together, as a first population does.

        Args:
            state: The current state; not changed.
            remaining: Evaluations left per unfinished task beyond those pending, each at least 1; not empty.
            pending: What was asked and is not told, in the order asked: not to be asked again.
            streams: Random streams of this question alone; of the first question, those of the run.

        Returns:
            Proposals for tasks in ``remaining`` only; what exceeds a task's remaining evaluations is dropped by the
            caller, from the end. Empty: it has to be told something first; with nothing pending, it is at its end.
        """

    def tell(self, state: S, trial: Trial, pending: Sequence[Pending]) -> S:
        """The state after an answer, in whatever order answers come.

        Args:
            state: The current state; not changed.
            trial: What was asked, and the answer.
            pending: What was pending when the answer came, this question included, in the order asked.
        """

    def generation(self, state: S) -> int:
        """Number of answers told."""


def neediest(remaining: Mapping[str, int]) -> str:
    """The task with the most evaluations left, of equals the first: so tasks stay abreast."""
    return max(remaining, key=lambda task: remaining[task])


def others(pending: Sequence[Pending], trial: Trial) -> list[Pending]:
    """What is still pending on a trial's task once it is told, in the order asked."""
    own = (trial.task, trial.genotype)
    return [one for one in pending if one.task == trial.task and one.question != own]
