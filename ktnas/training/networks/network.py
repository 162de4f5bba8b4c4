"""What all networks are: an encoder and a head, and how large."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from ktnas.errors import ConfigurationError
from ktnas.training.networks.operations import WithDropPath

CHANNELS_LIMIT = 4096
CELLS_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class Size:
    """How large the networks of a search are.

    Attributes:
        channels: Channels of the first cell; for TransNAS-Bench-101 those after the stem, which its first module may
            double.
        cells: Cells per stage for NAS-Bench-201; in total for DARTS and EMT-NAS; TransNAS-Bench-101 fixes its own.
        auxiliary: Whether a network of DARTS or EMT-NAS gets an auxiliary head; the others have none.

    Raises:
        ConfigurationError: If a number is too small, or absurd.
    """

    channels: int = 16
    cells: int = 5
    auxiliary: bool = False

    def __post_init__(self) -> None:
        if self.channels > CHANNELS_LIMIT or self.cells > CELLS_LIMIT:
            raise ConfigurationError(
                f"a network has at most {CHANNELS_LIMIT:,} channels and {CELLS_LIMIT:,} cells; "
                f"got channels={self.channels} and cells={self.cells}"
            )
        if self.channels < 2 or self.cells < 1:
            raise ConfigurationError(
                f"a network needs at least 2 channels and 1 cell; got channels={self.channels} and cells={self.cells}"
            )


@dataclass(frozen=True, slots=True, eq=False)
class Encoder:
    """The part of a network that a genotype describes.

    Attributes:
        module: Images ``(n, c, h, w)`` to feature maps. With ``middle`` ones, two modules in sequence: the first gives
            a pair whose second part they are, the second takes the pair.
        channels: Channels of the feature maps.
        halvings: How many times height and width were halved, rounding up.
        middle: Channels and halvings of the feature maps between the two modules, for an auxiliary head; else None.
    """

    module: nn.Module
    channels: int
    halvings: int
    middle: tuple[int, int] | None = None


class Network(WithDropPath):
    """A genotype as a network for one objective.

    Weights are drawn from torch's global generator: seed it inside ``torch.random.fork_rng`` around the construction.

    Args:
        encoder: Images ``(n, c, h, w)`` to feature maps; as `Encoder.module`.
        head: Feature maps to raw outputs.
        view: What is done to images before the encoder sees them: nothing, or cutting them into tiles.
        auxiliary: A second head on the feature maps between the encoder's two modules; used in training mode only.
    """

    def __init__(
        self, encoder: nn.Module, head: nn.Module, view: nn.Module | None = None, auxiliary: nn.Module | None = None
    ) -> None:
        super().__init__()
        self.view = nn.Identity() if view is None else view
        self.encoder = encoder
        self.head = head
        self.auxiliary = auxiliary

    def forward(self, images: Tensor) -> Tensor:
        """Raw outputs for images ``(n, c, h, w)``: logits ``(n, k)``, numbers ``(n, k)``, or maps ``(n, k, h, w)``."""
        outputs: Tensor = self.head(self.encoder(self.view(images)))
        return outputs

    def with_auxiliary(self, images: Tensor) -> tuple[Tensor, Tensor | None]:
        """The outputs, and in training mode those of the auxiliary head; None if there is none."""
        if self.auxiliary is None or not self.training or not isinstance(self.encoder, nn.Sequential):
            return self(images), None
        start, rest = self.encoder
        before_last, last = start(self.view(images))
        return self.head(rest((before_last, last))), self.auxiliary(last)
