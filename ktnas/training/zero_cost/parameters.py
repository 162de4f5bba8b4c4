"""The number of trainable parameters, the head's included: the plainest score, and hard to beat."""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn

from ktnas.training.zero_cost.base import Batch


@dataclass(frozen=True, slots=True)
class ParameterCount:
    """Trainable parameters, in millions. Reads no images.

    `ktnas.problem.proxy.Parameters` asks the space instead, and builds nothing.
    """

    @property
    def name(self) -> str:
        return "parameters"

    @property
    def reads_images(self) -> bool:
        return False

    def __call__(self, network: nn.Module, batch: Batch) -> float:
        return sum(weight.numel() for weight in network.parameters()) / 1e6
