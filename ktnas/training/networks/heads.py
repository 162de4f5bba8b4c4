"""What stands on an encoder: a head for numbers per image, a decoder for maps.

Duan et al., "TransNAS-Bench-101", CVPR 2021, section 3.2 and appendix, for the seven tasks. Upstream trains normals and
autoencoding with a GAN, and decodes with a ResNet of 10 to 22 million parameters; ours is a plain decoder under a plain
loss, small beside the encoder, so that what differs between candidates is what is searched.
"""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor, nn

from ktnas.datasets.objectives.base import Objective, PerPixel
from ktnas.errors import ConfigurationError

_NARROWEST = 16


_AUXILIARY = (128, 768)


class Tiles(nn.Module):
    """Cuts images into tiles: ``(n, c, t h, t w)`` to ``(t^2 n, c, h, w)``, an image's tiles in reading order.

    Args:
        count: Tiles along a side.
    """

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count

    def forward(self, images: Tensor) -> Tensor:
        n, c, height, width = images.shape
        h, w = height // self.count, width // self.count
        grid = images.reshape(n, c, self.count, h, self.count, w).permute(0, 2, 4, 1, 3, 5)
        return grid.reshape(n * self.count**2, c, h, w)


class LinearHead(nn.Module):
    """Global average pooling and a linear layer: ``(n * parts, c, h, w)`` to ``(n, outputs)``.

    Args:
        channels: Channels of the feature maps.
        outputs: Numbers per image.
        parts: Feature maps that belong to an image, joined before the linear layer: the nine tiles of a jigsaw.
    """

    def __init__(self, channels: int, outputs: int, parts: int = 1) -> None:
        super().__init__()
        self.parts = parts
        self.linear = nn.Linear(channels * parts, outputs)

    def forward(self, features: Tensor) -> Tensor:
        pooled = features.mean(dim=(2, 3)).reshape(len(features) // self.parts, -1)
        outputs: Tensor = self.linear(pooled)
        return outputs


class Decoder(nn.Sequential):
    """Feature maps ``(n, c, h / 2^k, w / 2^k)`` to maps ``(n, outputs, h, w)`` at the images' resolution.

    Before each doubling, a 3x3 convolution, batch normalization and ReLU at the lower resolution, where they are
    cheap, halve the channels down to 16 at least; doubling is bilinear; a last 3x3 convolution at full resolution.

    Args:
        channels: Channels of the feature maps.
        outputs: Channels of the maps.
        halvings: How often the encoder halved height and width, rounding up.
        image: Height and width of the images.
        bounded: Whether a tanh holds the outputs between -1 and 1.
    """

    def __init__(self, channels: int, outputs: int, halvings: int, image: tuple[int, int], *, bounded: bool) -> None:
        super().__init__(*_decoder(channels, outputs, halvings, image))
        if bounded:
            self.append(nn.Tanh())


def _decoder(channels: int, outputs: int, halvings: int, image: tuple[int, int]) -> Iterator[nn.Module]:
    for step in reversed(range(halvings)):
        narrower = max(channels // 2, min(_NARROWEST, channels))
        yield nn.Conv2d(channels, narrower, 3, padding=1, bias=False)
        yield nn.BatchNorm2d(narrower)
        yield nn.ReLU()
        size = (halved(image[0], step), halved(image[1], step))
        yield nn.Upsample(size=size, mode="bilinear", align_corners=False)
        channels = narrower
    yield nn.Conv2d(channels, outputs, 3, padding=1)


def halved(side: int, times: int) -> int:
    """``side`` after so many halvings, each rounding up."""
    return -(-side // (1 << times))


def build_head(objective: Objective, channels: int, halvings: int, seen: tuple[int, int]) -> nn.Module:
    """The head for an objective.

    Args:
        objective: What is to be learnt.
        channels: Channels of the feature maps.
        halvings: How often the encoder halved height and width.
        seen: Height and width of what the encoder sees: images, or tiles of a jigsaw.
    """
    prediction = objective.prediction
    if isinstance(prediction, PerPixel):
        return Decoder(channels, prediction.channels, halvings, seen, bounded=prediction.bounded)
    return LinearHead(channels, prediction.numbers, parts=objective.tiles**2)


def build_auxiliary(objective: Objective, channels: int, halvings: int, seen: tuple[int, int]) -> nn.Module:
    """The auxiliary head of DARTS for an objective; arguments as for `build_head`.

    For numbers per image it is DARTS' own: feature maps pooled to 2 x 2 (windows of 5 x 5 where they are 8 x 8, as
    there, and in proportion elsewhere), convolutions of 128 and 768 channels, and a linear layer. For maps it is a
    second decoder.

    Raises:
        ConfigurationError: If the feature maps are smaller than 2 x 2.
    """
    if isinstance(objective.prediction, PerPixel):
        return build_head(objective, channels, halvings, seen)
    sides = (halved(seen[0], halvings), halved(seen[1], halvings))
    if min(sides) < 2:
        raise ConfigurationError(
            f"the auxiliary head needs feature maps of at least 2 x 2; got {sides[0]} x {sides[1]} from "
            f"{seen[0]} x {seen[1]} pixels: use larger images, or no auxiliary head"
        )
    height, width = (min(-(-5 * side // 8), side - 1) for side in sides)
    return nn.Sequential(
        nn.ReLU(),
        nn.AvgPool2d((height, width), stride=(sides[0] - height, sides[1] - width)),
        nn.Conv2d(channels, _AUXILIARY[0], 1, bias=False),
        nn.BatchNorm2d(_AUXILIARY[0]),
        nn.ReLU(),
        nn.Conv2d(*_AUXILIARY, 2, bias=False),
        nn.BatchNorm2d(_AUXILIARY[1]),
        nn.ReLU(),
        build_head(objective, _AUXILIARY[1], halvings, seen),
    )
