"""How a network is trained, as data: it is recorded with the results, and reads like the section of a paper.

The defaults follow NAS-Bench-201 (Dong, Yang, ICLR 2020, section 2.2: SGD with Nesterov momentum 0.9, learning rate 0.1
falling by a cosine, weight decay 5e-4, batch 256, flips and crops) but for the number of epochs, and are small enough
for a CPU.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from ktnas.errors import ConfigurationError

Precision: TypeAlias = Literal["float32", "bfloat16"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """SGD with Nesterov momentum and a cosine schedule.

    Attributes:
        epochs: Passes over the training part: the fidelity that costs most.
        share: Share of the training part that is used, above 0 up to 1, the same images for every network.
        resolution: Height and width that images are resized to; None to leave them.
        batch_size: Images per step.
        learning_rate: At the start; it falls to 0.
        warmup: Share of all steps in which the learning rate rises from 0.
        momentum: Nesterov momentum.
        weight_decay: On every parameter.
        gradient_clip: Largest norm of a gradient; 0 for none.
        label_smoothing: Probability that is spread over all classes, for classes.
        flip: Whether images are mirrored at random; not for objectives in which left and right matter.
        padding: Pixels by which images are shifted at random, at most.
        cutout: Side of the square that is blanked at random; 0 for none.
        drop_path: Probability at the end of training, rising linearly from 0, that a path of a cell is dropped.
        auxiliary: Weight of the loss of an auxiliary head, where the network has one; 0 for none.
        precision: ``"float32"``, or ``"bfloat16"`` for autocast.

    Raises:
        ConfigurationError: If a value is out of its range.
    """

    epochs: int = 3
    share: float = 1.0
    resolution: int | None = None
    batch_size: int = 128
    learning_rate: float = 0.1
    warmup: float = 0.0
    momentum: float = 0.9
    weight_decay: float = 5e-4
    gradient_clip: float = 5.0
    label_smoothing: float = 0.0
    flip: bool = True
    padding: int = 4
    cutout: int = 0
    drop_path: float = 0.0
    auxiliary: float = 0.0
    precision: Precision = "float32"

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size"):
            _require(name, getattr(self, name), getattr(self, name) >= 1, "at least 1")
        _require("resolution", self.resolution, self.resolution is None or self.resolution >= 8, "at least 8")
        _require("share", self.share, 0 < self.share <= 1, "above 0 and at most 1")
        _require("learning_rate", self.learning_rate, self.learning_rate > 0, "above 0")
        for name in ("warmup", "momentum", "label_smoothing", "drop_path"):
            _require(name, getattr(self, name), 0 <= getattr(self, name) < 1, "at least 0 and below 1")
        for name in ("weight_decay", "gradient_clip", "padding", "cutout", "auxiliary"):
            _require(name, getattr(self, name), getattr(self, name) >= 0, "at least 0")
        known = ("float32", "bfloat16")
        _require("precision", self.precision, self.precision in known, " or ".join(known))

    def resized(self, shape: tuple[int, int, int]) -> tuple[int, int, int]:
        """Height, width, channels that a network gets to see, of images that have ``shape``."""
        return shape if self.resolution is None else (self.resolution, self.resolution, shape[2])


def _require(name: str, value: object, holds: bool, expected: str) -> None:
    if not holds:
        raise ConfigurationError(f"the recipe's {name} must be {expected}; got {value}")
