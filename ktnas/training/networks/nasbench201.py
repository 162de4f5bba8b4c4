"""NAS-Bench-201's network: a stem, three stages of cells with a residual block between them.

Dong, Yang, "NAS-Bench-201", ICLR 2020, section 2.1 and figure 1. Channels 16, 32, 64 and five cells per stage at the
benchmark's own scale; `Size` changes both.
"""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor, nn

from ktnas.spaces.nasbench201 import EDGES, OPERATIONS
from ktnas.training.networks.edge_cell import Edge, build_cell
from ktnas.training.networks.network import Encoder, Size
from ktnas.training.networks.operations import ReLUConvBN, Zero, average_pool, droppable
from ktnas.typing import Genotype

_STAGES = 3


class ResidualReduction(nn.Module):
    """The block between stages: two 3x3 convolutions beside a pooled shortcut; halves the resolution.

    Args:
        inputs: Channels in.
        outputs: Channels out.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.residual = droppable(nn.Sequential(ReLUConvBN(inputs, outputs, 3, 2), ReLUConvBN(outputs, outputs, 3)))
        pool = nn.AvgPool2d(2, ceil_mode=True, count_include_pad=False)
        self.shortcut = nn.Sequential(pool, nn.Conv2d(inputs, outputs, 1, bias=False))

    def forward(self, inputs: Tensor) -> Tensor:
        outputs: Tensor = self.shortcut(inputs) + self.residual(inputs)
        return outputs


def operation(name: str, channels: int) -> nn.Module:
    """An operation of NAS-Bench-201 by its name in the official string; ``none`` gives zeros."""
    if name == "none":
        return Zero(channels)
    if name == "skip_connect":
        return nn.Identity()
    if name == "avg_pool_3x3":
        return average_pool()
    return ReLUConvBN(channels, channels, {"nor_conv_1x1": 1, "nor_conv_3x3": 3}[name])


def encoder(genotype: Genotype, inputs: int, size: Size, *, prune: bool = True) -> Encoder:
    """The network up to its last feature maps.

    Args:
        genotype: The cell.
        inputs: Channels of the images.
        size: Channels of the first stage and cells per stage.
        prune: Whether to leave out edges that contribute nothing. The published numbers of parameters and FLOPs
            belong to networks that have them.
    """
    names = [OPERATIONS[value] for value in genotype]
    modules = [*_modules(names, inputs, size, prune=prune)]
    return Encoder(nn.Sequential(*modules), size.channels * 2 ** (_STAGES - 1), _STAGES - 1)


def _modules(names: list[str], inputs: int, size: Size, *, prune: bool) -> Iterator[nn.Module]:
    channels = size.channels
    yield nn.Conv2d(inputs, channels, 3, padding=1, bias=False)
    yield nn.BatchNorm2d(channels)
    for stage in range(_STAGES):
        if stage:
            yield ResidualReduction(channels, 2 * channels)
            channels *= 2
        for _ in range(size.cells):
            yield _cell(names, channels, prune=prune)
    yield nn.BatchNorm2d(channels)
    yield nn.ReLU()


def _cell(names: list[str], channels: int, *, prune: bool) -> nn.Module:
    def make(name: str, _: Edge) -> nn.Module:
        return droppable(operation(name, channels))

    return build_cell(EDGES, names, make, Zero(channels), prune=prune)
