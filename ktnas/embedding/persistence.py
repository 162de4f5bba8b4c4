"""Fitted embedders as arrays and back: what a `Store` can hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
import numpy.typing as npt

from ktnas.embedding import FittedEmbedder
from ktnas.space import SearchSpace

Arrays: TypeAlias = Mapping[str, npt.NDArray[np.generic]]
"""Arrays of numbers by name."""


class PersistentFitted(FittedEmbedder, Protocol):
    """A fitted embedder that is nothing but arrays."""

    def state(self) -> Arrays:
        """All that `PersistentEmbedder.restore` needs."""


@runtime_checkable
class PersistentEmbedder(Protocol):
    """An embedder whose fit can be kept. Its fields are its whole configuration."""

    @property
    def name(self) -> str:
        """Name used at the command line and in records."""

    def fit(self, space: SearchSpace, rng: np.random.Generator) -> PersistentFitted:
        """Fix the axes for ``space``."""

    def restore(self, space: SearchSpace, state: Arrays) -> PersistentFitted:
        """What `fit` returned when ``state`` was taken from it; embeds alike to the bit.

        Raises:
            ValueError: If the arrays cannot be such a state.
        """


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
