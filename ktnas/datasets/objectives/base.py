"""What an objective promises: form and storage of targets, what a network predicts, loss, metrics, augmentation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from torch import Tensor

Targets: TypeAlias = npt.NDArray[np.generic]
"""Targets ``(n, ...)`` of ``n`` images; each objective says of what type and shape."""


@dataclass(frozen=True, slots=True)
class PerImage:
    """A network gives numbers ``(n, numbers)`` for images: its head pools feature maps.

    Attributes:
        numbers: For each image.
    """

    numbers: int

    def shape(self, _: tuple[int, int]) -> tuple[int, ...]:
        """Shape of the prediction for one image, whatever its size."""
        return (self.numbers,)


@dataclass(frozen=True, slots=True)
class PerPixel:
    """A network gives maps ``(n, channels, h, w)`` at the images' resolution: its head is a decoder.

    Attributes:
        channels: Of the maps.
        bounded: Whether predictions and targets lie in [-1, 1].
        blends: Whether a pixel's target may be the mean of several when images are resized. It may not where the mean
            of two classes, or of two surfaces, is neither.
    """

    channels: int
    bounded: bool = False
    blends: bool = False

    def shape(self, size: tuple[int, int]) -> tuple[int, ...]:
        """Shape of the prediction for one image of ``size`` (height, width)."""
        return (self.channels, *size)


@dataclass(frozen=True, slots=True)
class Augmentable:
    """What may be done to an image at random so that its target stays true.

    Attributes:
        moves: Whether it may be mirrored and shifted; a target per pixel moves along.
        blanks: Whether a square of it may be blanked.
        signed: Whether the first component of a target points to the right, and changes its sign in a mirror.
    """

    moves: bool = True
    blanks: bool = True
    signed: bool = False


class Meter(Protocol):
    """Adds up metrics batch by batch: the result does not depend on how images are batched."""

    def update(self, outputs: Tensor, targets: Tensor) -> None:
        """Count a batch, as `Objective.loss` takes it."""

    def result(self) -> dict[str, float]:
        """Metrics of all that was counted, by name; the first is the fitness, higher is better.

        Raises:
            DataError: If a metric is undefined on what was counted.
        """


class Objective(Protocol):
    """What is to be learnt. A frozen dataclass: its fields are its whole configuration, and are recorded."""

    __dataclass_fields__: ClassVar[dict[str, Field[object]]]

    @property
    def metric(self) -> str:
        """Name of the fitness."""

    @property
    def unit(self) -> str:
        """Unit of the fitness; empty if it has none."""

    @property
    def prediction(self) -> PerImage | PerPixel:
        """What a network gives for an image: it decides the head."""

    @property
    def tiles(self) -> int:
        """Tiles along each side of an image that a network sees one by one; 1 where it sees the image whole."""

    @property
    def augmentable(self) -> Augmentable:
        """Which augmentation leaves targets true."""

    def check(self, targets: Targets, size: tuple[int, int], where: str) -> None:
        """Refuse targets that do not fit.

        Args:
            targets: Targets ``(n, ...)``.
            size: Height and width of the images.
            where: What they belong to, for the error.

        Raises:
            DataError: Saying what was expected.
        """

    def require_trainable(self, name: str, size: tuple[int, int], held_out: Mapping[str, Targets]) -> None:
        """Refuse what cannot be trained or measured, before anything is paid for.

        Args:
            name: Name of the dataset, for the error.
            size: Height and width of images as they are trained on.
            held_out: Targets of the parts that are measured on, by what they are for, such as ``"validate on"``.

        Raises:
            ConfigurationError: If images cannot have that size.
            DataError: If the metric would be undefined.
        """

    def stored(self, targets: Targets) -> Targets:
        """A copy of the targets in the smallest type that torch computes with."""

    def batched(self, targets: Tensor) -> Tensor:
        """Stored targets as loss and metrics take them: a target per pixel is ``(n, h, w)`` or ``(n, c, h, w)``."""

    def random_targets(self, count: int, size: tuple[int, int], rng: np.random.Generator) -> Targets:
        """Targets drawn at random for ``count`` images of ``size`` (height, width)."""

    def loss(self, outputs: Tensor, targets: Tensor, label_smoothing: float) -> Tensor:
        """Mean loss over a batch, a scalar; lower is better.

        Args:
            outputs: What the network predicts, float32; logits where there are classes.
            targets: As `batched` gives them.
            label_smoothing: Probability that is spread over all classes; no matter where there is none to spread.
        """

    def meter(self) -> Meter:
        """Metrics that have counted nothing yet."""
