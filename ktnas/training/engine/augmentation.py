"""Random changes of images on the device: mirroring, shifts, blanked squares. Targets per pixel move along.

The random numbers of an epoch are drawn at once on the CPU, so that every device trains on the same images, and
always all of them, so that switching one kind off leaves the others alone. The work on pixels is the device's.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ktnas.datasets.objectives.base import Objective, PerPixel
from ktnas.training.engine.on_device import Part
from ktnas.training.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Augmentation:
    """What may happen to an image.

    Attributes:
        flip: Whether every other image is mirrored.
        padding: Pixels that an image is shifted by at most, up or down and left or right.
        cutout: Side of a square that is blanked (DeVries, Taylor, arXiv 1708.04552); it may lie partly outside.
        dense: Whether there is a target per pixel, which moves along. Pixels that come in from outside repeat the
            border then, and so have a target; else they are black.
        signed: Whether the first component of a target points to the right and changes its sign in a mirror.
    """

    flip: bool = False
    padding: int = 0
    cutout: int = 0
    dense: bool = False
    signed: bool = False

    @classmethod
    def suited(cls, objective: Objective, recipe: Recipe) -> Augmentation:
        """The recipe's augmentation as far as the objective's targets stay true."""
        allowed = objective.augmentable
        return cls(
            flip=recipe.flip and allowed.moves,
            padding=recipe.padding if allowed.moves else 0,
            cutout=recipe.cutout if allowed.blanks else 0,
            dense=isinstance(objective.prediction, PerPixel),
            signed=allowed.signed,
        )

    def draw(self, count: int, size: tuple[int, int], generator: torch.Generator) -> Tensor:
        """What happens to ``count`` images of ``size`` (height, width).

        Returns:
            Integers ``(count, 5)``: mirrored or not, shift down and right, row and column of the blanked square.
        """
        lowest = torch.tensor([0, -self.padding, -self.padding, 0, 0])
        choices = torch.tensor([2, 2 * self.padding + 1, 2 * self.padding + 1, *size])
        uniform = torch.rand(count, 5, dtype=torch.float64, generator=generator)
        return lowest + (uniform * choices).long()

    def batch(self, part: Part, indices: Tensor, draws: Tensor) -> tuple[Tensor, Tensor]:
        """Some images of a part, changed, and their targets, as a network and a loss take them.

        Args:
            part: Images and targets.
            indices: Which images ``(n,)``.
            draws: What happens to them ``(n, 5)``, from `draw`, on the same device.

        Returns:
            Images ``(n, c, h, w)`` and targets ``(n, ...)``.
        """
        height, width = part.images.shape[1:3]
        if not (self.flip or self.padding):
            images, targets = part.images[indices], part.targets[indices]
        else:
            rows = torch.arange(height, device=indices.device) - draws[:, 1:2]
            columns = torch.arange(width, device=indices.device) - draws[:, 2:3]
            if self.flip:
                columns = torch.where(draws[:, :1] == 1, width - 1 - columns, columns)
            images, targets = self._moved(part, indices, rows, columns)
            if self.flip and self.signed:
                right = 1 - 2 * draws[:, 0].to(targets.dtype)[:, None, None]
                targets = torch.cat([targets[..., :1] * right[..., None], targets[..., 1:]], dim=-1)
        inputs = part.inputs(images)
        if self.cutout:
            inputs = inputs * self._outside_squares(draws, height, width)
        return inputs, part.answers(targets)

    def _moved(self, part: Part, indices: Tensor, rows: Tensor, columns: Tensor) -> tuple[Tensor, Tensor]:
        """Images and targets whose pixel ``(i, j)`` was at ``rows[:, i], columns[:, j]``."""
        height, width = part.images.shape[1:3]
        places = (
            indices[:, None, None],
            rows.clamp(0, height - 1)[:, :, None],
            columns.clamp(0, width - 1)[:, None, :],
        )
        images = part.images[places]
        if self.dense:
            return images, part.targets[places]
        inside = ((rows >= 0) & (rows < height))[:, :, None] & ((columns >= 0) & (columns < width))[:, None, :]
        return part.bordered(images, inside), part.targets[indices]

    def _outside_squares(self, draws: Tensor, height: int, width: int) -> Tensor:
        """1 where an image is kept, ``(n, 1, height, width)``; blanked pixels become the mean colour."""
        top, left = (draws[:, i : i + 1] - self.cutout // 2 for i in (3, 4))
        row, column = (torch.arange(size, device=draws.device) for size in (height, width))
        rows = (row >= top) & (row < top + self.cutout)
        columns = (column >= left) & (column < left + self.cutout)
        return (~(rows[:, :, None] & columns[:, None, :])).float()[:, None]
