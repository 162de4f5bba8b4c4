"""What finished searches know: sources that cost nothing, and what a search makes of them.

Each source is fitted once by itself; its prediction for the whole space, standardised, is ``mu_s``. It is used as

* *init*: the first architectures are the best of the average of all ``mu_s``, and of ``mu_s`` plus half of that average
  for single sources, drawn at random;
* *mean*: a share of the average is the prior mean of the joint surrogate, on each task as large as the evidence makes
  most probable, from 0 to 0.9 (`ktnas.surrogate.multi_task`): a source that does not hold fades out;
* *feature*: the ``mu_s`` are one more group of columns of the embedding.

The idea of a prior mean from other tasks is old (Golovin et al., KDD 2017, section 3.3, stacks residuals); taking the
share from the likelihood, so that evidence may refuse it, is ours.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from ktnas.algorithms.axes import Axes
from ktnas.embedding.base import FittedEmbedder, group_widths
from ktnas.errors import ConfigurationError
from ktnas.rng import Streams
from ktnas.spaces.base import SearchSpace, genotypes, is_enumerable, network_key
from ktnas.spaces.operators import sample_distinct
from ktnas.spaces.several import OneOfSeveral, parts
from ktnas.surrogate.multi_task import FittedMultiTask, MultiTaskGaussianProcess, Observations
from ktnas.surrogate.normal_scores import normal_scores
from ktnas.typing import FloatArray, Genotype

USES = ("init", "mean", "feature")
"""What sources may be used for."""

LEAST = 5
"""Evaluations below which a source says nothing."""

_LISTED = 50_000
"""Spaces with more architectures than this are known by a sample."""

_SAMPLE = 2_000
_FITTED, _DRAWN = 1_000, 250
"""Observations of a source that are fitted, and those of them by which the kernel's settings are chosen, at most."""


@dataclass(frozen=True, slots=True)
class Source:
    """A finished search of one task.

    Attributes:
        name: What it is called, such as ``"cora of runs/graphs"``.
        space: Name of its search space.
        task: Its task.
        evaluations: Architectures that it evaluated with success.
        digest: Of all that it saw: another one stands for another source.
        genotypes: The architectures; not recorded, the digest stands for them.
        fitness: Their fitness, higher is better.
        where: Its search space; None where only the name is known, which must then be that of what is searched.
    """

    name: str
    space: str
    task: str
    evaluations: int
    digest: str
    genotypes: tuple[Genotype, ...] = field(compare=False, repr=False)
    fitness: tuple[float, ...] = field(compare=False, repr=False)
    where: SearchSpace | None = field(default=None, compare=False, repr=False)


def finished(
    name: str, space: str, task: str, seen: Sequence[tuple[Genotype, float]], where: SearchSpace | None = None
) -> Source:
    """A source of what a search has seen; of an architecture that was seen twice, the first counts.

    ``where`` is the space of that name, where a search in another one is to learn from it.

    Raises:
        ConfigurationError: If that is too little, or all the same.
    """
    first: dict[Genotype, float] = {}
    for genotype, fitness in seen:
        first.setdefault(genotype, fitness)
    if len(first) < LEAST or len(set(first.values())) == 1:
        raise ConfigurationError(
            f"nothing can be learned from {name}: it needs at least {LEAST} architectures that were evaluated with "
            f"success, not all of one fitness; it has {len(first)}"
        )
    plain = [space, task, [[*genotype, fitness.hex()] for genotype, fitness in first.items()]]
    digest = hashlib.sha256(json.dumps(plain).encode()).hexdigest()[:32]
    return Source(name, space, task, len(first), digest, tuple(first), tuple(first.values()), where)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Sources, and what they are used for.

    Attributes:
        sources: At least one.
        uses: Some of `USES`.
    """

    sources: tuple[Source, ...]
    uses: tuple[str, ...] = ("init", "mean")

    def __post_init__(self) -> None:
        if not self.sources or not self.uses or not set(self.uses) <= set(USES):
            raise ConfigurationError(
                f"knowledge needs at least one source, and uses among {', '.join(USES)}; got {len(self.sources)} "
                f"sources for {', '.join(self.uses) or 'nothing'}"
            )

    @property
    def spaces(self) -> tuple[SearchSpace, ...]:
        """The sources' search spaces, as far as they are known."""
        return tuple(dict.fromkeys(source.where for source in self.sources if source.where is not None))

    def fit(self, axes: Axes) -> FittedKnowledge | KnowledgeOfSeveral:
        """Fit every source by itself; nothing depends on a search's seed.

        Raises:
            ConfigurationError: If a source is of a space that is not known.
        """
        processes = tuple(_fitted(source, axes.of(source.space, source.name)) for source in self.sources)
        own = [FittedKnowledge(self, part, processes, axes.searched()) for part in parts(axes.space)]
        return own[0] if len(own) == 1 else KnowledgeOfSeveral(self, tuple(own))


def _fitted(source: Source, embedder: FittedEmbedder) -> FittedMultiTask:
    """A Gaussian process of one task; its settings are chosen on some of the observations where there are many."""
    rng = Streams(0).rng("source", source.digest)
    rows = rng.permutation(len(source.genotypes))[:_FITTED]
    x = embedder.embed([source.genotypes[row] for row in rows])
    y = normal_scores(np.array([source.fitness[row] for row in rows]))
    some = np.arange(min(len(rows), _DRAWN))
    seen = Observations(x[some], some, np.zeros_like(some), y[some], group_widths(embedder, x.shape[1]))
    process = MultiTaskGaussianProcess().fit(seen, rng)
    rest = len(some)
    if rest == len(rows):
        return process
    return process.supposing(x[rest:], np.zeros(len(rows) - rest, dtype=np.int64), y[rest:])


