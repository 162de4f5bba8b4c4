"""The number of multiplications and additions for one image, as the tables count them."""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn

from ktnas.training.networks.costs import count
from ktnas.training.zero_cost.base import Batch


@dataclass(frozen=True, slots=True)
class Flops:
    """Multiply-adds of one image, in millions. Reads no images."""

    @property
    def name(self) -> str:
        return "flops"

    @property
    def reads_images(self) -> bool:
        return False

    def __call__(self, network: nn.Module, batch: Batch) -> float:
        return count(network, batch.shape).flops / 1e6
