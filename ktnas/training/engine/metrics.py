"""The metrics of each objective, added up batch by batch: the result does not depend on how images are batched.

The first value of a result is the fitness, and higher is better. As in TransNAS-Bench-101 (Duan et al., CVPR 2021,
section 3.2): top-1 accuracy, negative loss of the room layout, pixel accuracy and mean intersection over union, SSIM.
MedMNIST (Yang et al., Scientific Data 10, 2023) judges several labels by the mean area under the ROC curve.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ktnas.datasets.objectives import Classification, Jigsaw, MultiLabel, Objective, Regression, Segmentation
from ktnas.errors import DataError
from ktnas.training.engine.ssim import ssim


class Meter(Protocol):
    """Adds up a metric."""

    def update(self, outputs: Tensor, targets: Tensor) -> None:
        """Count a batch, as `ktnas.training.engine.losses.loss` takes it."""

    def result(self) -> dict[str, float]:
        """Metrics of all that was counted, by name; the first is the fitness."""


def metrics(objective: Objective) -> Meter:
    """A meter that has counted nothing yet."""
    match objective:
        case Classification() | Jigsaw():
            return Accuracy()
        case MultiLabel():
            return AreaUnderCurve()
        case Regression():
            return NegativeLoss()
        case Segmentation(classes=classes):
            return PixelAccuracy(classes)
        case _:
            return Similarity()


class Accuracy:
    """Share of images whose class has the largest output, in %."""

    def __init__(self) -> None:
        self._right: Tensor | int = 0  # sums stay on the device until they are read: reading makes a GPU wait
        self._images = 0

    def update(self, outputs: Tensor, targets: Tensor) -> None:
        self._right = self._right + (outputs.argmax(1) == targets).sum()
        self._images += len(targets)

    def result(self) -> dict[str, float]:
        return {"accuracy": 100 * int(self._right) / self._images}


class NegativeLoss:
    """Minus the mean squared error."""

    def __init__(self) -> None:
        self._squares: Tensor | float = 0.0
        self._numbers = 0

    def update(self, outputs: Tensor, targets: Tensor) -> None:
        self._squares = self._squares + (outputs.double() - targets.double()).square().sum()
        self._numbers += targets.numel()

    def result(self) -> dict[str, float]:
        return {"negative_loss": -float(self._squares) / self._numbers}


class Similarity:
    """Mean SSIM over images."""

    def __init__(self) -> None:
        self._total: Tensor | float = 0.0
        self._images = 0

    def update(self, outputs: Tensor, targets: Tensor) -> None:
        self._total = self._total + ssim(outputs, targets).sum()
        self._images += len(targets)

    def result(self) -> dict[str, float]:
        return {"ssim": float(self._total) / self._images}


class PixelAccuracy:
    """Share of pixels with the right class, and mean intersection over union, both in %.

    The mean is over the classes that occur in the targets, so that every network is judged by the same classes.
    """

    def __init__(self, classes: int) -> None:
        self._classes = classes
        self._confusion: Tensor | None = None

    def update(self, outputs: Tensor, targets: Tensor) -> None:
        pairs = (targets * self._classes + outputs.argmax(1)).flatten()
        counts = torch.bincount(pairs, minlength=self._classes**2)
        self._confusion = counts if self._confusion is None else self._confusion + counts

    def result(self) -> dict[str, float]:
        if self._confusion is None:
            raise DataError("segmentation: no image was counted")
        confusion = self._confusion.cpu().numpy().reshape(self._classes, self._classes)
        right, asked, given = confusion.diagonal(), confusion.sum(1), confusion.sum(0)
        occurs = asked > 0
        overlap = right[occurs] / (asked + given - right)[occurs]
        return {"pixel_accuracy": 100 * float(right.sum() / confusion.sum()), "miou": 100 * float(overlap.mean())}


class AreaUnderCurve:
    """Mean area under the ROC curve over the labels that both hold and do not hold somewhere, 0 to 1."""

    def __init__(self) -> None:
        self._scores: list[Tensor] = []
        self._targets: list[Tensor] = []

    def update(self, outputs: Tensor, targets: Tensor) -> None:
        self._scores.append(outputs.float())
        self._targets.append(targets)

    def result(self) -> dict[str, float]:
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
