"""KTNAS: multi-population evolution with gated transfer (method section 2; arXiv 2504.00772).

One population per task. A generation has two questions: first the migrants that the transfer chose from the
donors' populations, then offspring of the population and these migrants, screened by a surrogate. Survivors
are the best of all. The paper breeds before it evaluates the migrants, which leaves their fitness undefined
where parents are selected by fitness; evaluating them first costs the same.

An architecture that the target has evaluated is no candidate: it would cost nothing and teach nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import islice

import numpy as np

from ktnas.algorithms.axes import axes
from ktnas.algorithms.beliefs import Belief, Counts, Listener, Predicted
from ktnas.algorithms.candidates.joint_screening import JointScreening
from ktnas.algorithms.candidates.pool import Breeding, Offspring, Pool, PoolMembers, WholeSpace
from ktnas.algorithms.candidates.proxy_screening import ProxyScreening
from ktnas.algorithms.candidates.screening import (
    Believing,
    Evidence,
    NoScreening,
    Ranking,
    Screening,
    Separately,
    SharesEvidence,
    itself,
    trends_of,
)
from ktnas.algorithms.knowledge import Contribution, Informed, Knowledge, contributions, first_choices, informed
from ktnas.embedding.base import Embedder, FittedEmbedder
from ktnas.embedding.combined import beside
from ktnas.embedding.proxy_features import ProxyFeatures
from ktnas.errors import ConfigurationError
from ktnas.problem.population import Population, survivors
from ktnas.problem.proxy import Proxy
from ktnas.problem.task import Problem
from ktnas.problem.trial import History, Proposal, Trial
from ktnas.rng import Streams
from ktnas.spaces.base import network_key
from ktnas.spaces.operators import sample_distinct
from ktnas.spaces.several import OneOfSeveral, SeveralSpaces
from ktnas.store import Store
from ktnas.transfer.base import Candidates, Transfer
from ktnas.transfer.no_transfer import NoTransfer
from ktnas.transfer.outcome import Outcome, judged
from ktnas.transfer.translation import Translation
from ktnas.typing import FloatArray, Genotype


@dataclass(frozen=True, slots=True)
class KTNASState:
    """Everything KTNAS knows: a pure function of the problem, its configuration and the trials so far.

    Attributes:
        problem: What is searched.
        embedder: Fitted to the problem's space.
        history: Every trial.
        generation: 0 while the first populations are evaluated.
        breeding: Whether this generation's migrants have been evaluated.
        current: This generation's trials so far, per task.
        populations: Per task, best first.
        outcomes: Judged transfers per target task, oldest first.
        skipped: Generations without a transfer, per target task.
        translation: What architectures of other spaces move by; None where all tasks are of one space.
    """

    problem: Problem
    embedder: FittedEmbedder
    history: History
    generation: int
    breeding: bool
    current: Mapping[str, tuple[Trial, ...]]
    populations: Mapping[str, Population]
    outcomes: Mapping[str, tuple[Outcome, ...]]
    skipped: Mapping[str, int]
    translation: Translation | None = None


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
        empty: dict[str, tuple[Trial, ...]] = dict.fromkeys(problem.names, ())
        none: dict[str, tuple[Outcome, ...]] = dict.fromkeys(problem.names, ())
        skipped = dict.fromkeys(problem.names, 0)
        return KTNASState(problem, fitted, History(), 0, False, empty, empty, none, skipped, translation)

    @property
    def _shares(self) -> bool:
        """Whether anything that one task has seen reaches another."""
        moving = self.migrants > 0 and not isinstance(self.transfer, NoTransfer)
        return moving or isinstance(self.screening, SharesEvidence)

    def ask(self, state: KTNASState, remaining: Mapping[str, int], streams: Streams) -> Sequence[Proposal]:
        """The first populations; after that migrants and offspring in turn."""
        if state.generation == 0:
            return self._first(state, remaining, streams)
        return self.bred(BreedingPlan(self, state, remaining, streams), moving=not state.breeding)

    def bred(self, plan: BreedingPlan, *, moving: bool) -> Sequence[Proposal]:
        """Migrants, if they may move and any is chosen; else offspring."""
        migrants = self._migrants(plan.state, plan.remaining, plan.streams, plan) if moving else ()
        chosen = migrants or self._offspring(plan.state, plan.remaining, plan.streams, plan)
        if self.listener is not None and not (belief := plan.belief(chosen)).empty:
            self.listener(belief)
        return chosen

    def tell(self, state: KTNASState, trials: Sequence[Trial]) -> KTNASState:
        """Migrants are kept for breeding; offspring complete the generation."""
        current = {task: (*seen, *(t for t in trials if t.task == task)) for task, seen in state.current.items()}
        state = replace(state, history=state.history.extended(trials), current=current)
        if not state.breeding and any(t.proposal.source_task is not None for t in trials):
            return replace(state, breeding=True)
        return self._completed(state)

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

    def _migrants(
        self, state: KTNASState, remaining: Mapping[str, int], streams: Streams, plan: BreedingPlan
    ) -> Sequence[Proposal]:
        proposals: list[Proposal] = []
        for task in remaining:
            candidates = self._candidates(state, task, plan)
            if candidates.trials and self.migrants:
                rng = streams.rng("transfer", task, state.generation)
                chosen = self.transfer.migrants(candidates, self.migrants, rng)
                proposals.extend(Proposal(task, t.genotype, source_task=t.task) for t in chosen)
        return proposals

    def _candidates(self, state: KTNASState, target: str, plan: BreedingPlan) -> Candidates:
        found: dict[Genotype, Trial] = {}
        for donor in state.problem.donors(target):
            for trial in _translated(state, target, state.populations[donor]):
                if state.history.find(target, trial.genotype) is None:
                    found.setdefault(trial.genotype, trial)
        trials = every = tuple(found.values())
        if self.promise > 0 and trials:
            required = self.promise * plan.best_score(target)
            scores = plan.ranking.scores({target: list(found)})[target]
            trials = tuple(t for t, score in zip(trials, scores.tolist(), strict=True) if score >= required)
        plan.offers.note(target, Counter(t.task for t in every), Counter(t.task for t in trials))
        evaluated = _Evaluated(state.history)
        return Candidates(target, state.generation, trials, state.outcomes[target], state.embedder, evaluated)

    def _offspring(
        self, state: KTNASState, remaining: Mapping[str, int], streams: Streams, plan: BreedingPlan
    ) -> Sequence[Proposal]:
        proposals: list[Proposal] = []
        for task, pool in plan.pools.items():
            count = min(self.offspring, remaining[task])
            chosen = () if pool is None else _best_unknown(state.history, task, pool, plan.scores[task], count)
            proposals.extend(chosen or self._random(state, task, count, streams))
        return proposals

    def _random(self, state: KTNASState, task: str, count: int, streams: Streams) -> Sequence[Proposal]:
        """Where nothing can be bred: no success yet, or everything within reach is known."""
        seen = frozenset(t.genotype for t in state.history.evaluated(task))
        rng = streams.rng("restart", task, state.generation)
        drawn = sample_distinct(state.problem.space_of(task), count, rng, seen)
        return [Proposal(task, genotype) for genotype in drawn]

    def _completed(self, state: KTNASState) -> KTNASState:
        populations, outcomes, skipped = dict(state.populations), dict(state.outcomes), dict(state.skipped)
        for task, trials in state.current.items():
            if not trials:
                continue
            populations[task] = survivors((*populations[task], *trials), self.population)
            moved = any(t.proposal.source_task is not None for t in trials)
            bred = any(t.proposal.source_task is None for t in trials)
            if moved and bred:  # without offspring the budget ended first, and nothing can be judged
                outcomes[task] = (*outcomes[task], *judged(trials, populations[task], self.ratio))
            skipped[task] += bool(state.generation and not moved and state.problem.donors(task))
        return replace(
            state,
            generation=state.generation + 1,
            breeding=False,
            current=dict.fromkeys(state.current, ()),
            populations=populations,
            outcomes=outcomes,
            skipped=skipped,
        )


class _Evaluated(Mapping[str, tuple[Trial, ...]]):
    """What each task has evaluated, looked through when it is asked for: most transfers never ask."""

    def __init__(self, history: History) -> None:
        self._history = history

    def __getitem__(self, task: str) -> tuple[Trial, ...]:
        found = self._history.evaluated(task)
        if not found:
            raise KeyError(task)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(trial.task for trial in self._history))

    def __len__(self) -> int:
        return sum(1 for _ in self)


@dataclass(frozen=True)
class BreedingPlan:
    """What may be evaluated next and how promising it is: worked out once per question, and only if needed."""

    method: KTNAS
    state: KTNASState
    remaining: Mapping[str, int]
    streams: Streams
    imagine: Callable[[Ranking], Ranking] = lambda ranking: ranking
    """What the ranking becomes where evaluations are pending."""
    offers: Counts = field(default_factory=Counts)
    """What was put before the gates of transfer."""

    def belief(self, chosen: Sequence[Proposal]) -> Belief:
        """What the model believed, as far as it was fitted to choose, and what it predicts of the chosen."""
        state, offered = self.state, self.offers.offered()
        ranking = vars(self).get("ranking")
        if not isinstance(ranking, Believing):
            return Belief(len(state.history), state.generation, offered=offered)
        tasks, correlation = ranking.correlation()
        rows = tuple(tuple(row) for row in correlation.tolist()) if len(tasks) > 1 else ()
        return Belief(len(state.history), state.generation, tasks, rows, _predicted(ranking, chosen), offered)

    @cached_property
    def pools(self) -> Mapping[str, PoolMembers | None]:
        """Candidates per task; None where no member can be bred from."""
        return {task: self._pool(task, left) for task, left in self.remaining.items()}

    def _pool(self, task: str, left: int) -> PoolMembers | None:
        state, size = self.state, self.method.population + self.method.migrants
        members = survivors((*state.populations[task], *state.current[task]), size)
        if not members:
            return None

        def known(genotype: Genotype) -> bool:
            return state.history.find(task, genotype) is not None

        breeding = Breeding(state.problem.space_of(task), members, min(self.method.offspring, left), known, task)
        return self.method.pool.candidates(breeding, self.streams.rng("offspring", task, state.generation))

    @cached_property
    def ranking(self) -> Ranking:
        """The screening, fitted to everything seen."""
        rng = self.streams.rng("screening", self.state.generation)
        space = self.state.problem.space
        seen = evidence(self.state.history, self.remaining, partial(network_key, space))
        return self.imagine(self.method.screening.fit(seen, self.state.embedder, rng))

    @cached_property
    def scores(self) -> Mapping[str, FloatArray]:
        """Scores of every pool."""
        return self.ranking.scores({task: pool.genotypes for task, pool in self.pools.items() if pool is not None})

    def best_score(self, task: str) -> float:
        """The highest score of an architecture in the pool that the task does not know; -inf without one."""
        pool = self.pools[task]
        chosen = () if pool is None else _best_indices(self.state.history, task, pool, self.scores[task], 1)
        return float(self.scores[task][chosen[0]]) if chosen else float("-inf")


def _predicted(ranking: Believing, chosen: Sequence[Proposal]) -> tuple[Predicted, ...]:
    found: list[Predicted] = []
    for task in dict.fromkeys(proposal.task for proposal in chosen):
        genotypes = [proposal.genotype for proposal in chosen if proposal.task == task]
        if (told := ranking.predicted(task, genotypes)) is not None:
            means, deviations = (values.tolist() for values in told)
            found += [Predicted(task, *one) for one in zip(genotypes, means, deviations, strict=True)]
    return tuple(found)


def _translated(state: KTNASState, target: str, trials: Sequence[Trial]) -> Sequence[Trial]:
    """Trials of another task as they would be in the target's space."""
    space = state.problem.space_of(target)
    if state.translation is None or not isinstance(space, OneOfSeveral):
        return trials
    return [
        replace(trial, proposal=replace(trial.proposal, genotype=state.translation.into(space.number, trial.genotype)))
        for trial in trials
    ]


