"""GraSP (Wang, Zhang, Grosse, ICLR 2020, eq. 8): whether gradient flow would suffer from each weight's absence.

The score is the sum over the weights of convolutions and linear layers of ``-w (H g)``, H the Hessian and g the
gradient of the loss; as in Abdelfattah et al. (ICLR 2021), with that sign and with batch normalisation in place.
It takes either sign, so it is no logarithm.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

from ktnas.training.engine.losses import loss
from ktnas.training.zero_cost.base import Batch, bounded, gradients, layer_weights


@dataclass(frozen=True, slots=True)
class Grasp:
    """GraSP's sum; minus infinity where it is not finite, 0 where no weight matters."""

    @property
    def name(self) -> str:
        return "grasp"

    @property
    def reads_images(self) -> bool:
        return True

    def __call__(self, network: nn.Module, batch: Batch) -> float:
        value = loss(batch.objective, network(batch.images), batch.targets)
        used = gradients(value, layer_weights(network), differentiable=True)
        flow = sum(((g.detach() * g).sum() for _, g in used), start=torch.zeros(()))
        products = gradients(flow, [weight for weight, _ in used])  # g' dg/dw = H g
        return bounded(0.0 - sum(float((w.detach() * p).sum(dtype=torch.float64)) for w, p in products))
