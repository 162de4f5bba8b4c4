"""Random numbers of many scenes at once: a row each, so that no scene depends on which others are drawn with it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ktnas.typing import FloatArray, IntArray


class Draws:
    """Hands out columns of uniform numbers ``(n, columns)`` from left to right.

    Args:
        numbers: Numbers ``(n, columns)`` from 0 to below 1; row ``i`` comes from the generator of scene ``i``.
    """

    def __init__(self, numbers: FloatArray) -> None:
        self._numbers = numbers
        self._taken = 0

    def __len__(self) -> int:
        return len(self._numbers)

    def uniform(self, low: npt.ArrayLike, high: npt.ArrayLike, *shape: int) -> FloatArray:
        """Numbers ``(n, *shape)`` between ``low`` and ``high``, which broadcast."""
        count = int(np.prod(shape, dtype=int))
        taken = self._numbers[:, self._taken : self._taken + count]
        self._taken += count
        start = np.asarray(low, dtype=np.float64)
        return start + (np.asarray(high, dtype=np.float64) - start) * taken.reshape(len(self), *shape)

    def choice(self, count: int, *shape: int) -> IntArray:
        """Integers ``(n, *shape)`` from 0 to below ``count``."""
        return self.uniform(0, count, *shape).astype(np.int64)

    def chance(self, probability: npt.ArrayLike, *shape: int) -> npt.NDArray[np.bool_]:
        """Whether something of that probability happens ``(n, *shape)``."""
        return self.uniform(0, 1, *shape) < np.asarray(probability)
