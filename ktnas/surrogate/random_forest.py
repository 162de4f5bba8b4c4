"""Random forest regression (scikit-learn); the trees' disagreement is the uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ktnas.errors import ConfigurationError
from ktnas.surrogate.constant import ConstantPredictor
from ktnas.typing import FloatArray

if TYPE_CHECKING:
    from sklearn.ensemble import RandomForestRegressor

    from ktnas.surrogate.base import Predictor


@dataclass(frozen=True, slots=True)
class RandomForest:
    """Random forest.

    Attributes:
        trees: Number of trees.
    """

    trees: int = 100

    def __post_init__(self) -> None:
        if self.trees < 1:
            raise ConfigurationError(f"a random forest needs at least 1 tree; got {self.trees}")

    @property
    def name(self) -> str:
        return "random-forest"

    def fit(self, x: FloatArray, y: FloatArray, rng: np.random.Generator) -> Predictor:
        """Fit to ``x (n, dim)`` and ``y (n,)``; bootstraps and splits are drawn with ``rng``."""
        from sklearn.ensemble import RandomForestRegressor

        if len(y) == 1 or float(np.ptp(y)) == 0:
            return ConstantPredictor(float(y.mean()), 0.0)
        forest = RandomForestRegressor(
            n_estimators=self.trees, max_features=1 / 3, n_jobs=1, random_state=int(rng.integers(2**31))
        )
        return _FittedForest(forest.fit(x, y))


@dataclass(frozen=True, slots=True)
class _FittedForest:
    forest: RandomForestRegressor

    def predict(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        single = x.astype(np.float32)  # what the trees convert to; once instead of once per tree
        votes = np.stack([tree.tree_.predict(single)[:, 0] for tree in self.forest.estimators_])
        return votes.mean(axis=0), votes.std(axis=0)
