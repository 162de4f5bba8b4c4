"""What a task teaches a network: the form of its targets, and the metric that is its fitness.

The seven kinds of TransNAS-Bench-101 (Duan et al., CVPR 2021, section 3.2) come down to these; classification and
multi-label classification also cover MedMNIST. Heads, losses and metrics dispatch on the type.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ktnas.errors import DataError

Targets: TypeAlias = npt.NDArray[np.generic]
"""Targets ``(n, ...)`` of ``n`` images; each objective says of what type and shape."""


@dataclass(frozen=True, slots=True)
class Classification:
    """One class per image: targets are integers ``(n,)`` from 0. Cross entropy; top-1 accuracy in %.

    Attributes:
        classes: Number of classes.
    """

    classes: int
    metric = "validation accuracy"
    unit = "%"

    def check(self, targets: Targets, size: tuple[int, int], where: str) -> None:
        """Refuse targets that do not fit."""
        _require_labels(targets, self.classes, (), where)


@dataclass(frozen=True, slots=True)
class MultiLabel:
    """Labels that may hold together: targets are integers ``(n, labels)``, 0 or 1. Binary cross entropy; mean AUC.

    Attributes:
        labels: Number of labels.
    """

    labels: int
    metric = "validation AUC"
    unit = ""

    def check(self, targets: Targets, size: tuple[int, int], where: str) -> None:
        """Refuse targets that do not fit."""
        _require_labels(targets, 2, (self.labels,), where)


@dataclass(frozen=True, slots=True)
class Jigsaw:
    """Which permutation shuffled the 3 x 3 tiles of an image: targets are integers ``(n,)``. As classification.

    Images are the shuffled tiles put together, height and width divisible by 3.

    Attributes:
        permutations: Number of permutations to tell apart.
    """

    permutations: int = 1000
    metric = "validation accuracy"
    unit = "%"

    def check(self, targets: Targets, size: tuple[int, int], where: str) -> None:
        """Refuse targets that do not fit."""
        if size[0] % 3 or size[1] % 3:
            raise DataError(f"{where}: a jigsaw needs images of 3 x 3 equal tiles; got {size[0]} x {size[1]} pixels")
        _require_labels(targets, self.permutations, (), where)


@dataclass(frozen=True, slots=True)
class Regression:
    """Numbers per image, such as a room's layout: targets are floats ``(n, outputs)``. Mean squared error, negated.

    Attributes:
        outputs: Numbers per image.
    """

    outputs: int = 9
    metric = "negative validation loss"
    unit = ""

    def check(self, targets: Targets, size: tuple[int, int], where: str) -> None:
        """Refuse targets that do not fit."""
        _require_floats(targets, (self.outputs,), where)


@dataclass(frozen=True, slots=True)
class Segmentation:
    """A class per pixel: targets are integers ``(n, height, width)``. Cross entropy; pixel accuracy in %, and mIoU.

    Attributes:
        classes: Number of classes.
    """

    classes: int = 17
    metric = "validation pixel accuracy"
    unit = "%"

    def check(self, targets: Targets, size: tuple[int, int], where: str) -> None:
        """Refuse targets that do not fit."""
        _require_labels(targets, self.classes, size, where)


@dataclass(frozen=True, slots=True)
class Normals:
    """Surface normals: targets are floats ``(n, height, width, 3)`` in [-1, 1]. Mean absolute error; SSIM."""

    metric = "validation SSIM"
    unit = ""

    def check(self, targets: Targets, size: tuple[int, int], where: str) -> None:
        """Refuse targets that do not fit."""
        _require_floats(targets, (*size, 3), where, bound=1.0)


@dataclass(frozen=True, slots=True)
class Autoencoding:
    """The image itself: targets are floats ``(n, height, width, 3)`` in [-1, 1]. Mean absolute error; SSIM."""

    metric = "validation SSIM"
    unit = ""

    def check(self, targets: Targets, size: tuple[int, int], where: str) -> None:
        """Refuse targets that do not fit."""
        _require_floats(targets, (*size, 3), where, bound=1.0)


Objective: TypeAlias = Classification | MultiLabel | Jigsaw | Regression | Segmentation | Normals | Autoencoding


def _require_labels(targets: Targets, classes: int, shape: tuple[int, ...], where: str) -> None:
    if targets.dtype.kind not in "iu" or targets.shape[1:] != shape:
        raise DataError(
            f"{where}: expected integer labels of shape {('n', *shape)}; got {targets.dtype} of shape {targets.shape}"
        )
    if targets.size and not 0 <= int(targets.min()) <= int(targets.max()) < classes:
        raise DataError(
            f"{where}: labels must be 0 to {classes - 1}; found {int(targets.min())} to {int(targets.max())}"
        )


def _require_floats(targets: Targets, shape: tuple[int, ...], where: str, bound: float | None = None) -> None:
    if targets.dtype.kind != "f" or targets.shape[1:] != shape:
        raise DataError(
            f"{where}: expected floating-point targets of shape {('n', *shape)}; "
            f"got {targets.dtype} of shape {targets.shape}"
        )
    if not bool(np.isfinite(targets).all()):
        raise DataError(f"{where}: targets must be finite; found NaN or infinity")
    if bound is not None and targets.size and float(np.abs(targets).max()) > bound:
        raise DataError(f"{where}: targets must lie between -{bound:g} and {bound:g}")
