"""Layers that read several feature maps, concatenated, when each path has only some of them.

EMT-NAS concatenates only the blocks of a cell that no other block reads, so that the width of a cell's output changes
with the architecture. What reads it keeps a block of weights (columns of its weight matrix) for every feature map, and
a path uses the blocks of those that it has, as ENAS does at the end of its cells (Pham et al., ICML 2018, section 2.4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Tensor, nn
from torch.func import functional_call

from ktnas.training.networks.heads import LinearHead


class WeightBlocks(nn.Module):
    """A layer whose weights come in blocks, one for each feature map that it may read.

    A block that no path of a step uses gets no gradient, and an optimiser leaves it as it is.

    Args:
        layer: Reads all feature maps; its convolutions are 1 x 1. It is taken over.
        groups: Number of feature maps, all of the same width.
        parts: How often the sequence of feature maps is repeated in the input, as by the nine tiles of a jigsaw.
    """

    def __init__(self, layer: nn.Module, groups: int, parts: int = 1) -> None:
        super().__init__()
        self.layer = layer
        self.blocks = nn.ModuleDict()
        self._kernels: dict[str, torch.Size] = {}
        for name, reader in layer.named_modules():
            if isinstance(reader, nn.Conv2d | nn.Linear):
                whole = reader.weight.detach()
                blocks = whole.reshape(len(whole), parts, groups, -1).unbind(2)
                self.blocks[name] = nn.ParameterList(block.clone() for block in blocks)
                self._kernels[name] = whole.shape[2:]
                del reader.weight
                reader.register_buffer("weight", torch.empty(0), persistent=False)  # the place of what a path uses

    def forward(self, inputs: Tensor, groups: Sequence[int]) -> Tensor:
        """The layer's output for the feature maps numbered ``groups``, concatenated ``(n, c, h, w)``."""
        outputs: Tensor = functional_call(self.layer, self._chosen(groups), (inputs,), tie_weights=False)
        return outputs

    def weights(self, groups: Sequence[int]) -> dict[str, Tensor]:
        """The state of a layer of its own that reads the feature maps numbered ``groups``."""
        return {**self.layer.state_dict(), **self._chosen(groups)}

    def _chosen(self, groups: Sequence[int]) -> dict[str, Tensor]:
        chosen = {}
        for name, kernel in self._kernels.items():
            blocks = self.blocks[name]
            whole = torch.stack([blocks[group] for group in groups], dim=2)  # type: ignore[index]  # a ParameterList
            chosen[f"{name}.weight"] = whole.reshape(len(whole), -1, *kernel)
        return chosen


class SharedHead(nn.Module):
    """A head on some of several feature maps.

    A linear head shares its weights as `WeightBlocks`. The inner widths of a decoder depend on how many feature maps it
    reads: there is one for each number of them.

    Args:
        make: Makes a head that reads so many feature maps.
        groups: Number of feature maps.
        counts: How many of them a path may have.
    """

    def __init__(self, make: Callable[[int], nn.Module], groups: int, counts: Iterable[int]) -> None:
        super().__init__()
        whole = make(groups)
        linear = isinstance(whole, LinearHead)
        self.columns = WeightBlocks(whole, groups, whole.parts) if isinstance(whole, LinearHead) else None
        self.decoders = nn.ModuleDict({str(count): make(count) for count in counts if not linear})

    def forward(self, features: Tensor, groups: Sequence[int]) -> Tensor:
        """Raw outputs for the feature maps numbered ``groups``, concatenated ``(n, c, h, w)``."""
        if self.columns is not None:
            return self.columns(features, groups)  # type: ignore[no-any-return]  # a Tensor
        return self.decoders[str(len(groups))](features)  # type: ignore[no-any-return]  # a Tensor

    def weights(self, groups: Sequence[int]) -> dict[str, Tensor]:
        """The state of a head of its own."""
        if self.columns is not None:
            return self.columns.weights(groups)
        return self.decoders[str(len(groups))].state_dict()
