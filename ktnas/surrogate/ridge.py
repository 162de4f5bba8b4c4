"""Bayesian ridge regression (scikit-learn): linear, with its two precisions set by the evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ktnas.surrogate.constant import ConstantPredictor
from ktnas.typing import FloatArray

if TYPE_CHECKING:
    from sklearn.linear_model import BayesianRidge

    from ktnas.surrogate.base import Predictor


@dataclass(frozen=True, slots=True)
class Ridge:
    """Bayesian ridge regression; nothing to set."""

    @property
    def name(self) -> str:
        return "ridge"

    def fit(self, x: FloatArray, y: FloatArray, rng: np.random.Generator) -> Predictor:
        """Fit to ``x (n, dim)`` and ``y (n,)``; ``rng`` is not drawn from, the fit is deterministic."""
        from sklearn.linear_model import BayesianRidge

        if len(y) == 1 or float(np.ptp(y)) == 0:
            return ConstantPredictor(float(y.mean()), 0.0)
        return _FittedRidge(BayesianRidge().fit(x, y))


@dataclass(frozen=True, slots=True)
class _FittedRidge:
    regressor: BayesianRidge

    def predict(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        mean, std = self.regressor.predict(x, return_std=True)
        return mean, std
