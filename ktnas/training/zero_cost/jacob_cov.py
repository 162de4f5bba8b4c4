"""jacob_cov (Mellor et al., arXiv 2006.04647v1; Abdelfattah et al., ICLR 2021): how little images' Jacobians correlate.

J holds, per image, the gradient of the sum of its outputs with respect to its pixels; with the eigenvalues v of the
images' correlations, the score is ``-sum(log(v + k) + 1 / (v + k))``, k = 1e-5. Uncorrelated Jacobians (all v = 1)
score highest. Batch normalisation uses the batch's statistics.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import nn

from ktnas.training.zero_cost.base import Batch, bounded, gradients

_K = 1e-5


@dataclass(frozen=True, slots=True)
class JacobCov:
    """Score of the correlations of input Jacobians; minus infinity where one of them is constant."""

    @property
    def name(self) -> str:
        return "jacob_cov"

    @property
    def reads_images(self) -> bool:
        return True

    def __call__(self, network: nn.Module, batch: Batch) -> float:
        images = batch.images.clone().requires_grad_()
        found = gradients(network(images).sum(), [images])
        if not found:
            return -math.inf
        ((_, jacobian),) = found
        correlations = torch.corrcoef(jacobian.flatten(1).double())
        if not bool(torch.isfinite(correlations).all()):
            return -math.inf
        shifted = torch.linalg.eigvalsh(correlations).clamp(min=0) + _K  # rounding may leave -1e-17
        return bounded(-float((shifted.log() + 1 / shifted).sum()))
