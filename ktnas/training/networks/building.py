"""An architecture as a network."""

from __future__ import annotations

from torch import nn

from ktnas.datasets.objectives.base import Objective
from ktnas.errors import ConfigurationError
from ktnas.spaces.base import SearchSpace, require_member
from ktnas.training.networks.families import require_family, whole
from ktnas.training.networks.heads import Tiles, build_auxiliary, build_head
from ktnas.training.networks.network import Encoder, Network, Size
from ktnas.typing import Genotype


def build(
    space: SearchSpace, genotype: Genotype, objective: Objective, shape: tuple[int, int, int], size: Size
) -> Network:
    """The network of an architecture.

    Its weights are drawn from torch's global generator: seed that inside ``torch.random.fork_rng``.

    Args:
        space: One of `ktnas.training.networks.families`, whole or a listed part.
        genotype: An architecture of the space.
        objective: What is to be learnt; decides the head.
        shape: Height, width and channels of the images.
        size: How large the network is.

    Raises:
        ArchitectureError: If the genotype is none of the space.
        ConfigurationError: If the space has no networks, or no auxiliary head where one is asked for; if images are
            too small for its networks, or do not divide into the objective's tiles.
    """
    base = whole(space)
    require_member(base, genotype)
    encoder = require_family(base).encoder(base, genotype, shape, size)
    height, width, tiles = *shape[:2], objective.tiles
    if height % tiles or width % tiles:
        raise ConfigurationError(
            f"{objective} needs images of {tiles} x {tiles} equal tiles; got {height} x {width} pixels"
        )
    seen = (height // tiles, width // tiles)
    _require_pixels(base, seen, encoder.halvings, "tiles" if tiles > 1 else "images")
    head = build_head(objective, encoder.channels, encoder.halvings, seen)
    auxiliary = _auxiliary(base, objective, encoder, seen) if size.auxiliary else None
    return Network(encoder.module, head, Tiles(tiles) if tiles > 1 else None, auxiliary)


def _auxiliary(space: SearchSpace, objective: Objective, encoder: Encoder, seen: tuple[int, int]) -> nn.Module:
    if encoder.middle is None:
        raise ConfigurationError(
            f"networks of {space.name!r} have no auxiliary head: leave it out, or use a space whose networks have one"
        )
    channels, halvings = encoder.middle
    return build_auxiliary(objective, channels, halvings, seen)


def _require_pixels(space: SearchSpace, seen: tuple[int, int], halvings: int, what: str) -> None:
    least = 2**halvings // 2 + 1
    if min(seen) < least:
        raise ConfigurationError(
            f"networks of {space.name!r} halve the resolution {halvings} times and need {what} of at least "
            f"{least} x {least} pixels; got {seen[0]} x {seen[1]}: use larger images or the recipe's resolution"
        )
