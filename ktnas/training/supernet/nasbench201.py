"""All networks of NAS-Bench-201 at once: every operation on every edge of every cell."""

from __future__ import annotations

from torch import Tensor, nn

from ktnas.spaces.nasbench201 import EDGES, OPERATIONS
from ktnas.training.networks.edge_cell import Edge, build_cell
from ktnas.training.networks.nasbench201 import ResidualReduction, encoder, operation
from ktnas.training.networks.network import Size
from ktnas.training.networks.operations import Zero, droppable
from ktnas.typing import Genotype

_NONE = OPERATIONS.index("none")


class SharedEdgeCell(nn.Module):
    """Every cell at one place of the network.

    Args:
        channels: Channels in and out.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.operations = nn.ModuleDict(
            {_key(name, edge): droppable(operation(name, channels)) for edge in EDGES for name in OPERATIONS[1:]}
        )
        self._nothing = Zero(channels)

    def path(self, genotype: Genotype) -> nn.Module:
        """The cell of an architecture; its operations are those of this one."""

        def shared(name: str, edge: Edge) -> nn.Module:
            return self.operations[_key(name, edge)]

        return build_cell(EDGES, [OPERATIONS[value] for value in genotype], shared, self._nothing, prune=True)


def _key(name: str, edge: Edge) -> str:
    return f"{edge[0]}-{edge[1]}-{name}"


class SharedNASBench201(nn.Module):
    """The networks of all cells of NAS-Bench-201.

    Args:
        head: What stands on the last feature maps.
        inputs: Channels of the images.
        size: How large the networks are.
    """

    def __init__(self, head: nn.Module, inputs: int, size: Size) -> None:
        super().__init__()
        self.stages = nn.ModuleList()
        channels = size.channels
        for module in encoder((_NONE,) * len(EDGES), inputs, size).module.children():
            channels *= 2 if isinstance(module, ResidualReduction) else 1
            self.stages.append(SharedEdgeCell(channels) if isinstance(module, Zero) else module)
        self.head = head

    def forward(self, images: Tensor, genotype: Genotype) -> Tensor:
        """Raw outputs of the architecture's network for images ``(n, c, h, w)``."""
        outputs: Tensor = self.head(self._path(genotype)(images))
        return outputs

    def weights(self, genotype: Genotype) -> dict[str, Tensor]:
        """The state of the architecture's network, as `ktnas.training.networks.build` names it."""
        state = self._path(genotype).state_dict(prefix="encoder.")
        return {**state, **self.head.state_dict(prefix="head.")}

    def _path(self, genotype: Genotype) -> nn.Sequential:
        """The encoder of an architecture; its parts are those of this one."""
        return nn.Sequential(
            *(stage.path(genotype) if isinstance(stage, SharedEdgeCell) else stage for stage in self.stages)
        )