def _best_indices(history: History, task: str, pool: PoolMembers, scores: FloatArray, count: int) -> list[int]:
    order = np.argsort(-scores, kind="stable").tolist()
    unknown = (i for i in order if history.find(task, pool.genotypes[i]) is None)
    return list(islice(unknown, count))


def _best_unknown(history: History, task: str, pool: PoolMembers, scores: FloatArray, count: int) -> Sequence[Proposal]:
    children = [pool.child(i) for i in _best_indices(history, task, pool, scores, count)]
    return [Proposal(task, child.genotype, child.parents) for child in children]


def evidence(
    history: History, remaining: Mapping[str, int], network: Callable[[Genotype], Hashable] = itself
) -> dict[str, Evidence]:
    """What each task has been seen to reach; tasks on which nothing succeeded are absent.

    Args:
        history: Every trial.
        remaining: Evaluations that are left, per task.
        network: The network that a code stands for.
    """
    seen: dict[str, list[Trial]] = {}
    for trial in history:
        if trial.fitness is not None and not trial.repeat:
            seen.setdefault(trial.task, []).append(trial)
    return {
        task: Evidence(
            tuple(t.genotype for t in trials),
            np.array([t.fitness for t in trials], dtype=np.float64),
            remaining.get(task, 0),
            network,
        )
        for task, trials in seen.items()
    }
