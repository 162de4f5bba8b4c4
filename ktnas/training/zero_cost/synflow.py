"""synflow (Tanaka, Kunin, Yamins, Ganguli, NeurIPS 2020, eq. 3): how much flows through all paths of the network.

With every parameter replaced by its absolute value and an image of ones, R is the sum of the outputs; the score is the
sum over weights of ``|w dR/dw|``. As in the implementation of Abdelfattah et al. (ICLR 2021) for NAS: in float64,
over the weights of convolutions and linear layers, and *with batch normalisation taken out* (their ``synflow``, not
their ``synflow_bn``). Ours: the logarithm of the sum, and no overflow.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import nn

from ktnas.training.zero_cost.base import Batch, gradients, layer_weights, saliency

_EXPONENTS = (0, 500, 1000)
"""Image and gradient are divided by 2 to this power, the next one where the sum is beyond float64."""


@dataclass(frozen=True, slots=True)
class Synflow:
    """Logarithm of synflow; minus infinity where nothing flows. Reads no images."""

    @property
    def name(self) -> str:
        return "synflow"

    @property
    def reads_images(self) -> bool:
        return False

    def __call__(self, network: nn.Module, batch: Batch) -> float:
        _linearize(network)
        weights = layer_weights(network)
        for exponent in _EXPONENTS:  # R is linear in the image, so every term shrinks alike
            shrunk = 2.0**-exponent
            ones = torch.full_like(batch.images[:1], shrunk, dtype=torch.float64)
            flow = saliency(gradients(network(ones).sum() * shrunk, weights))
            if math.isfinite(flow):
                return math.log(flow) + 2 * exponent * math.log(2.0) if flow > 0 else -math.inf
        return -math.inf


def _linearize(network: nn.Module) -> None:
    """Absolute parameters in float64; batch normalisation out of the way."""
    for module in list(network.modules()):
        for name, child in module.named_children():
            if isinstance(child, nn.BatchNorm1d | nn.BatchNorm2d):
                setattr(module, name, nn.Identity())
    network.double()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.abs_()
