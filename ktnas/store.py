"""Where arrays are kept under a key: what an embedder or a proxy asks of a cache."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

Arrays: TypeAlias = Mapping[str, npt.NDArray[np.generic]]
"""Arrays of numbers by name."""


def require(
    state: Arrays, name: str, dtype: type[np.generic], shape: tuple[int | None, ...]
) -> npt.NDArray[np.generic]:
    """The array ``name`` of a state, checked.

    Args:
        state: Arrays read from somewhere.
        name: Name of the array.
        dtype: Type of its entries.
        shape: Its shape; None where any length will do.

    Raises:
        ValueError: If it is absent, of another type or shape, or holds NaN or infinities.
    """
    if name not in state:
        raise ValueError(f"array {name!r} is missing; there are: {', '.join(sorted(state)) or 'none'}")
    array = state[name]
    fits = len(array.shape) == len(shape) and all(
        wanted in (None, length) for length, wanted in zip(array.shape, shape, strict=True)
    )
    if array.dtype != dtype or not fits:
        raise ValueError(
            f"array {name!r} is {array.dtype} of shape {array.shape}; expected {dtype.__name__} of {shape}"
        )
    if np.issubdtype(dtype, np.floating) and not np.isfinite(np.asarray(array, dtype=np.float64)).all():
        raise ValueError(f"array {name!r} holds NaN or infinite values")
    return array


class Store(Protocol):
    """Somewhere arrays are kept under a key. No method raises: without an answer, all is computed anew."""

    def get(self, key: str) -> Arrays | None:
        """The arrays put under ``key``; None if there are none that can be read."""

    def put(self, key: str, arrays: Arrays) -> None:
        """Keep ``arrays`` under ``key`` in place of what is there; not being able to is no error."""

    def reject(self, key: str, reason: str) -> None:
        """Be told that what `get` returned is not what was put, and will be put anew."""
