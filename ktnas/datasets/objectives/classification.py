"""One class per image; cross entropy and top-1 accuracy, as TransNAS-Bench-101 trains scenes and objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ktnas.datasets.objectives.accuracy import Accuracy
from ktnas.datasets.objectives.base import Augmentable, PerImage, Targets
from ktnas.datasets.objectives.targets import require_labels

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Classification:
    """One class per image: targets are integers ``(n,)`` from 0. Cross entropy; top-1 accuracy in %.

    Attributes:
        classes: Number of classes.
    """

    classes: int
    metric = "validation accuracy"
    unit = "%"
    tiles = 1
    augmentable = Augmentable()

    @property
    def prediction(self) -> PerImage:
        return PerImage(self.classes)

    def check(self, targets: Targets, size: tuple[int, int], where: str) -> None:
        require_labels(targets, self.classes, (), where)

    def require_trainable(self, name: str, size: tuple[int, int], held_out: Mapping[str, Targets]) -> None:
        """Whatever has such targets can be trained."""

    def stored(self, targets: Targets) -> Targets:
        return np.array(targets, dtype=np.int64)

    def batched(self, targets: Tensor) -> Tensor:
        return targets

    def random_targets(self, count: int, size: tuple[int, int], rng: np.random.Generator) -> Targets:
        return rng.integers(self.classes, size=count)

    def loss(self, outputs: Tensor, targets: Tensor, label_smoothing: float) -> Tensor:
        """Cross entropy of logits ``(n, classes)`` with ``(n,)``."""
        from torch.nn import functional

        return functional.cross_entropy(outputs, targets, label_smoothing=label_smoothing)

    def meter(self) -> Accuracy:
        return Accuracy()
