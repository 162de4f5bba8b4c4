"""TransNAS-Bench-101's networks: cells in a fixed skeleton (micro), or ResNet blocks in a chain (macro).

Duan et al., "TransNAS-Bench-101", CVPR 2021, section 3.1. At the benchmark's own scale images are 256 x 256 and
channels 64 after the stem; for smaller images the stem halves less often (`stem_halvings`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from torch import Tensor, nn

from ktnas.spaces.transnas_macro import TransNASMacro
from ktnas.spaces.transnas_micro import EDGES
from ktnas.spaces.transnas_micro import OPERATIONS as MICRO_OPERATIONS
from ktnas.training.networks.edge_cell import Edge, build_cell
from ktnas.training.networks.network import Encoder, Size
from ktnas.training.networks.operations import Convolution, FactorizedReduce, ReLUConvBN, Zero, droppable
from ktnas.typing import Genotype

_SKELETON = ("widen_downsample", "normal", "widen_downsample", "normal", "widen_downsample")
"""Kinds of the modules around a cell: 41414."""


_PER_MODULE = 2


class BasicBlock(nn.Module):
    """A ResNet's basic block: two 3x3 convolutions, and a shortcut that a 1x1 convolution fits to them.

    Args:
        inputs: Channels in.
        outputs: Channels out.
        stride: 1 or 2.
    """

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        first = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        residual = nn.Sequential(first, nn.BatchNorm2d(outputs), ReLUConvBN(outputs, outputs, 3))
        self.residual = droppable(residual)
        self.shortcut: nn.Module = nn.Identity()
        if stride > 1 or inputs != outputs:
            projection = Convolution(inputs, outputs, 1, stride)
            self.shortcut = nn.Sequential(projection, nn.BatchNorm2d(outputs))
        self.relu = nn.ReLU()

    def forward(self, inputs: Tensor) -> Tensor:
        outputs: Tensor = self.relu(self.residual(inputs) + self.shortcut(inputs))
        return outputs


def stem_halvings(side: int) -> int:
    """How often the stem halves images whose shorter side is ``side``: 0 below 64 pixels, 1 below 128, else 2.

    Upstream's stem always halves twice. Here feature maps keep at least as many pixels as the modules can still halve:
    4 x 4 at the end of a micro network for images of 32, 64 and 128 pixels, and upstream's 8 x 8 for 256.
    """
    return 0 if side < 64 else 1 if side < 128 else 2


def micro_encoder(genotype: Genotype, inputs: int, side: int, size: Size, *, prune: bool = True) -> Encoder:
    """A micro network up to its last feature maps.

    Args:
        genotype: The cell.
        inputs: Channels of the images.
        side: Shorter side of the images, before they are cut into tiles.
        size: Channels after the stem.
        prune: Whether to leave out edges that contribute nothing. The published numbers of parameters and FLOPs
            belong to networks that have them.
    """
    names = [MICRO_OPERATIONS[value] for value in genotype]

    def cell(channels: int, outputs: int, stride: int) -> nn.Module:
        def make(name: str, edge: Edge) -> nn.Module:
            if edge[0] == 0:
                return droppable(operation(name, channels, outputs, stride))
            return droppable(operation(name, outputs, outputs))

        return build_cell(EDGES, names, make, Zero(outputs, stride), prune=prune)

    halvings = stem_halvings(side)
    return _chain([*_stem(inputs, size.channels, halvings)], _SKELETON, cell, size.channels, halvings)


def macro_encoder(genotype: Genotype, inputs: int, side: int, size: Size) -> Encoder:
    """A macro network up to its last feature maps; arguments as for `micro_encoder`."""
    kinds = TransNASMacro().graph(genotype).operations[1:-1]
    halvings = stem_halvings(side)
    stem = [*_stem(inputs, size.channels, halvings), nn.ReLU()]
    return _chain(stem, kinds, BasicBlock, size.channels, halvings)


def operation(name: str, inputs: int, outputs: int, stride: int = 1) -> nn.Module:
    """An operation of the micro cell by its name; ``none`` gives zeros."""
    if name == "none":
        return Zero(outputs, stride)
    if name == "skip_connect":
        same = stride == 1 and inputs == outputs
        return nn.Identity() if same else FactorizedReduce(inputs, outputs, stride)
    return ReLUConvBN(inputs, outputs, {"nor_conv_1x1": 1, "nor_conv_3x3": 3}[name], stride)


def _chain(
    stem: list[nn.Module],
    kinds: Sequence[str],
    block: Callable[[int, int, int], nn.Module],
    channels: int,
    halvings: int,
) -> Encoder:
    """Modules of the kinds ``kinds``, each of two blocks, after a stem that gives ``channels`` channels."""
    modules = list(stem)
    for kind in kinds:
        outputs = channels * (2 if "widen" in kind else 1)
        stride = 2 if "downsample" in kind else 1
        modules.append(block(channels, outputs, stride))
        modules.extend(block(outputs, outputs, 1) for _ in range(_PER_MODULE - 1))
        channels, halvings = outputs, halvings + stride - 1
    return Encoder(nn.Sequential(*modules), channels, halvings)


def _stem(inputs: int, channels: int, halvings: int) -> Iterator[nn.Module]:
    narrow = channels // 2
    yield nn.Conv2d(inputs, narrow, 3, 2 if halvings > 1 else 1, padding=1, bias=False)
    yield nn.BatchNorm2d(narrow)
    yield ReLUConvBN(narrow, channels, 3, 2 if halvings else 1)
