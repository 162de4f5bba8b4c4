"""Which permutation shuffled the tiles of an image; learnt as classification, as TransNAS-Bench-101 does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ktnas.datasets.objectives.accuracy import Accuracy
from ktnas.datasets.objectives.base import Augmentable, PerImage, Targets
from ktnas.datasets.objectives.targets import require_labels
from ktnas.errors import ConfigurationError, DataError

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Jigsaw:
    """Which permutation shuffled the 3 x 3 tiles of an image: targets are integers ``(n,)``. As classification.

    Images are the shuffled tiles put together, height and width divisible by 3. Tiles are told apart by their place and
    their borders, so that they are neither mirrored nor shifted.

    Attributes:
        permutations: Number of permutations to tell apart.
    """

    permutations: int = 1000
    metric = "validation accuracy"
    unit = "%"
    tiles = 3
    augmentable = Augmentable(moves=False)

    @property
    def prediction(self) -> PerImage:
        return PerImage(self.permutations)

    def check(self, targets: Targets, size: tuple[int, int], where: str) -> None:
        if size[0] % self.tiles or size[1] % self.tiles:
            raise DataError(f"{where}: a jigsaw needs images of 3 x 3 equal tiles; got {size[0]} x {size[1]} pixels")
        require_labels(targets, self.permutations, (), where)

    def require_trainable(self, name: str, size: tuple[int, int], held_out: Mapping[str, Targets]) -> None:
        """Refuse a resolution that does not divide into tiles."""
        if size[0] % self.tiles or size[1] % self.tiles:
            raise ConfigurationError(
                f"the recipe's resolution for the jigsaw {name!r} must be divisible by 3; got {size[0]}"
            )

    def stored(self, targets: Targets) -> Targets:
        return np.array(targets, dtype=np.int64)

    def batched(self, targets: Tensor) -> Tensor:
        return targets

    def random_targets(self, count: int, size: tuple[int, int], rng: np.random.Generator) -> Targets:
        return rng.integers(self.permutations, size=count)

    def loss(self, outputs: Tensor, targets: Tensor, label_smoothing: float) -> Tensor:
        """Cross entropy of logits ``(n, permutations)`` with ``(n,)``."""
        from torch.nn import functional

        return functional.cross_entropy(outputs, targets, label_smoothing=label_smoothing)

    def meter(self) -> Accuracy:
        return Accuracy()