@dataclass(frozen=True)
class FittedKnowledge:
    """Sources, each fitted by itself.

    Attributes:
        knowledge: The sources, and what they are used for.
        space: The space.
        processes: What each source has learned.
        embedder: Vectors for them.
    """

    knowledge: Knowledge
    space: SearchSpace
    processes: tuple[FittedMultiTask, ...]
    embedder: FittedEmbedder

    @cached_property
    def _corpus(self) -> Sequence[Genotype]:
        """The whole space, or a sample of it with the sources' own best."""
        if is_enumerable(self.space) and len(genotypes(self.space)) <= _LISTED:
            return genotypes(self.space)
        drawn = sample_distinct(self.space, _SAMPLE, Streams(0).rng("corpus"))
        best = [
            source.genotypes[row]
            for source in self.knowledge.sources
            if source.space == self.space.name and not isinstance(self.space, OneOfSeveral)
            for row in np.argsort(-np.array(source.fitness), kind="stable")[:50].tolist()
        ]
        return tuple(dict.fromkeys([*drawn, *best]))

    @cached_property
    def _rows(self) -> dict[Genotype, int]:
        return {genotype: row for row, genotype in enumerate(self._corpus)}

    @cached_property
    def _raw(self) -> FloatArray:
        return self._predicted(self._corpus)

    @cached_property
    def _table(self) -> FloatArray:
        return self._standardised(self._raw)

    def _predicted(self, wanted: Sequence[Genotype]) -> FloatArray:
        x = self.embedder.embed(wanted)
        return np.array([process.at(x).mean(0) for process in self.processes])

    def _standardised(self, raw: FloatArray) -> FloatArray:
        centre, spread = self._raw.mean(axis=1), self._raw.std(axis=1)
        standardised: FloatArray = (raw - centre[:, None]) / np.maximum(spread, 1e-9)[:, None]
        return standardised

    def predictions(self, wanted: Sequence[Genotype]) -> FloatArray:
        """``(sources, n)`` what each source predicts for architectures, of mean 0 and deviation 1 over the space."""
        if wanted is self._corpus:
            return self._table
        found = np.empty((len(self.processes), len(wanted)))
        rows = np.array([self._rows.get(genotype, -1) for genotype in wanted], dtype=np.int64)
        found[:, rows >= 0] = self._table[:, rows[rows >= 0]]
        others = np.flatnonzero(rows < 0)
        if len(others):
            found[:, others] = self._standardised(self._predicted([wanted[i] for i in others.tolist()]))
        return found

    def average(self, wanted: Sequence[Genotype]) -> FloatArray:
        """``(n,)`` the mean of what the sources predict."""
        average: FloatArray = self.predictions(wanted).mean(axis=0)
        return average

    def first(self, count: int, rng: np.random.Generator) -> list[tuple[Genotype, int | None]]:
        """Architectures to begin with, no network twice, each with the number of the source it comes from.

        The first is the best of the average, and comes from none alone; then follow single sources in random order.
        """
        average = self._table.mean(axis=0)
        chosen: list[tuple[Genotype, int | None]] = []
        taken: set[bytes] = set()
        order: list[int | None] = [None, *rng.permutation(len(self.processes)).tolist()]
        for source in (order * count)[:count]:
            scores = average if source is None else self._table[source] + 0.5 * average
            for row in np.argsort(-scores, kind="stable").tolist():
                key = network_key(self.space, self._corpus[row])
                if key not in taken:
                    taken.add(key)
                    chosen.append((self._corpus[row], source))
                    break
        return chosen


@dataclass(frozen=True, slots=True)
class KnowledgeOfSeveral:
    """What sources know of several spaces: what they predict is of mean 0 and deviation 1 over each.

    Attributes:
        knowledge: The sources, and what they are used for.
        parts: What they know of each space.
    """

    knowledge: Knowledge
    parts: tuple[FittedKnowledge, ...]

    def predictions(self, wanted: Sequence[Genotype]) -> FloatArray:
        """``(sources, n)`` what each source predicts for architectures, of mean 0 and deviation 1 over their space."""
        numbers = np.array([genotype[0] for genotype in wanted], dtype=np.int64)
        found = np.empty((len(self.knowledge.sources), len(wanted)))
        for number in dict.fromkeys(numbers.tolist()):
            rows = np.flatnonzero(numbers == number)
            whole = len(rows) == len(wanted)
            own = wanted if whole else [wanted[row] for row in rows.tolist()]
            found[:, rows] = self.parts[number].predictions(own)
        return found

    def average(self, wanted: Sequence[Genotype]) -> FloatArray:
        """``(n,)`` the mean of what the sources predict."""
        average: FloatArray = self.predictions(wanted).mean(axis=0)
        return average


def within(knowledge: FittedKnowledge | KnowledgeOfSeveral, space: SearchSpace | None) -> FittedKnowledge:
    """What is known of the space that a task is searched in; None where there is but one."""
    if isinstance(knowledge, FittedKnowledge):
        return knowledge
    return next(part for part in knowledge.parts if part.space == space)
