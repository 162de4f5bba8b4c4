"""What tasks foretell each other: a source's evaluations as predictions of a target's, and whether they held.

What a joint surrogate does not know: it trusts a source everywhere alike, by one number per pair of tasks. Where a
source's predictions were tested near the top, and which of the changes that it took for gains were gains, is known
instance by instance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from ktnas.embedding.base import FittedEmbedder
from ktnas.problem.trial import Trial
from ktnas.transfer.selection import cosine_similarity
from ktnas.typing import FloatArray, Genotype

_NEAREST = 3
"""Evaluations of a source that foretell an architecture which it has not evaluated."""


def standing(trials: Sequence[Trial]) -> FloatArray:
    """Ranks of fitness ``(n,)`` between 0, the worst, and 1, the best; ties share one, failures are the worst."""
    fitness = np.array([-np.inf if t.fitness is None else t.fitness for t in trials])
    found: FloatArray = (rankdata(fitness) - 0.5) / max(len(trials), 1)
    return found


@dataclass(frozen=True)
class Foretelling:
    """What a source's evaluations say of architectures.

    Attributes:
        vectors: ``(n, dim)`` of what it has evaluated, at least one.
        standings: ``(n,)`` of these.
    """

    vectors: FloatArray
    standings: FloatArray

    def at(self, x: FloatArray) -> FloatArray:
        """Foretold standings ``(m,)``: those of the most similar evaluations, the more similar the more they weigh."""
        similarity = cosine_similarity(x, self.vectors)
        nearest = np.argsort(-similarity, axis=1, kind="stable")[:, :_NEAREST]
        weights = 1 / (1.001 - np.take_along_axis(similarity, nearest, axis=1))
        found: FloatArray = (weights * self.standings[nearest]).sum(axis=1) / weights.sum(axis=1)
        return found


def foretelling(trials: Sequence[Trial], embedder: FittedEmbedder) -> Foretelling:
    """What evaluations say; they are at least one."""
    return Foretelling(embedder.embed([t.genotype for t in trials]), standing(trials))


def edits(trials: Sequence[Trial]) -> list[tuple[int, int]]:
    """Numbers of parents and children that have both been evaluated: small changes, and what became of them."""
    rows: dict[Genotype, int] = {}
    found = []
    for row, trial in enumerate(trials):
        found += [(rows[parent], row) for parent in trial.proposal.parents if parent in rows]
        rows[trial.genotype] = row
    return found
