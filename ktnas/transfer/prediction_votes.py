"""Votes on predictions: a source is listened to where what it took for good was found to be good (ours).

Transfer rank labels a migrant by its children, of which there are few, and a child is not the migrant. Here every
architecture that the target has evaluated is a test of each source: where the source foretold it to be among the best
`top`, it votes +1 if it is among the target's best `top`, else -1, for the most similar candidate of that source. All
else is as in transfer rank: candidates by the sum of their votes, and where none is positive, mostly none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ktnas.errors import ConfigurationError
from ktnas.problem.trial import Trial
from ktnas.transfer.base import Candidates
from ktnas.transfer.foretold import foretelling, standing
from ktnas.transfer.selection import best_groups, cosine_similarity, draw
from ktnas.transfer.transfer_rank import transfer_rank


@dataclass(frozen=True, slots=True)
class PredictionVotes:
    """Chooses migrants by votes on sources' predictions near the top.

    Attributes:
        top: Share of a task's evaluations that counts as its best.
        exploration: Probability of drawing migrants at random where no candidate has more votes for it than against.
    """

    top: float = 0.3
    exploration: float = 0.1

    def __post_init__(self) -> None:
        if not (0 < self.top < 1 and 0 <= self.exploration <= 1):
            raise ConfigurationError(f"votes need a share above 0 and below 1, and a probability; got {self}")

    @property
    def name(self) -> str:
        return "prediction-votes"

    def migrants(self, candidates: Candidates, count: int, rng: np.random.Generator) -> Sequence[Trial]:
        """The ``count`` candidates of the most votes; none, mostly, if none has more for it than against."""
        explore = bool(rng.random() < self.exploration)
        seen = candidates.evaluated.get(candidates.target, ())
        if not candidates.trials or not seen:
            return draw(candidates.trials, count, rng)
        embed = candidates.embedder.embed
        x = embed([t.genotype for t in seen])
        good = standing(seen) > 1 - self.top
        rank, asked = np.zeros(len(candidates.trials), dtype=np.int64), False
        for source in dict.fromkeys(t.task for t in candidates.trials):
            known = candidates.evaluated.get(source, ())
            rows = np.array([i for i, t in enumerate(candidates.trials) if t.task == source])
            if not known:
                continue
            tested = foretelling(known, candidates.embedder).at(x) > 1 - self.top
            if tested.any():
                asked = True
                similarity = cosine_similarity(x[tested], embed([candidates.trials[i].genotype for i in rows.tolist()]))
                rank[rows] += transfer_rank(similarity, np.where(good[tested], 1, -1))
        if not asked:
            return draw(candidates.trials, count, rng)
        if rank.max() <= 0:
            return draw(candidates.trials, count, rng) if explore else ()
        return tuple(candidates.trials[i] for i in best_groups(rank, count, rng) if rank[i] > 0)
