"""Nearest to positives (EMT-ET: Chen, Liu, Gu, Tan, IEEE Transactions on Cybernetics 51(6), 2021).

The neighbours of positively transferred solutions are transferred next. EMT-ET looks at the positives of
the last transfer; with a handful of migrants per generation that is often none, so all positives count here,
latest first. Before the first positive, candidates are drawn at random.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ktnas.problem.trial import Trial
from ktnas.transfer.base import Candidates
from ktnas.transfer.selection import cosine_similarity, draw


@dataclass(frozen=True, slots=True)
class NearestPositive:
    """Transfers the candidates nearest to past positive transfers."""

    @property
    def name(self) -> str:
        return "nearest-positive"

    def migrants(self, candidates: Candidates, count: int, rng: np.random.Generator) -> Sequence[Trial]:
        """Each positive's nearest candidate, then each one's second nearest, and so on, until ``count`` are chosen.

        Positives go latest first; a candidate near to several of them is chosen once.
        """
        positives = [o.genotype for o in reversed(candidates.outcomes) if o.positive]
        if not positives or not candidates.trials:
            return draw(candidates.trials, count, rng)
        embed = candidates.embedder.embed
        similarity = cosine_similarity(embed(positives), embed([t.genotype for t in candidates.trials]))
        preference = np.argsort(-similarity, axis=1, kind="stable")
        chosen: dict[int, None] = {}
        for column in range(len(candidates.trials)):
            for row in range(len(positives)):
                chosen.setdefault(int(preference[row, column]))
        return tuple(candidates.trials[i] for i in list(chosen)[:count])
