"""All networks of DARTS or EMT-NAS at once: every operation between every two nodes of every cell.

As in DARTS' own search network, an operation belongs to a cell, a block, the node that it reads, and a kind: the two
operands of a block share it where they read the same node.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ktnas.datasets.objectives.base import Objective
from ktnas.spaces.darts import DARTS
from ktnas.training.networks.darts import CellPlan, CellShape, Start, operation, plans, read_cells
from ktnas.training.networks.heads import build_head
from ktnas.training.networks.network import Size
from ktnas.training.networks.operations import FactorizedReduce, ReLUConvBN, droppable
from ktnas.training.supernet.weight_blocks import SharedHead, WeightBlocks
from ktnas.typing import Genotype

_STEM = 3


_INPUTS = 2
"""Nodes of a cell before its blocks."""


@dataclass(frozen=True, slots=True)
class Stop:
    """What a path does in one cell.

    Attributes:
        plan: What the cell computes.
        before_last: Which feature maps of the cell before the last the path has, from 0.
        last: Which of the last cell.
    """

    plan: CellPlan
    before_last: tuple[int, ...]
    last: tuple[int, ...]


class SharedCell(nn.Module):
    """Every cell at one place of the network.

    Args:
        space: DARTS, EMT-NAS, or another of their form.
        shape: Where the cell stands; channels before it are those of all feature maps.
        groups: Number of feature maps that the cell before the last, and the last one, can have.
    """

    def __init__(self, space: DARTS, shape: CellShape, groups: tuple[int, int]) -> None:
        super().__init__()
        before = FactorizedReduce if shape.after_reduction else _fit
        self.before_last = WeightBlocks(before(shape.before_last, shape.channels), groups[0])
        self.last = WeightBlocks(_fit(shape.last, shape.channels), groups[1])
        self.operations = nn.ModuleDict(
            {
                _key(block, node, name): droppable(
                    operation(name, shape.channels, 2 if shape.reduces and node < _INPUTS else 1)
                )
                for block in range(space.blocks)
                for node in range(block + _INPUTS)
                for name in space.operations
            }
        )

    def forward(self, before_last: Tensor, last: Tensor, stop: Stop) -> Tensor:
        """The path's feature maps, concatenated ``(n, c, h, w)``."""
        read = stop.plan.read
        nodes = [
            self.before_last(before_last, stop.before_last) if 0 in read else before_last,
            self.last(last, stop.last) if 1 in read else last,
        ]
        for i, pairs in enumerate(stop.plan.blocks):
            first, second = (self.operations[_key(i, node, name)](nodes[node]) for node, name in pairs)
            nodes.append(first + second)
        return torch.cat([nodes[node] for node in stop.plan.outputs], dim=1)

    def weights(self, stop: Stop) -> Iterator[tuple[str, Tensor]]:
        """The state of the path's cell, as `ktnas.training.networks.darts.Cell` names it."""
        for node, name, columns, groups in (
            (0, "before_last", self.before_last, stop.before_last),
            (1, "last", self.last, stop.last),
        ):
            if node in stop.plan.read:
                yield from ((f"{name}.{key}", value) for key, value in columns.weights(groups).items())
        chosen = [_key(i, *pair) for i, pairs in enumerate(stop.plan.blocks) for pair in pairs]
        for number, key in enumerate(chosen):
            yield from self.operations[key].state_dict(prefix=f"operations.{number}.").items()


def _fit(inputs: int, outputs: int) -> nn.Module:
    return ReLUConvBN(inputs, outputs, 1)


def _key(block: int, node: int, name: str) -> str:
    return f"{block}-{node}-{name}"


class SharedDARTS(nn.Module):
    """The networks of all architectures of DARTS, EMT-NAS, or another space of their form.

    Args:
        space: The space.
        objective: What is to be learnt; decides the head.
        shape: Height, width and channels of the images.
        size: How large the networks are.
    """

    def __init__(self, space: DARTS, objective: Objective, shape: tuple[int, int, int], size: Size) -> None:
        super().__init__()
        self._space = space
        self._reductions = {size.cells // 3, 2 * size.cells // 3}  # as ktnas.training.networks.darts.encoder
        self.stem = Start(shape[2], _STEM * size.channels, ()).stem
        self.cells = nn.ModuleList(_cells(space, size, self._reductions))
        channels, halvings = size.channels * 2 ** len(self._reductions), len(self._reductions)
        self.head = SharedHead(
            lambda count: build_head(objective, count * channels, halvings, shape[:2]),
            space.blocks,
            range(1, space.blocks + 1) if space.unused_only else (space.blocks,),
        )

    def forward(self, images: Tensor, genotype: Genotype) -> Tensor:
        """Raw outputs of the architecture's network for images ``(n, c, h, w)``."""
        stem: Tensor = self.stem(images)
        before_last, last = stem, stem
        route = self._route(genotype)
        for cell, stop in zip(self.cells, route, strict=True):
            before_last, last = last, last if stop is None else cell(before_last, last, stop)
        outputs: Tensor = self.head(last, _groups(plans(self._space, genotype)[self._reduces_last()]))
        return outputs

    def weights(self, genotype: Genotype) -> dict[str, Tensor]:
        """The state of the architecture's network, as `ktnas.training.networks.build` names it."""
        state = dict(self.stem.state_dict(prefix="encoder.0.stem."))
        split = max(self._reductions) + 1
        for i, (cell, stop) in enumerate(zip(self.cells, self._route(genotype), strict=True)):
            if stop is not None and isinstance(cell, SharedCell):
                prefix = f"encoder.0.cells.{i}" if i < split else f"encoder.1.cells.{i - split}"
                state.update((f"{prefix}.{key}", value) for key, value in cell.weights(stop))
        head = self.head.weights(_groups(plans(self._space, genotype)[self._reduces_last()]))
        return {**state, **{f"head.{key}": value for key, value in head.items()}}

    def _reduces_last(self) -> bool:
        return len(self.cells) - 1 in self._reductions

    def _route(self, genotype: Genotype) -> list[Stop | None]:
        """What each cell does; None for a cell that no later one reads."""
        both = plans(self._space, genotype)
        sequence = [both[i in self._reductions] for i in range(len(self.cells))]
        live = read_cells(sequence)
        outputs = [(0,), (0,), *(_groups(plan) for plan in sequence)]  # the stem is a single feature map
        return [Stop(plan, outputs[i], outputs[i + 1]) if i in live else None for i, plan in enumerate(sequence)]


def _groups(plan: CellPlan) -> tuple[int, ...]:
    """Which of a cell's blocks, from 0, are its output."""
    return tuple(node - _INPUTS for node in plan.outputs)


def _cells(space: DARTS, size: Size, reductions: set[int]) -> Iterator[SharedCell]:
    before_last, last = (_STEM * size.channels, 1), (_STEM * size.channels, 1)
    channels = size.channels
    for i in range(size.cells):
        channels *= 2 if i in reductions else 1
        shape = CellShape(before_last[0], last[0], channels, i in reductions, i - 1 in reductions)
        yield SharedCell(space, shape, (before_last[1], last[1]))
        before_last, last = last, (space.blocks * channels, space.blocks)
