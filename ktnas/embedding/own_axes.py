"""An embedder of several spaces on axes of each space's own: what shared axes are held against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ktnas.embedding.persistence import PersistentEmbedder, PersistentFitted
from ktnas.embedding.several_axes import FittedPerSpace
from ktnas.spaces.base import SearchSpace
from ktnas.spaces.several import SeveralSpaces
from ktnas.store import Arrays


@dataclass(frozen=True, slots=True)
class OwnAxes:
    """Another embedder, fitted to each of several spaces by itself; of one space, that embedder.

    Operations of one name are then different ones in different spaces, and no architecture tells anything of one in
    another space: ``Combined(tuple(map(OwnAxes, ktnas().embedder.parts)))`` is an ablation.

    Attributes:
        part: The other embedder.
    """

    part: PersistentEmbedder

    @property
    def name(self) -> str:
        return f"own-{self.part.name}"

    def fit(self, space: SearchSpace, rng: np.random.Generator) -> PersistentFitted:
        if not isinstance(space, SeveralSpaces):
            return self.part.fit(space, rng)
        streams = rng.spawn(len(space.spaces))
        fitted = (self.part.fit(one, stream) for one, stream in zip(space.spaces, streams, strict=True))
        return FittedPerSpace(space, tuple(fitted))

    def restore(self, space: SearchSpace, state: Arrays) -> PersistentFitted:
        if not isinstance(space, SeveralSpaces):
            return self.part.restore(space, state)
        parts = []
        for number, one in enumerate(space.spaces):
            prefix = f"{number}."
            own = {name.removeprefix(prefix): array for name, array in state.items() if name.startswith(prefix)}
            parts.append(self.part.restore(one, own))
        return FittedPerSpace(space, tuple(parts))
