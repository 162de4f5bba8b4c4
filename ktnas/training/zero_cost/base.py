"""What a zero-cost score promises, and what several of them share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn

from ktnas.datasets.objectives.base import Objective


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """What a network is shown, once.

    Attributes:
        images: Images ``(n, c, h, w)``, float32, channels of mean 0 and variance 1.
        targets: Targets ``(n, ...)`` as the objective says.
        objective: What is to be learnt.
    """

    images: Tensor
    targets: Tensor
    objective: Objective

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width, channels of an image."""
        channels, height, width = self.images.shape[1:]
        return height, width, channels


class Score(Protocol):
    """A way to score an untrained network. Its fields are its whole configuration."""

    @property
    def name(self) -> str:
        """Name used in records."""

    @property
    def reads_images(self) -> bool:
        """Whether images and targets matter; else only their shape and the objective do."""

    def __call__(self, network: nn.Module, batch: Batch) -> float:
        """The score: the higher, the more promising; finite or minus infinity.

        The network, in training mode and with the weights it was built with, may be changed: it is scored once.
        """


def bounded(value: float) -> float:
    """``value``; minus infinity where it is not finite, so that a network that cannot be scored promises nothing."""
    return value if math.isfinite(value) else -math.inf


def layer_weights(network: nn.Module) -> list[Tensor]:
    """Weights, without biases, of the convolutions and linear layers: what the published scores sum over."""
    layers = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)
    return [module.weight for module in network.modules() if isinstance(module, layers)]


def gradients(value: Tensor, tensors: Sequence[Tensor], *, differentiable: bool = False) -> list[tuple[Tensor, Tensor]]:
    """Those of ``tensors`` that ``value`` depends on, each with its gradient.

    Args:
        value: A number.
        tensors: What to differentiate by.
        differentiable: Whether the gradients are to be differentiated again.
    """
    if not value.requires_grad:
        return []
    found: Sequence[Tensor | None] = torch.autograd.grad(value, tensors, create_graph=differentiable, allow_unused=True)
    return [(tensor, gradient) for tensor, gradient in zip(tensors, found, strict=True) if gradient is not None]


def saliency(pairs: Sequence[tuple[Tensor, Tensor]]) -> float:
    """The sum of ``|w g|`` over weights and their gradients."""
    return sum(float((weight.detach() * gradient).abs().sum(dtype=torch.float64)) for weight, gradient in pairs)
