"""SNIP (Lee, Ajanthan, Torr, ICLR 2019, eq. 6): how much the loss would feel each weight's absence.

The score is the logarithm of the sum over the weights of convolutions and linear layers of ``|w dL/dw|``, which is the
gradient of a mask on the weight; as in Abdelfattah et al. (ICLR 2021), with batch normalisation in place.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from torch import nn

from ktnas.training.engine.losses import loss
from ktnas.training.zero_cost.base import Batch, bounded, gradients, layer_weights, saliency


@dataclass(frozen=True, slots=True)
class Snip:
    """Logarithm of SNIP's sum; minus infinity where no weight matters."""

    @property
    def name(self) -> str:
        return "snip"

    @property
    def reads_images(self) -> bool:
        return True

    def __call__(self, network: nn.Module, batch: Batch) -> float:
        value = loss(batch.objective, network(batch.images), batch.targets)
        total = saliency(gradients(value, layer_weights(network)))
        return bounded(math.log(total)) if total > 0 else -math.inf
