"""Genotypes as networks: `build` makes an ``nn.Module`` of an architecture, for an objective, at a size.

One file per family of search spaces, and `families` lists them. A space of your own trains with a function that has the
signature of `build`.

* `build`: the network of an architecture.
* `Cost`: the size of a network.
* `count`: the cost of ``network`` for an image of ``shape`` (height, width, channels).
* `Family`: the networks of one kind of search space.
* `whole`: the space itself, or the one that it lists a part of.
* `family_of`: the networks of a space, whole or a listed part; None if it has none.
* `require_family`: the networks of a space, whole or a listed part.
* `Size`: how large the networks of a search are.
* `Encoder`: the part of a network that a genotype describes.
* `Network`: a genotype as a network for one objective.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.training.networks.building import build as build
    from ktnas.training.networks.costs import Cost as Cost
    from ktnas.training.networks.costs import count as count
    from ktnas.training.networks.families import Family as Family
    from ktnas.training.networks.families import family_of as family_of
    from ktnas.training.networks.families import require_family as require_family
    from ktnas.training.networks.families import whole as whole
    from ktnas.training.networks.network import Encoder as Encoder
    from ktnas.training.networks.network import Network as Network
    from ktnas.training.networks.network import Size as Size

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "building": ["build"],
        "costs": ["Cost", "count"],
        "families": ["Family", "whole", "family_of", "require_family"],
        "network": ["Size", "Encoder", "Network"],
    },
)
