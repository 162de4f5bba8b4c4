"""Numbers per image; judged by the negated loss, as TransNAS-Bench-101 judges the layout of a room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ktnas.datasets.objectives.base import Augmentable, PerImage, Targets
from ktnas.datasets.objectives.targets import require_floats

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Regression:
    """Numbers per image, such as a room's layout: targets are floats ``(n, outputs)``. Mean squared error, negated.

    Images are neither mirrored nor shifted: the numbers say where things are.

    Attributes:
        outputs: Numbers per image.
    """

    outputs: int = 9
    metric = "negative validation loss"
    unit = ""
    tiles = 1
    augmentable = Augmentable(moves=False)

    @property
    def prediction(self) -> PerImage:
        return PerImage(self.outputs)

    def check(self, targets: Targets, size: tuple[int, int], where: str) -> None:
        require_floats(targets, (self.outputs,), where)

    def require_trainable(self, name: str, size: tuple[int, int], held_out: Mapping[str, Targets]) -> None:
        """Whatever has such targets can be trained."""

    def stored(self, targets: Targets) -> Targets:
        return np.array(targets, dtype=np.float32)

    def batched(self, targets: Tensor) -> Tensor:
        return targets

    def random_targets(self, count: int, size: tuple[int, int], rng: np.random.Generator) -> Targets:
        return rng.standard_normal((count, self.outputs))

    def loss(self, outputs: Tensor, targets: Tensor, label_smoothing: float) -> Tensor:
        """Mean squared error of ``(n, outputs)``."""
        from torch.nn import functional

        return functional.mse_loss(outputs, targets)

    def meter(self) -> NegativeLoss:
        return NegativeLoss()


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
