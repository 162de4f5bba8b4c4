"""The operations that cells are made of; shared by all families of networks and by the supernet.

Activations are modules and never work in place, so that proxies can hook them and their gradients are whole.
Inputs and outputs are feature maps ``(n, c, h, w)``; a stride of 2 halves height and width, rounding up.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class Convolution(nn.Conv2d):
    """A convolution without bias that keeps the size, or divides it by its stride.

    A 1x1 convolution with a stride leaves out the pixels that it skips before it computes: the result is the same, and
    oneDNN's own backward pass writes beyond its buffers there (torch 2.13 on AVX-512, channels last, fewer than 16
    channels in: ``Conv2d(8, 16, 1, 2)`` on images of 48 pixels ends the process).

    Args:
        inputs: Channels in.
        outputs: Channels out.
        kernel: Side of the kernel, odd.
        stride: 1 or 2.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1) -> None:
        super().__init__(inputs, outputs, kernel, stride, padding=kernel // 2, bias=False)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch's name
        step = self.stride[0]
        if self.kernel_size[0] > 1 or step == 1:
            return super().forward(input)
        return functional.conv2d(input[:, :, ::step, ::step], self.weight)


class ReLUConvBN(nn.Sequential):
    """ReLU, convolution without bias, batch normalization.

    Args:
        inputs: Channels in.
        outputs: Channels out.
        kernel: Side of the kernel, odd.
        stride: 1 or 2.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1) -> None:
        super().__init__(nn.ReLU(), Convolution(inputs, outputs, kernel, stride), nn.BatchNorm2d(outputs))


class FactorizedReduce(nn.Module):
    """ReLU, two 1x1 convolutions of stride 2, one of them shifted by a pixel, concatenated; batch normalization.

    Channels may also change at stride 1, then by a single 1x1 convolution (as in TransNAS-Bench-101).

    Args:
        inputs: Channels in.
        outputs: Channels out.
        stride: 1 or 2.
    """

    def __init__(self, inputs: int, outputs: int, stride: int = 2) -> None:
        super().__init__()
        self.stride = stride
        self.relu = nn.ReLU()
        first = outputs // 2 if stride == 2 else outputs
        self.convolution = Convolution(inputs, first, 1, stride)
        self.shifted = Convolution(inputs, outputs - first, 1, stride) if stride == 2 else None
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, inputs: Tensor) -> Tensor:
        active = self.relu(inputs)
        reduced: Tensor = self.convolution(active)
        if self.shifted is not None:
            height, width = active.shape[-2:]
            moved = functional.pad(active, (-1, width % 2, -1, height % 2))
            reduced = torch.cat([reduced, self.shifted(moved)], dim=1)
        normal: Tensor = self.norm(reduced)
        return normal


class SeparableConv(nn.Sequential):
    """ReLU, depthwise convolution, 1x1 convolution, batch normalization; all of it twice (DARTS).

    Args:
        channels: Channels in and out.
        kernel: Side of the kernel, odd.
        stride: 1 or 2; of the first depthwise convolution.
    """

    def __init__(self, channels: int, kernel: int, stride: int = 1) -> None:
        super().__init__(*_depthwise(channels, kernel, stride, 1), *_depthwise(channels, kernel, 1, 1))


class DilatedConv(nn.Sequential):
    """ReLU, depthwise convolution of dilation 2, 1x1 convolution, batch normalization (DARTS).

    Args:
        channels: Channels in and out.
        kernel: Side of the kernel, odd.
        stride: 1 or 2.
    """

    def __init__(self, channels: int, kernel: int, stride: int = 1) -> None:
        super().__init__(*_depthwise(channels, kernel, stride, 2))


def _depthwise(channels: int, kernel: int, stride: int, dilation: int) -> tuple[nn.Module, ...]:
    padding = dilation * (kernel // 2)
    return (
        nn.ReLU(),
        nn.Conv2d(channels, channels, kernel, stride, padding, dilation, groups=channels, bias=False),
        nn.Conv2d(channels, channels, 1, bias=False),
        nn.BatchNorm2d(channels),
    )


def average_pool(stride: int = 1) -> nn.Module:
    """3x3 average pooling that leaves out the padding."""
    return nn.AvgPool2d(3, stride, padding=1, count_include_pad=False)


def max_pool(stride: int = 1) -> nn.Module:
    """3x3 maximum pooling."""
    return nn.MaxPool2d(3, stride, padding=1)


class Zero(nn.Module):
    """Nothing: zeros of the shape that another operation would give.

    Args:
        outputs: Channels out.
        stride: 1 or 2.
    """

    def __init__(self, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.outputs = outputs
        self.stride = stride

    def forward(self, inputs: Tensor) -> Tensor:
        n, _, height, width = inputs.shape
        return inputs.new_zeros(n, self.outputs, -(-height // self.stride), -(-width // self.stride))


class DropPath(nn.Module):
    """Drops a path for each image on its own, in training mode only; what stays is scaled up (Larsson et al., 2017).

    Its probability is 0 until `WithDropPath.drop_path` is set. It stands in a buffer, so that a compiled network need
    not be compiled anew when it changes.

    Attributes:
        active: Whether the probability is above 0.
        keep: Tensor ``()``: 1 minus the probability; not part of saved weights.
    """

    keep: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.active = False
        self.register_buffer("keep", torch.ones(()), persistent=False)

    def set(self, probability: float) -> None:
        """Set the probability, from 0 to below 1, that a path is dropped."""
        self.active = probability > 0
        self.keep.fill_(1 - probability)

    def forward(self, inputs: Tensor) -> Tensor:
        if not (self.training and self.active):
            return inputs
        kept = torch.rand(len(inputs), 1, 1, 1, dtype=self.keep.dtype, device=inputs.device) < self.keep
        return inputs * (kept / self.keep).to(inputs.dtype)


class WithDropPath(nn.Module):
    """A network whose paths may be dropped: one probability for all of its `DropPath` modules."""

    def __init__(self) -> None:
        super().__init__()
        self._drop_path = 0.0

    @property
    def drop_path(self) -> float:
        """Probability, from 0 to below 1, that a path of a cell is dropped; counts in training mode only."""
        return self._drop_path

    @drop_path.setter
    def drop_path(self, probability: float) -> None:
        self._drop_path = probability
        for module in self.modules():
            if isinstance(module, DropPath):
                module.set(probability)


def droppable(operation: nn.Module) -> nn.Module:
    """``operation`` as a path that may be dropped; an identity never is (as in DARTS)."""
    return operation if isinstance(operation, nn.Identity) else nn.Sequential(operation, DropPath())
