"""Which offspring are evaluated next: those that the screening ranks highest in each task's pool."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import islice

import numpy as np

from ktnas.algorithms.beliefs import Belief, Counts, Predicted
from ktnas.algorithms.candidates.evidence import evidence
from ktnas.algorithms.candidates.pool import Breeding, Pool, PoolMembers
from ktnas.algorithms.candidates.screening import Believing, Ranking, Screening
from ktnas.algorithms.multi_population.state import KTNASState
from ktnas.problem.population import survivors
from ktnas.problem.trial import Proposal, Trial
from ktnas.rng import Streams
from ktnas.spaces.base import network_key
from ktnas.spaces.operators import sample_distinct
from ktnas.typing import FloatArray, Genotype


def as_fitted(ranking: Ranking) -> Ranking:
    """The ranking itself: nothing is pending."""
    return ranking


@dataclass(frozen=True)
class BreedingPlan:
    """What may be evaluated next and how promising it is: worked out once per question, and only if needed.

    Attributes:
        state: What is known.
        remaining: Evaluations that are left, per task that is asked.
        streams: Random streams.
        screening: What ranks the candidates.
        pool: Among which architectures it chooses.
        members: Members of a population, with migrants, that may have children.
        offspring: Offspring evaluated per task at most.
        imagine: What the ranking becomes where evaluations are pending.
        offers: What was put before the gates of transfer.
    """

    state: KTNASState
    remaining: Mapping[str, int]
    streams: Streams
    screening: Screening
    pool: Pool
    members: int
    offspring: int
    imagine: Callable[[Ranking], Ranking] = as_fitted
    offers: Counts = field(default_factory=Counts)

    def children(self) -> Sequence[Proposal]:
        """The best of every pool that are not known; random architectures where there is none."""
        return [proposal for task in self.remaining for proposal in self._best(task) or self._random(task)]

    def promising(self, target: str, trials: tuple[Trial, ...], promise: float) -> tuple[Trial, ...]:
        """Those of another task's trials that score at least a share of the best in the target's pool; all for 0."""
        if promise <= 0 or not trials:
            return trials
        required = promise * self._best_score(target)
        scores = self.ranking.scores({target: [trial.genotype for trial in trials]})[target]
        return tuple(trial for trial, score in zip(trials, scores.tolist(), strict=True) if score >= required)

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
    def ranking(self) -> Ranking:
        """The screening, fitted to everything seen."""
        rng = self.streams.rng("screening", self.state.generation)
        network = partial(network_key, self.state.problem.space)
        seen = evidence(self.state.history, self.remaining, network)
        return self.imagine(self.screening.fit(seen, self.state.embedder, rng))

    @cached_property
    def pools(self) -> Mapping[str, PoolMembers | None]:
        """Candidates per task; None where no member can be bred from."""
        return {task: self._pool(task) for task in self.remaining}

    @cached_property
    def scores(self) -> Mapping[str, FloatArray]:
        """Scores of every pool."""
        return self.ranking.scores({task: pool.genotypes for task, pool in self.pools.items() if pool is not None})

    def _pool(self, task: str) -> PoolMembers | None:
        state = self.state
        members = survivors((*state.populations[task], *state.current[task]), self.members)
        if not members:
            return None

        def known(genotype: Genotype) -> bool:
            return state.history.find(task, genotype) is not None

        breeding = Breeding(state.problem.space_of(task), members, self._count(task), known, task)
        return self.pool.candidates(breeding, self.streams.rng("offspring", task, state.generation))

    def _count(self, task: str) -> int:
        return min(self.offspring, self.remaining[task])

    def _best(self, task: str) -> Sequence[Proposal]:
        pool = self.pools[task]
        if pool is None:
            return ()
        children = [pool.child(i) for i in self._best_indices(task, pool, self._count(task))]
        return [Proposal(task, child.genotype, child.parents) for child in children]

    def _best_score(self, task: str) -> float:
        """The highest score of an architecture in the pool that the task does not know; -inf without one."""
        pool = self.pools[task]
        best = [] if pool is None else self._best_indices(task, pool, 1)
        return float(self.scores[task][best[0]]) if best else float("-inf")

    def _best_indices(self, task: str, pool: PoolMembers, count: int) -> list[int]:
        order = np.argsort(-self.scores[task], kind="stable").tolist()
        unknown = (i for i in order if self.state.history.find(task, pool.genotypes[i]) is None)
        return list(islice(unknown, count))

    def _random(self, task: str) -> Sequence[Proposal]:
        """Where nothing can be bred: no success yet, or everything within reach is known."""
        seen = frozenset(t.genotype for t in self.state.history.evaluated(task))
        rng = self.streams.rng("restart", task, self.state.generation)
        drawn = sample_distinct(self.state.problem.space_of(task), self._count(task), rng, seen)
        return [Proposal(task, genotype) for genotype in drawn]


def _predicted(ranking: Believing, chosen: Sequence[Proposal]) -> tuple[Predicted, ...]:
    found: list[Predicted] = []
    for task in dict.fromkeys(proposal.task for proposal in chosen):
        genotypes = [proposal.genotype for proposal in chosen if proposal.task == task]
        if (told := ranking.predicted(task, genotypes)) is not None:
            means, deviations = (values.tolist() for values in told)
            found += [Predicted(task, *one) for one in zip(genotypes, means, deviations, strict=True)]
    return tuple(found)
