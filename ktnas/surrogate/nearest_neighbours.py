"""K-nearest-neighbour regression (scikit-learn), weighted by distance.

Uncertainty is the spread among the neighbours, or the distance to them as a share of the training
vectors' own spacing, whichever is larger: far from everything seen, neighbours that agree mean little.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ktnas.errors import ConfigurationError
from ktnas.typing import FloatArray

if TYPE_CHECKING:
    from sklearn.neighbors import NearestNeighbors

    from ktnas.surrogate.base import Predictor


@dataclass(frozen=True, slots=True)
class NearestNeighbours:
    """Distance-weighted nearest neighbours.

    Attributes:
        count: Number of neighbours.
    """

    count: int = 5

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ConfigurationError(f"nearest neighbours need at least 1 neighbour; got {self.count}")

    @property
    def name(self) -> str:
        return "nearest-neighbours"

    def fit(self, x: FloatArray, y: FloatArray, rng: np.random.Generator) -> Predictor:
        """Store ``x (n, dim)`` and ``y (n,)``; ``rng`` is not drawn from, the fit is deterministic."""
        from sklearn.neighbors import NearestNeighbors

        index = NearestNeighbors(n_neighbors=min(self.count, len(y)), algorithm="brute").fit(x)
        spacing = float(np.linalg.norm(x - x.mean(axis=0), axis=1).mean()) or 1.0
        return _FittedNeighbours(index, y.copy(), spacing, float(y.std()) if np.ptp(y) else 1.0)


@dataclass(frozen=True, slots=True)
class _FittedNeighbours:
    index: NearestNeighbors
    y: FloatArray
    spacing: float
    spread: float

    def predict(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        distance, found = self.index.kneighbors(x)
        near = self.y[found]
        weight = 1 / (distance + 1e-6 * self.spacing)
        weight /= weight.sum(axis=1, keepdims=True)
        mean = (weight * near).sum(axis=1)
        disagreement = np.sqrt((weight * (near - mean[:, None]) ** 2).sum(axis=1))
        remoteness = self.spread * np.minimum(distance[:, 0] / self.spacing, 1.0)
        return mean, np.maximum(disagreement, remoteness)
