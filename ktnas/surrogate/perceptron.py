"""Multilayer perceptron regression (scikit-learn), with rectifiers and Adam; it knows no uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ktnas.errors import ConfigurationError
from ktnas.surrogate.constant import ConstantPredictor
from ktnas.typing import FloatArray

if TYPE_CHECKING:
    from sklearn.neural_network import MLPRegressor

    from ktnas.surrogate.base import Predictor

_PATIENCE, _LEAST = 10, 1e-4
"""Training ends after so many passes whose loss is not less by so much than the least before, as in scikit-learn."""


@dataclass(frozen=True, slots=True)
class MultilayerPerceptron:
    """Multilayer perceptron on standardised targets.

    Attributes:
        hidden: Units of each hidden layer.
        passes: Passes over the data, at most.
    """

    hidden: tuple[int, ...] = (200, 200, 200)
    passes: int = 100

    def __post_init__(self) -> None:
        if not self.hidden or min(*self.hidden, self.passes) < 1:
            raise ConfigurationError(f"a perceptron needs layers, each with a unit at least, and a pass; got {self}")

    @property
    def name(self) -> str:
        return "perceptron"

    def fit(self, x: FloatArray, y: FloatArray, rng: np.random.Generator) -> Predictor:
        """Fit to ``x (n, dim)`` and ``y (n,)``; weights and the order of the data are drawn with ``rng``."""
        from sklearn.neural_network import MLPRegressor

        mean, spread = float(y.mean()), float(y.std())
        if len(y) == 1 or float(np.ptp(y)) == 0:
            return ConstantPredictor(mean, 0.0)
        network = MLPRegressor(
            hidden_layer_sizes=self.hidden, batch_size=min(200, len(y)), random_state=int(rng.integers(2**31))
        )
        target, least, since = (y - mean) / spread, float("inf"), 0
        for _ in range(self.passes):  # `fit` would warn where it is stopped
            network.partial_fit(x, target)
            since = 0 if network.loss_ < least - _LEAST else since + 1
            least = min(least, network.loss_)
            if since > _PATIENCE:
                break
        return _FittedPerceptron(network, mean, spread)


@dataclass(frozen=True, slots=True)
class _FittedPerceptron:
    network: MLPRegressor
    mean: float
    spread: float

    def predict(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        return self.mean + self.spread * self.network.predict(x), np.zeros(len(x))
