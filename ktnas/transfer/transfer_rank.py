"""Transfer rank: an instance-based classifier over past transfers (method section 3; arXiv 2504.00772).

Every remembered transfer votes once, with its label, for the one candidate most similar to it; the transfer
rank of a candidate is the sum of its votes. Candidates go by descending rank; if no rank is positive,
nothing is transferred.

Where the paper is silent: with nothing remembered every rank is 0, which would block transfer for ever, so
the first migrants are drawn at random; and a refusal is lifted with a small probability, so that a target
that has changed is tried again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from ktnas.errors import ConfigurationError
from ktnas.problem.trial import Trial
from ktnas.transfer.base import Candidates
from ktnas.transfer.selection import best_groups, cosine_similarity, draw, remembered
from ktnas.typing import FloatArray, IntArray


def transfer_rank(similarity: FloatArray, labels: IntArray) -> IntArray:
    """The sum of the votes each candidate receives.

    Args:
        similarity: ``(m, n)`` between ``m`` remembered transfers and ``n`` candidates. Of equally similar
            candidates the first receives the vote.
        labels: ``(m,)``, +1 for a positive and -1 for a negative transfer.

    Returns:
        Ranks ``(n,)``; 0 without votes.

    >>> nearest = [0, 0, 1, 3, 4, 4, 7, 7]  # s1..s8 vote for p1..p9 (method section 3)
    >>> votes = np.array([-1, -1, 1, -1, 1, -1, 1, 1])
    >>> transfer_rank(np.eye(9)[nearest], votes).tolist()
    [-2, 1, 0, -1, 0, 0, 0, 2, 0]
    """
    rank = np.zeros(similarity.shape[1], dtype=np.int64)
    np.add.at(rank, similarity.argmax(axis=1), labels)
    return rank


class TieBreak(Protocol):
    """Orders candidates of equal transfer rank."""

    def order(self, similarity: FloatArray, labels: IntArray) -> IntArray:
        """Preferences ``(n,)``, higher is better, from ``similarity (m, n)`` and ``labels (m,)``, ``m >= 1``."""


@dataclass(frozen=True, slots=True)
class RandomTies:
    """Equal ranks are drawn from at random (arXiv 2504.00772)."""

    def order(self, similarity: FloatArray, labels: IntArray) -> IntArray:
        """All equal."""
        return np.zeros(similarity.shape[1], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class NeighbourTies:
    """Equal ranks by the labels of a candidate's nearest remembered transfers.

    In the order of H. Chen et al., IEEE TEVC 27(2), 2023: inside a positive area (all neighbours positive), near
    a positive (the nearest is), near a negative, inside a negative area (all neighbours negative).

    Attributes:
        neighbours: Number of remembered transfers looked at.
    """

    neighbours: int = 3

    def __post_init__(self) -> None:
        if self.neighbours < 1:
            raise ConfigurationError(f"ties need at least 1 neighbour to be broken by; got {self.neighbours}")

    def order(self, similarity: FloatArray, labels: IntArray) -> IntArray:
        """3 inside a positive area, 2 near a positive, 1 near a negative, 0 inside a negative area."""
        nearest = np.argsort(-similarity, axis=0, kind="stable")[: self.neighbours]
        positive = labels[nearest] > 0
        area: IntArray = np.where(
            positive.all(axis=0), 3, np.where(positive[0], 2, np.where(positive.any(axis=0), 1, 0))
        ).astype(np.int64)
        return area


@dataclass(frozen=True, slots=True)
class TransferRank:
    """Chooses migrants by transfer rank.

    Attributes:
        window: Generations for which a negative transfer is remembered (m in the paper); positive ones always are.
        exploration: Probability of drawing migrants at random where no candidate has a positive rank.
        ties: How candidates of equal rank are ordered.
    """

    window: int = 5
    exploration: float = 0.1
    ties: TieBreak = field(default_factory=RandomTies)

    def __post_init__(self) -> None:
        if self.window < 1 or not 0 <= self.exploration <= 1:
            raise ConfigurationError(
                f"transfer rank needs a window of at least 1 generation and an exploration probability; got {self}"
            )

    @property
    def name(self) -> str:
        return "transfer-rank" if isinstance(self.ties, RandomTies) else "transfer-rank-knn"

    def migrants(self, candidates: Candidates, count: int, rng: np.random.Generator) -> Sequence[Trial]:
        """The ``count`` candidates of highest rank; none, mostly, if no rank is positive."""
        past = remembered(candidates.outcomes, candidates.generation, self.window)
        explore = bool(rng.random() < self.exploration)
        if not past or not candidates.trials:
            return draw(candidates.trials, count, rng)
        embed = candidates.embedder.embed
        similarity = cosine_similarity(
            embed([o.genotype for o in past]), embed([t.genotype for t in candidates.trials])
        )
        labels = np.array([1 if o.positive else -1 for o in past])
        rank = transfer_rank(similarity, labels)
        if rank.max() <= 0:
            return draw(candidates.trials, count, rng) if explore else ()
        preference = self.ties.order(similarity, labels)
        combined = rank * (int(preference.max()) + 1) + preference
        return tuple(candidates.trials[i] for i in best_groups(combined, count, rng))
