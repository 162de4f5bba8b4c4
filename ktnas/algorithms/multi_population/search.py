"""KTNAS itself: its parts, and which question follows which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from ktnas.algorithms.axes import axes
from ktnas.algorithms.beliefs import Listener
from ktnas.algorithms.candidates.evidence import evidence
from ktnas.algorithms.candidates.joint_screening import JointScreening
from ktnas.algorithms.candidates.pool import Offspring, Pool, WholeSpace
from ktnas.algorithms.candidates.proxy_screening import ProxyScreening
from ktnas.algorithms.candidates.screening import (
    NoScreening,
    Ranking,
    Screening,
    Separately,
    SharesEvidence,
    trends_of,
)
from ktnas.algorithms.contributions import Contribution, contributions
from ktnas.algorithms.informed import Informed, first_choices, informed
from ktnas.algorithms.knowledge import Knowledge
from ktnas.algorithms.multi_population.breeding import BreedingPlan, as_fitted
from ktnas.algorithms.multi_population.offers import candidates, offered
from ktnas.algorithms.multi_population.state import KTNASState
from ktnas.embedding.base import Embedder
from ktnas.embedding.combined import beside
from ktnas.embedding.proxy_features import ProxyFeatures
from ktnas.errors import ConfigurationError
from ktnas.problem.proxy import Proxy
from ktnas.problem.task import Problem
from ktnas.problem.trial import History, Proposal, Trial
from ktnas.rng import Streams
from ktnas.spaces.base import network_key
from ktnas.spaces.operators import sample_distinct
from ktnas.spaces.several import SeveralSpaces
from ktnas.store import Store
from ktnas.transfer.base import Transfer
from ktnas.transfer.no_transfer import NoTransfer
from ktnas.transfer.outcome import Outcome
from ktnas.transfer.translation import Translation
from ktnas.typing import Genotype


@dataclass(frozen=True, slots=True)
class KTNAS:
    """Multi-population evolution with gated transfer. Every part can be exchanged with `dataclasses.replace`.

    Attributes:
        label: Name of this composition, such as ``"ktnas-paper"``.
        embedder: Vectors for the transfer and the screening.
        transfer: What moves between tasks.
        screening: Which offspring are evaluated.
        pool: Among which architectures the screening chooses.
        population: Members per task (K in the paper).
        offspring: Offspring evaluated per task and generation.
        migrants: Architectures transferred per task and generation at most (n in the paper).
        ratio: Share of the next population that a child must enter for its parent's transfer to count as
            positive (r in the paper).
        promise: Share of the best score in the target's pool that a candidate's own score must reach before the
            transfer may choose it; 0 lets every candidate pass, as in the paper. Scores are computed in single
            precision, so that 1 may refuse what equals the best.
        knowledge: Finished searches that it learns from; None for none.
        store: Where the fitted embedder is kept between runs; None to fit it anew. It changes no result, and is
            not part of the configuration.
        listener: Told what the model believed, each time it has chosen; None for nobody. It changes no result either.
    """

    label: str
    embedder: Embedder
    transfer: Transfer
    screening: Screening
    pool: Pool
    population: int = 10
    offspring: int = 10
    migrants: int = 4
    ratio: float = 0.2
    promise: float = 0.0
    knowledge: Knowledge | None = None
    store: Store | None = field(default=None, repr=False, compare=False, metadata={"recorded": False})
    listener: Listener | None = field(default=None, repr=False, compare=False, metadata={"recorded": False})

    def __post_init__(self) -> None:
        if min(self.population, self.offspring) < 1 or self.migrants < 0 or self.promise < 0:
            raise ConfigurationError(
                "population and offspring must be at least 1, migrants and promise at least 0; got "
                f"{self.population}, {self.offspring}, {self.migrants} and {self.promise}"
            )
        if not 0 < self.ratio <= 1:
            raise ConfigurationError(f"ratio must be above 0 and at most 1; got {self.ratio}")

    @property
    def name(self) -> str:
        return self.label

    def with_screening(self, screening: Screening) -> KTNAS:
        """Screened otherwise: among the whole space; without any screening, offspring are evaluated as bred."""
        pool = Offspring() if isinstance(screening, NoScreening) else WholeSpace()
        return replace(self, screening=screening, pool=pool)

    def with_proxy(self, proxy: Proxy) -> KTNAS:
        """Helped by a proxy: without a screening it chooses among many offspring, else the screening learns from it."""
        if isinstance(self.screening, NoScreening):
            return replace(self, pool=ProxyScreening(proxy))
        return replace(self, embedder=beside(self.embedder, ProxyFeatures((proxy,))))

    def with_knowledge(self, knowledge: Knowledge) -> KTNAS:
        """Told what finished searches know; by a surrogate over all tasks, or by one that there is per task.

        Raises:
            ConfigurationError: If it has no surrogate that can make use of it.
        """
        inner = self.screening.screening if isinstance(self.screening, Separately) else self.screening
        if not isinstance(inner, JointScreening):
            raise ConfigurationError(
                f"method {self.label!r} with {type(inner).__name__} cannot learn from finished searches; ktnas and "
                "gp-search can, with the surrogate that they have"
            )
        return replace(self, knowledge=knowledge)

    def learned(self, problem: Problem, history: History, seed: int) -> Sequence[Contribution]:
        """What each source contributed to a run of this seed; the surrogate is fitted to all of it."""
        embedder, streams = self.start(problem).embedder, Streams(seed)
        if not isinstance(embedder, Informed):
            return ()
        seen = evidence(history, {}, partial(network_key, problem.space))
        ranking = self.screening.fit(seen, embedder, streams.rng("learned"))
        trends = {**dict.fromkeys(problem.names, 0.0), **trends_of(ranking)}

        def begun(task: str) -> Sequence[tuple[Genotype, int | None]]:
            return first_choices(embedder, self.population, task, streams, problem.space_of(task))

        return contributions(embedder, trends, history, begun)

    def with_store(self, store: Store) -> KTNAS:
        return replace(self, store=store)

    def with_listener(self, listener: Listener) -> KTNAS:
        return replace(self, listener=listener)

    def start(self, problem: Problem) -> KTNASState:
        """Fit the embedder; no population yet.

        Raises:
            ConfigurationError: If tasks or sources are of different spaces, between which nothing could be told.
        """
        others = () if self.knowledge is None else self.knowledge.spaces
        fitting = axes(self.embedder, problem.space, others, self.store, sharing=self._shares)
        fitted = fitting.searched()
        translation = Translation(problem.space, fitted) if isinstance(problem.space, SeveralSpaces) else None
        if self.knowledge is not None:
            fitted = informed(self.knowledge, fitting)
        return KTNASState.initial(problem, fitted, translation)

    @property
    def _shares(self) -> bool:
        """Whether anything that one task has seen reaches another."""
        moving = self.migrants > 0 and not isinstance(self.transfer, NoTransfer)
        return moving or isinstance(self.screening, SharesEvidence)

    def ask(self, state: KTNASState, remaining: Mapping[str, int], streams: Streams) -> Sequence[Proposal]:
        """The first populations; after that migrants and offspring in turn."""
        if state.generation == 0:
            return self._first(state, remaining, streams)
        return self.bred(self.plan(state, remaining, streams), moving=not state.breeding)

    def plan(
        self,
        state: KTNASState,
        remaining: Mapping[str, int],
        streams: Streams,
        imagine: Callable[[Ranking], Ranking] = as_fitted,
    ) -> BreedingPlan:
        """How to breed from a state; ``imagine`` makes of a ranking what it is where evaluations are pending."""
        members = self.population + self.migrants
        return BreedingPlan(state, remaining, streams, self.screening, self.pool, members, self.offspring, imagine)

    def bred(self, plan: BreedingPlan, *, moving: bool) -> Sequence[Proposal]:
        """Migrants, if they may move and any is chosen; else offspring."""
        chosen = (self._migrants(plan) if moving else ()) or plan.children()
        if self.listener is not None and not (belief := plan.belief(chosen)).empty:
            self.listener(belief)
        return chosen

    def tell(self, state: KTNASState, trials: Sequence[Trial]) -> KTNASState:
        """Migrants are kept for breeding; offspring complete the generation."""
        current = {task: (*seen, *(t for t in trials if t.task == task)) for task, seen in state.current.items()}
        state = replace(state, history=state.history.extended(trials), current=current)
        if not state.breeding and any(t.proposal.source_task is not None for t in trials):
            return replace(state, breeding=True)
        return state.completed(self.population, self.ratio)

    def generation(self, state: KTNASState) -> int:
        """0 for the first populations; migrants and offspring share a number."""
        return state.generation

    def outcomes(self, state: KTNASState) -> Mapping[str, tuple[Outcome, ...]]:
        """Judged transfers per target task, oldest first."""
        return state.outcomes

    def skipped(self, state: KTNASState) -> Mapping[str, int]:
        """Generations per target task without a migrant, although there were donors."""
        return {} if isinstance(self.transfer, NoTransfer) else state.skipped

    def _first(self, state: KTNASState, remaining: Mapping[str, int], streams: Streams) -> Sequence[Proposal]:
        return [Proposal(task, genotype) for task in remaining for genotype in self._first_of(state, task, streams)]

    def _first_of(self, state: KTNASState, task: str, streams: Streams) -> Sequence[Genotype]:
        """What finished searches would begin with, if any is to tell; else random architectures."""
        space = state.problem.space_of(task)
        known = [genotype for genotype, _ in first_choices(state.embedder, self.population, task, streams, space)]
        rng = streams.rng("first-population", task)
        drawn = sample_distinct(space, self.population - len(known), rng, frozenset(known))
        return [*known, *drawn]

    def _migrants(self, plan: BreedingPlan) -> Sequence[Proposal]:
        proposals: list[Proposal] = []
        for task in plan.remaining:
            unknown = offered(plan.state, task)
            promising = plan.promising(task, unknown, self.promise)
            plan.offers.note(task, Counter(t.task for t in unknown), Counter(t.task for t in promising))
            if promising and self.migrants:
                rng = plan.streams.rng("transfer", task, plan.state.generation)
                chosen = self.transfer.migrants(candidates(plan.state, task, promising), self.migrants, rng)
                proposals.extend(Proposal(task, t.genotype, source_task=t.task) for t in chosen)
        return proposals
