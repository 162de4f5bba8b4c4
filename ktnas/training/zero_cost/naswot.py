"""NASWOT (Mellor, Turner, Storkey, Crowley, ICML 2021): how differently a batch's images switch the ReLUs.

``c_i`` is the binary code of image i: which of the N rectified units are on. The kernel ``K_ij = N - d_H(c_i, c_j)``
counts the units that agree (eq. 1); the score is ``log |det K|`` (eq. 2). As in the authors' code, every ReLU of the
network counts, and batch normalisation uses the batch's statistics.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ktnas.training.zero_cost.base import Batch, bounded


@dataclass(frozen=True, slots=True)
class Naswot:
    """Log-determinant of the kernel of binary codes; minus infinity where two images have one code."""

    @property
    def name(self) -> str:
        return "naswot"

    @property
    def reads_images(self) -> bool:
        return True

    def __call__(self, network: nn.Module, batch: Batch) -> float:
        count = len(batch.images)
        kernel = torch.zeros(count, count, dtype=torch.float64)

        def add(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            on = (inputs[0].reshape(count, -1) > 0).float()  # a jigsaw's tiles stay with their image
            off = 1 - on
            kernel.add_(on @ on.T + off @ off.T)  # whole numbers, exact in float32 up to 2 ** 24 units a layer

        for module in network.modules():
            if isinstance(module, nn.ReLU):
                module.register_forward_pre_hook(add)
        with torch.no_grad():
            network(batch.images)
        return bounded(float(torch.linalg.slogdet(kernel).logabsdet))
