"""What a surrogate promises."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from ktnas.typing import FloatArray


class Predictor(Protocol):
    """A fitted surrogate."""

    def predict(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Mean ``(n,)`` (higher is better) and standard deviation ``(n,)``, not negative, at ``x (n, dim)``."""


class Surrogate(Protocol):
    """A regressor. Its fields are its whole configuration."""

    @property
    def name(self) -> str:
        """Name used at the command line and in records."""

    def fit(self, x: FloatArray, y: FloatArray, rng: np.random.Generator) -> Predictor:
        """Fit to vectors ``x (n, dim)`` and targets ``y (n,)``, ``n >= 1``, higher is better; changes neither."""
