"""Parameters and multiply-adds of a network, counted as NAS-Bench-201's table counts them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ktnas.training.networks.network import Network


@dataclass(frozen=True, slots=True)
class Cost:
    """The size of a network.

    Attributes:
        parameters: Number of trained parameters, without those of an auxiliary head, which only helps to train.
        flops: Multiply-adds of the convolutions and linear layers for one image, a bias counting as one addition;
            normalization, activations and pooling count nothing.
    """

    parameters: int
    flops: int


def count(network: nn.Module, shape: tuple[int, int, int]) -> Cost:
    """The cost of ``network`` for an image of ``shape`` (height, width, channels).

    One blank image runs through it in evaluation mode; mode, weights and statistics stay as they were.
    """
    flops = 0

    def add(layer: nn.Module, _: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal flops
        flops += _flops(layer, output)

    layers = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    hooks = [layer.register_forward_hook(add) for layer in layers]
    modes = [(module, module.training) for module in network.modules()]
    weight = next(network.parameters(), torch.empty(0))
    height, width, channels = shape
    try:
        network.eval()
        with torch.no_grad():
            network(torch.zeros(1, channels, height, width, device=weight.device, dtype=weight.dtype))
    finally:
        for hook in hooks:
            hook.remove()
        for module, training in modes:
            module.training = training
    parameters = sum(weight.numel() for weight in network.parameters())
    if isinstance(network, Network) and network.auxiliary is not None:
        parameters -= sum(weight.numel() for weight in network.auxiliary.parameters())
    return Cost(parameters, flops)


def _flops(layer: nn.Module, output: Tensor) -> int:
    """Multiply-adds of a layer that gave ``output``, whose rows are one image or all tiles of one jigsaw."""
    if isinstance(layer, nn.Linear):
        each = layer.in_features
    elif isinstance(layer, nn.Conv2d):
        each = math.prod(layer.kernel_size) * layer.in_channels // layer.groups
    else:
        return 0
    return output.numel() * (each + (layer.bias is not None))
