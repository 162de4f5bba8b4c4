"""What a model imagines of evaluations that are pending, so that it does not choose their likes again.

Both heuristics are those of Ginsbourger, Le Riche, Carraro ("Kriging is well-suited to parallelize optimization", 2010,
section 4.2), on normal scores, with the settings of the model as they were fitted to what is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from ktnas.algorithms.candidates.screening import Ranking, Supposing
from ktnas.typing import FloatArray, Genotype


class Imagination(Protocol):
    """How the outcomes of pending evaluations are imagined. Its fields are its whole configuration."""

    def of(self, ranking: Ranking, pending: Mapping[str, Sequence[Genotype]]) -> Ranking:
        """The ranking with pending evaluations in view; one that cannot suppose anything as it is."""


@dataclass(frozen=True, slots=True)
class KrigingBeliever:
    """Each turns out as the model predicts: means stay, and what the model does not know shrinks around it."""

    def of(self, ranking: Ranking, pending: Mapping[str, Sequence[Genotype]]) -> Ranking:
        return ranking.supposing(pending, lambda means, _: means) if isinstance(ranking, Supposing) else ranking


@dataclass(frozen=True, slots=True)
class ConstantLiar:
    """Each turns out as the worst, the mean or the best that the task has seen.

    Attributes:
        lie: Which of them.
    """

    lie: Literal["worst", "mean", "best"] = "mean"

    def of(self, ranking: Ranking, pending: Mapping[str, Sequence[Genotype]]) -> Ranking:
        return ranking.supposing(pending, self._supposed) if isinstance(ranking, Supposing) else ranking

    def _supposed(self, means: FloatArray, seen: FloatArray) -> FloatArray:
        value = {"worst": seen.min(), "mean": seen.mean(), "best": seen.max()}[self.lie]
        return np.full(len(means), float(value))


@dataclass(frozen=True, slots=True)
class NoImagination:
    """Pending evaluations are not asked again, and otherwise ignored: what is gained by imagining is seen beside it."""

    def of(self, ranking: Ranking, pending: Mapping[str, Sequence[Genotype]]) -> Ranking:
        return ranking
