"""Fitted embedders as arrays and back: what a `Store` can hold."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np

from ktnas.embedding.base import FittedEmbedder
from ktnas.spaces.base import SearchSpace
from ktnas.store import Arrays


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
