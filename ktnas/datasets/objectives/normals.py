"""Surface normals; mean absolute error and SSIM, as TransNAS-Bench-101 judges them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ktnas.datasets.objectives.base import Augmentable, PerPixel, Targets
from ktnas.datasets.objectives.similarity import Similarity, require_window
from ktnas.datasets.objectives.targets import require_floats

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Normals:
    """Surface normals: targets are floats ``(n, height, width, 3)`` in [-1, 1]. Mean absolute error; SSIM.

    The first component points to the right. No square is blanked: it would hide what a target per pixel asks for.
    """

    metric = "validation SSIM"
    unit = ""
    tiles = 1
    augmentable = Augmentable(blanks=False, signed=True)
    prediction = PerPixel(3, bounded=True)

    def check(self, targets: Targets, size: tuple[int, int], where: str) -> None:
        require_floats(targets, (*size, 3), where, bound=1.0)

    def require_trainable(self, name: str, size: tuple[int, int], held_out: Mapping[str, Targets]) -> None:
        """Refuse images that are too small for SSIM."""
        require_window(name, size)

    def stored(self, targets: Targets) -> Targets:
        return np.array(targets, dtype=np.float32)

    def batched(self, targets: Tensor) -> Tensor:
        return targets.permute(0, 3, 1, 2)

    def random_targets(self, count: int, size: tuple[int, int], rng: np.random.Generator) -> Targets:
        return rng.uniform(-1, 1, (count, *size, 3))

    def loss(self, outputs: Tensor, targets: Tensor, label_smoothing: float) -> Tensor:
        """Mean absolute error of ``(n, 3, h, w)``."""
        from torch.nn import functional

        return functional.l1_loss(outputs, targets)

    def meter(self) -> Similarity:
        return Similarity()
