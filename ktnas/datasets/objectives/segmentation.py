"""A class per pixel; pixel accuracy and mean intersection over union, as TransNAS-Bench-101 reports them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ktnas.datasets.objectives.base import Augmentable, PerPixel, Targets
from ktnas.datasets.objectives.targets import require_labels
from ktnas.errors import DataError

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Segmentation:
    """A class per pixel: targets are integers ``(n, height, width)``. Cross entropy; pixel accuracy in %, and mIoU.

    No square is blanked: it would hide what a target per pixel asks for.

    Attributes:
        classes: Number of classes.
    """

    classes: int = 17
    metric = "validation pixel accuracy"
    unit = "%"
    tiles = 1
    augmentable = Augmentable(blanks=False)

    @property
    def prediction(self) -> PerPixel:
        return PerPixel(self.classes)

    def check(self, targets: Targets, size: tuple[int, int], where: str) -> None:
        require_labels(targets, self.classes, size, where)

    def require_trainable(self, name: str, size: tuple[int, int], held_out: Mapping[str, Targets]) -> None:
        """Whatever has such targets can be trained."""

    def stored(self, targets: Targets) -> Targets:
        return np.array(targets, dtype=np.uint8 if self.classes <= 256 else np.int64)

    def batched(self, targets: Tensor) -> Tensor:
        return targets.long()

    def random_targets(self, count: int, size: tuple[int, int], rng: np.random.Generator) -> Targets:
        return rng.integers(self.classes, size=(count, *size))

    def loss(self, outputs: Tensor, targets: Tensor, label_smoothing: float) -> Tensor:
        """Cross entropy per pixel of logits ``(n, classes, h, w)`` with ``(n, h, w)``."""
        from torch.nn import functional

        return functional.cross_entropy(outputs, targets)

    def meter(self) -> PixelAccuracy:
        return PixelAccuracy(self.classes)


class PixelAccuracy:
    """Share of pixels with the right class, and mean intersection over union, both in %.

    The mean is over the classes that occur in the targets, so that every network is judged by the same classes.

    Args:
        classes: Number of classes.
    """

    def __init__(self, classes: int) -> None:
        self._classes = classes
        self._confusion: Tensor | None = None

    def update(self, outputs: Tensor, targets: Tensor) -> None:
        pairs = (targets * self._classes + outputs.argmax(1)).flatten()
        counts = pairs.bincount(minlength=self._classes**2)
        self._confusion = counts if self._confusion is None else self._confusion + counts

    def result(self) -> dict[str, float]:
        if self._confusion is None:
            raise DataError("segmentation: no image was counted")
        confusion = self._confusion.cpu().numpy().reshape(self._classes, self._classes)
        right, asked, given = confusion.diagonal(), confusion.sum(1), confusion.sum(0)
        occurs = asked > 0
        overlap = right[occurs] / (asked + given - right)[occurs]
        return {"pixel_accuracy": 100 * float(right.sum() / confusion.sum()), "miou": 100 * float(overlap.mean())}
