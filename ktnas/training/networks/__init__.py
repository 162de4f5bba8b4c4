"""Genotypes as networks: `build` makes an ``nn.Module`` of an architecture, for an objective, at a size.

One file per family of search spaces. A space of your own trains with a function that has the signature of `build`.
"""

from __future__ import annotations

from torch import nn

from ktnas.datasets.objectives import Jigsaw, Objective
from ktnas.errors import ConfigurationError
from ktnas.spaces.base import ListedSpace, SearchSpace, require_member
from ktnas.spaces.darts import DARTS
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.spaces.transnas_macro import TransNASMacro
from ktnas.spaces.transnas_micro import TransNASMicro
from ktnas.training.networks import darts, nasbench201, transnas
from ktnas.training.networks.heads import TILES, Tiles, build_auxiliary, build_head
from ktnas.training.networks.network import Encoder, Network, Size
from ktnas.typing import Genotype

__all__ = ["Network", "Size", "build"]


def build(
    space: SearchSpace, genotype: Genotype, objective: Objective, shape: tuple[int, int, int], size: Size
) -> Network:
    """The network of an architecture.

    Its weights are drawn from torch's global generator: seed that inside ``torch.random.fork_rng``.

    Args:
        space: NAS-Bench-201, TransNAS-Bench-101 micro or macro, DARTS or EMT-NAS, whole or a listed part.
        genotype: An architecture of the space.
        objective: What is to be learnt; decides the head.
        shape: Height, width and channels of the images.
        size: How large the network is.

    Raises:
        ArchitectureError: If the genotype is none of the space.
        ConfigurationError: If the space has no networks, or no auxiliary head where one is asked for; if images are
            too small for its networks, or a jigsaw's do not divide into tiles.
    """
    base = space.base if isinstance(space, ListedSpace) else space
    require_member(base, genotype)
    height, width, _ = shape
    encoder = _encoder(base, genotype, shape, size)
    tiled = isinstance(objective, Jigsaw)
    if tiled and (height % TILES or width % TILES):
        raise ConfigurationError(f"a jigsaw needs images of 3 x 3 equal tiles; got {height} x {width} pixels")
    seen = (height // TILES, width // TILES) if tiled else (height, width)
    _require_pixels(base, seen, encoder.halvings, "tiles" if tiled else "images")
    head = build_head(objective, encoder.channels, encoder.halvings, seen)
    auxiliary = _auxiliary(base, objective, encoder, seen) if size.auxiliary else None
    return Network(encoder.module, head, Tiles() if tiled else None, auxiliary)


def _encoder(space: SearchSpace, genotype: Genotype, shape: tuple[int, int, int], size: Size) -> Encoder:
    height, width, inputs = shape
    match space:
        case NASBench201():
            return nasbench201.encoder(genotype, inputs, size)
        case TransNASMicro():
            return transnas.micro_encoder(genotype, inputs, min(height, width), size)
        case DARTS():
            return darts.encoder(space, genotype, inputs, size)
        case TransNASMacro():
            return transnas.macro_encoder(genotype, inputs, min(height, width), size)
        case _:
            raise ConfigurationError(
                f"search space {space.name!r} has no networks to train: use nasbench201, transnas101-micro, "
                "transnas101-macro, darts or emt-nas, or give the benchmark a function that builds your own"
            )


def _auxiliary(space: SearchSpace, objective: Objective, encoder: Encoder, seen: tuple[int, int]) -> nn.Module:
    if encoder.middle is None:
        raise ConfigurationError(
            f"networks of {space.name!r} have no auxiliary head: leave it out, or use darts or emt-nas"
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
