"""The prediction where nothing can be learned: one architecture seen, or all the same."""

from dataclasses import dataclass

import numpy as np

from ktnas.typing import FloatArray


@dataclass(frozen=True, slots=True)
class ConstantPredictor:
    """The same mean and standard deviation everywhere.

    Attributes:
        mean: Predicted mean.
        std: Predicted standard deviation; 0 is read as 1, the spread of normal scores.
    """

    mean: float
    std: float

    def predict(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Mean ``(n,)`` and standard deviation ``(n,)`` at ``x (n, dim)``."""
        return np.full(len(x), self.mean), np.full(len(x), self.std or 1.0)
