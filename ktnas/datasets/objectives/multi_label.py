"""Labels that may hold together; judged by the area under the ROC curve, as MedMNIST does.

Yang et al., "MedMNIST v2", Scientific Data 10, 2023.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ktnas.datasets.objectives.base import Augmentable, PerImage, Targets
from ktnas.datasets.objectives.targets import require_labels
from ktnas.errors import DataError

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class MultiLabel:
    """Labels that may hold together: targets are integers ``(n, labels)``, 0 or 1. Binary cross entropy; mean AUC.

    Attributes:
        labels: Number of labels.
    """

    labels: int
    metric = "validation AUC"
    unit = ""
    tiles = 1
    augmentable = Augmentable()

    @property
    def prediction(self) -> PerImage:
        return PerImage(self.labels)

    def check(self, targets: Targets, size: tuple[int, int], where: str) -> None:
        require_labels(targets, 2, (self.labels,), where)

    def require_trainable(self, name: str, size: tuple[int, int], held_out: Mapping[str, Targets]) -> None:
        """Refuse parts without a label that both holds and does not hold: the test part opens when all is paid for."""
        for use, targets in held_out.items():
            if not bool((targets.min(axis=0) < targets.max(axis=0)).any()):
                raise DataError(
                    f"dataset {name!r}: every label is the same for all images to {use}, so the AUC is undefined"
                )

    def stored(self, targets: Targets) -> Targets:
        return np.array(targets, dtype=np.float32)

    def batched(self, targets: Tensor) -> Tensor:
        return targets

    def random_targets(self, count: int, size: tuple[int, int], rng: np.random.Generator) -> Targets:
        return rng.integers(2, size=(count, self.labels))

    def loss(self, outputs: Tensor, targets: Tensor, label_smoothing: float) -> Tensor:
        """Binary cross entropy of logits ``(n, labels)``."""
        from torch.nn import functional

        return functional.binary_cross_entropy_with_logits(outputs, targets)

    def meter(self) -> AreaUnderCurve:
        return AreaUnderCurve()


class AreaUnderCurve:
    """Mean area under the ROC curve over the labels that both hold and do not hold somewhere, 0 to 1."""

    def __init__(self) -> None:
        self._scores: list[Tensor] = []
        self._targets: list[Tensor] = []

    def update(self, outputs: Tensor, targets: Tensor) -> None:
        self._scores.append(outputs.float())
        self._targets.append(targets)

    def result(self) -> dict[str, float]:
        import torch

        scores, targets = (torch.cat(parts).cpu().numpy() for parts in (self._scores, self._targets))
        holds = targets > 0.5
        told_apart = [label for label in range(holds.shape[1]) if 0 < holds[:, label].sum() < len(holds)]
        if not told_apart:
            raise DataError("the AUC is undefined: every label is the same for all images of this part")
        return {"auc": float(np.mean([area_under_curve(scores[:, i], holds[:, i]) for i in told_apart]))}


def area_under_curve(scores: npt.NDArray[np.floating], holds: npt.NDArray[np.bool_]) -> float:
    """Probability that an image with the label has the higher score, ties counted half (Mann-Whitney).

    Args:
        scores: ``(n,)``.
        holds: ``(n,)``; at least one true and one false.

    >>> area_under_curve(np.array([0.1, 0.4, 0.4, 0.8]), np.array([False, True, False, True]))
    0.875
    """
    _, place, count = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(count) - (count - 1) / 2)[place]
    positives = int(holds.sum())
    negatives = len(holds) - positives
    return float((ranks[holds].sum() - positives * (positives + 1) / 2) / (positives * negatives))
