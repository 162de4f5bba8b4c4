"""Refinement by retrieval: what finished searches say of small changes, weighed by how well they foretold the target's.

After M-DESIGN (Wang et al., "Beyond Model Base Retrieval: Weaving Knowledge to Master Fine-grained Neural Network
Design", ICML 2026), without its language model and its knowledge base of graphs: sources are finished searches or
tables (``--from``, ``sources=``). The first architecture is the best by all sources together. Then, from the best that
has been found, the neighbour with the highest expected gain is evaluated,

    gain(a -> b) = sum_s w_s (mu_s(b) - mu_s(a)),

where ``mu_s`` is what source ``s`` predicts, in deviations over the space. The weights follow the evidence of the
target's own changes, ``w_s ~ exp(-1/2 sum (dy - dmu_s)^2)`` over all changes from parent to child so far, in normal
scores, after a uniform prior: the paper's Bayesian update of the similarity of tasks. Where no neighbour of the best is
unknown, the next best is refined.

Deviations: a Gaussian process of each source stands in for lookups in complete tables and for the paper's networks that
predict gains beyond them (`ktnas.algorithms.knowledge`); similarities of data sets by their descriptions are not used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ktnas.algorithms.axes import axes
from ktnas.algorithms.contributions import Contribution, TaskContribution, agreements
from ktnas.algorithms.informed import Informed, informed
from ktnas.algorithms.knowledge import Knowledge, within
from ktnas.embedding.base import Embedder
from ktnas.embedding.combined import Combined
from ktnas.embedding.emphasized import Emphasized
from ktnas.embedding.one_hot import OneHot
from ktnas.embedding.path_operations import PathOperations
from ktnas.embedding.quantities import Quantities
from ktnas.embedding.weisfeiler_lehman import WeisfeilerLehman
from ktnas.errors import ConfigurationError
from ktnas.problem.task import Problem
from ktnas.problem.trial import History, Proposal, Trial
from ktnas.rng import Streams
from ktnas.spaces.operators import neighbours, sample_distinct
from ktnas.store import Store
from ktnas.surrogate.normal_scores import normal_scores
from ktnas.typing import FloatArray, Genotype


@dataclass(frozen=True, slots=True, eq=False)
class RetrievalState:
    """What has been evaluated.

    Attributes:
        problem: What is searched.
        embedder: Knows what sources expect.
        history: Every trial.
        generation: Number of questions answered.
    """

    problem: Problem
    embedder: Informed
    history: History
    generation: int


def _embedder() -> Embedder:
    return Combined((PathOperations(), Emphasized(WeisfeilerLehman(depth=1)), OneHot(), Quantities()))


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Refinement by retrieval. It needs sources.

    Attributes:
        knowledge: The sources.
        embedder: Vectors by which sources are fitted; that of `ktnas`.
        store: Where the fitted embedder is kept between runs; changes no result.
    """

    knowledge: Knowledge | None = None
    embedder: Embedder = field(default_factory=_embedder)
    store: Store | None = field(default=None, repr=False, compare=False, metadata={"recorded": False})

    @property
    def name(self) -> str:
        return "retrieval"

    def with_knowledge(self, knowledge: Knowledge) -> Retrieval:
        return replace(self, knowledge=knowledge)

    def with_store(self, store: Store) -> Retrieval:
        return replace(self, store=store)

    def start(self, problem: Problem) -> RetrievalState:
        """Fit the sources.

        Raises:
            ConfigurationError: If there is none.
        """
        if self.knowledge is None:
            raise ConfigurationError(
                "method 'retrieval' refines what finished searches know; name some: --from DIR, or --from "
                "BENCHMARK:TASK (sources= in Python)"
            )
        fitting = axes(self.embedder, problem.space, self.knowledge.spaces, self.store, sharing=False)
        return RetrievalState(problem, informed(self.knowledge, fitting), History(), 0)

    def ask(self, state: RetrievalState, remaining: Mapping[str, int], streams: Streams) -> Sequence[Proposal]:
        """One architecture per task."""
        return [self._next(state, task, streams) for task in remaining]

    def tell(self, state: RetrievalState, trials: Sequence[Trial]) -> RetrievalState:
        return replace(state, history=state.history.extended(trials), generation=state.generation + 1)

    def generation(self, state: RetrievalState) -> int:
        """Number of the question."""
        return state.generation

    def learned(self, problem: Problem, history: History, seed: int) -> Sequence[Contribution]:
        """Each source's weight at the end."""
        state = replace(self.start(problem), history=history)
        sources = () if self.knowledge is None else self.knowledge.sources
        parts: list[dict[str, TaskContribution]] = [{} for _ in sources]
        for task in problem.names:
            agreed, weights = agreements(state.embedder, history, task), self._weights(state, task).tolist()
            for part, weight, agreement in zip(parts, weights, agreed, strict=True):
                part[task] = TaskContribution(weight, agreement, ())
        return [Contribution(source, part) for source, part in zip(sources, parts, strict=True)]

    def _next(self, state: RetrievalState, task: str, streams: Streams) -> Proposal:
        space, history = state.problem.space_of(task), state.history
        seen = sorted(
            (t for t in history.evaluated(task) if t.fitness is not None), key=lambda t: t.fitness or 0.0, reverse=True
        )
        rng = streams.rng("retrieval", task, state.generation)
        if not history.evaluated(task):
            return Proposal(task, within(state.embedder.knowledge, space).first(1, rng)[0][0])
        weights = self._weights(state, task)
        for trial in seen:
            around = [g for g in neighbours(space, trial.genotype) if history.find(task, g) is None]
            if around:
                predicted = weights @ state.embedder.knowledge.predictions(around)
                return Proposal(task, around[int(np.argmax(predicted))], (trial.genotype,))
        known = frozenset(t.genotype for t in history.evaluated(task))
        return Proposal(task, (*sample_distinct(space, 1, rng, known), *known)[0])

    def _weights(self, state: RetrievalState, task: str) -> FloatArray:
        """``(sources,)``, summing to 1."""
        seen = [t for t in state.history.evaluated(task) if t.fitness is not None]
        rows: dict[Genotype, int] = {t.genotype: i for i, t in enumerate(seen)}
        pairs = [(rows[parent], i) for i, t in enumerate(seen) for parent in t.proposal.parents if parent in rows]
        count = len(state.embedder.knowledge.knowledge.sources)
        if not pairs:
            return np.full(count, 1 / count)
        y = normal_scores(np.array([t.fitness for t in seen], dtype=np.float64))
        predicted = state.embedder.knowledge.predictions([t.genotype for t in seen])
        parents, children = np.array(pairs).T
        errors = (y[children] - y[parents])[None, :] - (predicted[:, children] - predicted[:, parents])
        evidence = -0.5 * (errors**2).sum(axis=1)
        likely = np.exp(evidence - evidence.max())
        weights: FloatArray = likely / likely.sum()
        return weights
