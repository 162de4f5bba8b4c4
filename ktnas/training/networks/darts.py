"""Networks of DARTS and EMT-NAS: a chain of cells, each reading the outputs of the two cells before it.

Liu, Simonyan, Yang, "DARTS", ICLR 2019, section 3 and appendix: a stem of three times the channels, reduction cells at
one and two thirds of the depth. Liao, Jin, Du, "EMT-NAS", CVPR 2023, uses the same network around its own cell.
Cells that nothing reads, because all later ones skip them, are not built.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ktnas.errors import ConfigurationError
from ktnas.spaces.darts import DARTS
from ktnas.training.networks.network import Encoder, Size
from ktnas.training.networks.operations import (
    DilatedConv,
    FactorizedReduce,
    ReLUConvBN,
    SeparableConv,
    Zero,
    average_pool,
    droppable,
    max_pool,
)
from ktnas.typing import Genotype

_GENES = 4


_STEM = 3


_CONVOLUTIONS: dict[str, tuple[type[SeparableConv | DilatedConv], int]] = {
    f"{kind}_{side}x{side}": (module, side)
    for kind, module in (("sep_conv", SeparableConv), ("dil_conv", DilatedConv))
    for side in (3, 5, 7)
}


@dataclass(frozen=True, slots=True)
class CellPlan:
    """One of a genotype's two cells.

    Attributes:
        blocks: For each block its two ``(node, operation)``; nodes 0 and 1 are the cell's inputs, then come blocks.
        outputs: Nodes that are concatenated.
    """

    blocks: tuple[tuple[tuple[int, str], tuple[int, str]], ...]
    outputs: tuple[int, ...]

    @property
    def read(self) -> frozenset[int]:
        """Those of the two inputs, 0 and 1, that a block reads."""
        return frozenset(node for block in self.blocks for node, _ in block) & {0, 1}


def plans(space: DARTS, genotype: Genotype) -> tuple[CellPlan, CellPlan]:
    """The normal and the reduction cell of a genotype."""
    half = space.blocks * _GENES
    return _plan(space, genotype[:half]), _plan(space, genotype[half:])


def _plan(space: DARTS, genes: Genotype) -> CellPlan:
    pairs = [(genes[i], space.operations[genes[i + 1]]) for i in range(0, len(genes), 2)]
    used = set(genes[::2]) if space.unused_only else set()
    outputs = tuple(node for node in range(2, space.blocks + 2) if node not in used)
    return CellPlan(tuple(zip(pairs[::2], pairs[1::2], strict=True)), outputs)


def operation(name: str, channels: int, stride: int) -> nn.Module:
    """An operation of DARTS or EMT-NAS by its name; channels stay as they are.

    Raises:
        ConfigurationError: If there is none of that name.
    """
    if name == "none":
        return Zero(channels, stride)
    if name == "skip_connect":
        return nn.Identity() if stride == 1 else FactorizedReduce(channels, channels)
    if name == "max_pool_3x3":
        return max_pool(stride)
    if name == "avg_pool_3x3":
        return average_pool(stride)
    if name not in _CONVOLUTIONS:
        known = ", ".join((*_CONVOLUTIONS, "none", "skip_connect", "max_pool_3x3", "avg_pool_3x3"))
        raise ConfigurationError(f"no network has the operation {name!r}; those of DARTS and EMT-NAS are {known}")
    kind, kernel = _CONVOLUTIONS[name]
    return kind(channels, kernel, stride)


@dataclass(frozen=True, slots=True)
class CellShape:
    """Where a cell stands in its network.

    Attributes:
        before_last: Channels of the cell before the last.
        last: Channels of the last cell.
        channels: Channels of each block.
        reduces: Whether this cell halves the resolution.
        after_reduction: Whether the last cell did: then the one before it has twice the resolution.
    """

    before_last: int
    last: int
    channels: int
    reduces: bool
    after_reduction: bool


class Cell(nn.Module):
    """A cell: blocks add two operations each; some or all of them are concatenated.

    Args:
        plan: What the cell computes.
        shape: Where it stands.
    """

    def __init__(self, plan: CellPlan, shape: CellShape) -> None:
        super().__init__()
        self.nodes = tuple((first[0], second[0]) for first, second in plan.blocks)
        self.outputs = plan.outputs
        before = _fit(shape.before_last, shape.channels, halves=shape.after_reduction)
        self.before_last = before if 0 in plan.read else None
        self.last = _fit(shape.last, shape.channels, halves=False) if 1 in plan.read else None
        self.operations = nn.ModuleList(
            droppable(operation(name, shape.channels, 2 if shape.reduces and node < 2 else 1))
            for block in plan.blocks
            for node, name in block
        )

    def forward(self, before_last: Tensor, last: Tensor) -> Tensor:
        nodes = [
            before_last if self.before_last is None else self.before_last(before_last),
            last if self.last is None else self.last(last),
        ]
        for i, (first, second) in enumerate(self.nodes):
            nodes.append(self.operations[2 * i](nodes[first]) + self.operations[2 * i + 1](nodes[second]))
        return torch.cat([nodes[node] for node in self.outputs], dim=1)


def _fit(inputs: int, outputs: int, *, halves: bool) -> nn.Module:
    return FactorizedReduce(inputs, outputs) if halves else ReLUConvBN(inputs, outputs, 1)


class Unread(nn.Module):
    """Stands for a cell that no later one reads; what it gives is never used."""

    def forward(self, before_last: Tensor, last: Tensor) -> Tensor:
        return last


class Start(nn.Module):
    """The stem and the first cells: images to the outputs of the last two cells.

    Args:
        inputs: Channels of the images.
        channels: Channels of the stem.
        cells: The cells up to the last reduction.
    """

    def __init__(self, inputs: int, channels: int, cells: Sequence[nn.Module]) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(inputs, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
        self.cells = nn.ModuleList(cells)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        stem = self.stem(images)
        before_last, last = stem, stem
        for cell in self.cells:
            before_last, last = last, cell(before_last, last)
        return before_last, last


class Rest(nn.Module):
    """The other cells: outputs of two cells to the last feature maps.

    Args:
        cells: The cells after the last reduction.
    """

    def __init__(self, cells: Sequence[nn.Module]) -> None:
        super().__init__()
        self.cells = nn.ModuleList(cells)

    def forward(self, outputs: tuple[Tensor, Tensor]) -> Tensor:
        before_last, last = outputs
        for cell in self.cells:
            before_last, last = last, cell(before_last, last)
        return last


def encoder(space: DARTS, genotype: Genotype, inputs: int, size: Size) -> Encoder:
    """The network up to its last feature maps.

    Args:
        space: DARTS, EMT-NAS, or another of their form.
        genotype: The two cells.
        inputs: Channels of the images.
        size: Channels of the first cell, and cells in total.
    """
    normal, reduction = plans(space, genotype)
    reductions = {size.cells // 3, 2 * size.cells // 3}
    sequence = [reduction if i in reductions else normal for i in range(size.cells)]
    split = max(reductions) + 1
    live = read_cells(sequence, also=split - 1 if size.auxiliary else None)
    cells: list[nn.Module] = []
    before_last, last, channels = _STEM * size.channels, _STEM * size.channels, size.channels
    widths = []
    for i, plan in enumerate(sequence):
        channels *= 2 if i in reductions else 1
        shape = CellShape(before_last, last, channels, i in reductions, i - 1 in reductions)
        cells.append(Cell(plan, shape) if i in live else Unread())
        before_last, last = last, channels * len(plan.outputs)
        widths.append(last)
    module = nn.Sequential(Start(inputs, _STEM * size.channels, cells[:split]), Rest(cells[split:]))
    return Encoder(module, last, len(reductions), middle=(widths[split - 1], len(reductions)))


def read_cells(sequence: Sequence[CellPlan], also: int | None = None) -> frozenset[int]:
    """The cells of a chain on which the last one depends, and those on which the one numbered ``also`` does."""
    live = {len(sequence) - 1} | ({also} if also is not None else set())
    for i in reversed(range(len(sequence))):
        if i in live:
            live |= {i - 2 + node for node in sequence[i].read}
    return frozenset(i for i in live if i >= 0)
