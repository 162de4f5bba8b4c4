"""PNAS-like progressive search (Liu, Zoph, Neumann, Shlens, Hua, Li, Fei-Fei, Yuille, Huang, Murphy, ECCV 2018).

"Progressive Neural Architecture Search", section 4 and algorithm 1, each task by itself: begin with the simplest
architectures; fit a predictor to all that has been evaluated; extend the last round's architectures by all that makes
them one step more complex; evaluate the K extensions that it rates highest; and so on, until nothing can be extended.

The authors' cells grow block by block, K is 256, and an ensemble of recurrent networks predicts. Here complexity is the
number of operations in the pruned graph, an extension is a neighbour that has more of them, K is 20, which suits
searches of a hundred evaluations, and a Gaussian process on the path encoding predicts. Theirs ends with the most
complex cells; this one then goes on with the neighbours of the best, whatever their complexity. So in a space whose
architectures all have equally many operations it is a local search with a predictor from the beginning.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ktnas.embedding.base import Embedder, FittedEmbedder
from ktnas.embedding.cached import cached
from ktnas.embedding.path_encoding import PathEncoding
from ktnas.errors import ConfigurationError
from ktnas.problem.population import survivors
from ktnas.problem.task import Problem
from ktnas.problem.trial import History, Proposal, Trial
from ktnas.rng import Streams
from ktnas.spaces.base import SearchSpace
from ktnas.spaces.operators import neighbours, sample_distinct
from ktnas.store import Store
from ktnas.surrogate.base import Surrogate
from ktnas.surrogate.gaussian_process import GaussianProcess
from ktnas.surrogate.normal_scores import normal_scores
from ktnas.typing import Genotype


@dataclass(frozen=True, slots=True)
class ProgressiveState:
    """What has been evaluated, and what is extended next.

    Attributes:
        problem: What is searched.
        embedder: Fitted to the problem's space.
        history: Every trial.
        generation: Number of questions answered.
        beams: Per task, the architectures of its last round.
    """

    problem: Problem
    embedder: FittedEmbedder
    history: History
    generation: int
    beams: Mapping[str, tuple[Genotype, ...]]


@dataclass(frozen=True, slots=True)
class ProgressiveSearch:
    """Progressive search by a predictor, in order of complexity.

    Attributes:
        beam: Architectures per round and task (K in the paper).
        drawn: Random architectures of which the simplest are the first round.
        embedder: Vectors for the predictor.
        surrogate: The predictor; only its means count.
        store: Where the fitted embedder is kept between runs; None to fit it anew. It changes no result, and is not
            part of the configuration.
    """

    beam: int = 20
    drawn: int = 500
    embedder: Embedder = field(default_factory=PathEncoding)
    surrogate: Surrogate = field(default_factory=GaussianProcess)
    store: Store | None = field(default=None, repr=False, compare=False, metadata={"recorded": False})

    def __post_init__(self) -> None:
        if not 1 <= self.beam <= self.drawn:
            raise ConfigurationError(
                "a progressive search needs a beam of at least 1, and at least as many random architectures to begin "
                f"with; got {self.beam} and {self.drawn}"
            )

    @property
    def name(self) -> str:
        return "pnas"

    def with_store(self, store: Store) -> ProgressiveSearch:
        return replace(self, store=store)

    def start(self, problem: Problem) -> ProgressiveState:
        """Fit the embedder; nothing evaluated yet."""
        fitted = cached(self.embedder, problem.space, self.store)
        return ProgressiveState(problem, fitted, History(), 0, dict.fromkeys(problem.names, ()))

    def ask(self, state: ProgressiveState, remaining: Mapping[str, int], streams: Streams) -> Sequence[Proposal]:
        """The simplest of many; then of each task's extensions those that its predictor rates highest."""
        proposals: list[Proposal] = []
        for task in remaining:
            rng = streams.rng("pnas", task, state.generation)
            proposals.extend(self._round(state, task, rng) if state.beams[task] else self._first(state, task, rng))
        return proposals

    def tell(self, state: ProgressiveState, trials: Sequence[Trial]) -> ProgressiveState:
        """What was answered is what is extended next."""
        beams = dict(state.beams)
        for task in dict.fromkeys(trial.task for trial in trials):
            beams[task] = tuple(trial.genotype for trial in trials if trial.task == task)
        history = state.history.extended(trials)
        return replace(state, history=history, generation=state.generation + 1, beams=beams)

    def generation(self, state: ProgressiveState) -> int:
        """Number of the round."""
        return state.generation

    def _first(self, state: ProgressiveState, task: str, rng: np.random.Generator) -> Sequence[Proposal]:
        space = state.problem.space_of(task)
        drawn = sample_distinct(space, self.drawn, rng)
        by_complexity = sorted(drawn, key=lambda genotype: complexity(space, genotype) or _DISCONNECTED)
        return [Proposal(task, genotype) for genotype in by_complexity[: self.beam]]

    def _round(self, state: ProgressiveState, task: str, rng: np.random.Generator) -> Sequence[Proposal]:
        seen = [trial for trial in state.history.evaluated(task) if trial.fitness is not None]
        found = _extensions(state, task) or _around(state, task, [t.genotype for t in survivors(seen, self.beam)])
        if not found or not seen:
            known = frozenset(trial.genotype for trial in state.history.evaluated(task))
            return [Proposal(task, g) for g in sample_distinct(state.problem.space_of(task), self.beam, rng, known)]
        y = normal_scores(np.array([trial.fitness for trial in seen], dtype=np.float64))
        predictor = self.surrogate.fit(state.embedder.embed([trial.genotype for trial in seen]), y, rng)
        candidates = list(found)
        mean, _ = predictor.predict(state.embedder.embed(candidates))
        ties = rng.permutation(len(candidates))
        order = np.lexsort((ties, -mean))[: self.beam].tolist()
        return [Proposal(task, candidates[i], (found[candidates[i]],)) for i in order]


_DISCONNECTED = 1 << 30
"""What has no operation at all comes last: nothing is learned from it."""


def complexity(space: SearchSpace, genotype: Genotype) -> int:
    """Number of operations between input and output of the pruned graph."""
    return len(space.graph(genotype).operations) - 2


def _extensions(state: ProgressiveState, task: str) -> dict[Genotype, Genotype]:
    """What makes the last round's architectures more complex, and whom it extends; known ones left out."""
    space = state.problem.space_of(task)
    return {
        other: origin
        for other, origin in _around(state, task, state.beams[task]).items()
        if complexity(space, other) > complexity(space, origin)
    }


def _around(state: ProgressiveState, task: str, origins: Sequence[Genotype]) -> dict[Genotype, Genotype]:
    """Neighbours that are not known, and of whom; of several, of the simplest, which it extends the most."""
    space, found = state.problem.space_of(task), dict[Genotype, Genotype]()
    for origin in sorted(origins, key=lambda genotype: complexity(space, genotype)):
        for other in neighbours(space, origin):
            if state.history.find(task, other) is None:
                found.setdefault(other, origin)
    return found
