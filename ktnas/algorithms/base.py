"""What a search algorithm promises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, Self, TypeVar, runtime_checkable

from ktnas.problem.task import Problem
from ktnas.problem.trial import History, Proposal, Trial
from ktnas.rng import Streams
from ktnas.store import Store

if TYPE_CHECKING:
    from ktnas.algorithms.candidates.screening import Screening
    from ktnas.algorithms.contributions import Contribution
    from ktnas.algorithms.knowledge import Knowledge
    from ktnas.problem.proxy import Proxy

S = TypeVar("S")


class Search(Protocol[S]):
    """A search algorithm. Its fields are its whole configuration; ``S`` is its immutable state."""

    @property
    def name(self) -> str:
        """Name used at the command line and in records."""

    def start(self, problem: Problem) -> S:
        """The state before the first question.

        Raises:
            ConfigurationError: If the problem does not suit the algorithm.
        """

    def ask(self, state: S, remaining: Mapping[str, int], streams: Streams) -> Sequence[Proposal]:
        """The next proposals.

        Args:
            state: The current state; not changed.
            remaining: Evaluations left per unfinished task, each at least 1; finished tasks are absent.
            streams: Random streams of the run.

        Returns:
            Proposals for tasks in ``remaining`` only; empty only where nothing is left to ask, which ends the run.
            What exceeds a task's remaining evaluations is dropped by the caller, from the end.
        """

    def tell(self, state: S, trials: Sequence[Trial]) -> S:
        """The state after the answers to what was last asked, in the order asked; may be a prefix per task."""

    def generation(self, state: S) -> int:
        """Number of the generation that the next question belongs to, from 0."""


@runtime_checkable
class TakesProxy(Protocol):
    """A search that a free score of architectures can help."""

    def with_proxy(self, proxy: Proxy) -> Self:
        """The search helped by a proxy, where the search has its use for one."""


@runtime_checkable
class RatesByProxy(TakesProxy, Protocol):
    """A search that is never without a proxy."""

    @property
    def proxy(self) -> Proxy:
        """The free score that it rates architectures by."""


@runtime_checkable
class TakesScreening(Protocol):
    """A search that can choose, by what it has seen, which of many candidates are evaluated."""

    def with_screening(self, screening: Screening) -> Self:
        """The search with another screening, and with the candidates that suit it."""


@runtime_checkable
class LearnsFromSources(Protocol):
    """A search that can be told what finished searches know."""

    @property
    def knowledge(self) -> Knowledge | None:
        """What it was told; None if nothing."""

    def with_knowledge(self, knowledge: Knowledge) -> Self:
        """The search, told what finished searches know.

        Raises:
            ConfigurationError: If, as it is composed, it cannot make use of it.
        """

    def learned(self, problem: Problem, history: History, seed: int) -> Sequence[Contribution]:
        """What each source contributed to a run of this seed."""


@runtime_checkable
class Populated(Protocol):
    """A search that evaluates a first population before it breeds."""

    @property
    def population(self) -> int:
        """Members of each task's population, at least 1."""


@runtime_checkable
class KeepsEmbeddings(Protocol):
    """A search whose embeddings, which depend on no fitness and no seed, can be kept between runs."""

    def with_store(self, store: Store) -> Self:
        """The same search with its embeddings kept there; it changes no result."""
