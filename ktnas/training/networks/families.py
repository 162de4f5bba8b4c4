"""Which search spaces have networks: one line each. Nothing else in live training names a space.

A space of your own needs no line: `ktnas.training.benchmark.TrainingBenchmark.networks` takes your function.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ktnas.errors import ConfigurationError
from ktnas.spaces.base import ListedSpace, SearchSpace
from ktnas.spaces.darts import DARTS
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.spaces.transnas_macro import TransNASMacro
from ktnas.spaces.transnas_micro import TransNASMicro
from ktnas.training.networks.darts import encoder as darts_encoder
from ktnas.training.networks.nasbench201 import encoder as nasbench201_encoder
from ktnas.training.networks.network import Encoder
from ktnas.training.networks.transnas import macro_encoder, micro_encoder


@dataclass(frozen=True, slots=True)
class Family:
    """The networks of one kind of search space.

    Attributes:
        kind: Type of the spaces.
        names: Their names, for people.
        encoder: Makes an `Encoder` of a space of that type, a genotype, images' shape (height, width, channels) and a
            `ktnas.training.networks.network.Size`.
        identity: Name of the operation that gives what it gets wherever it stands, so that architectures which differ
            by it alone have equal networks; None if there is none.
    """

    kind: type
    names: tuple[str, ...]
    encoder: Callable[..., Encoder]
    identity: str | None = None


FAMILIES = (
    Family(
        NASBench201,
        ("nasbench201",),
        lambda _, genotype, shape, size: nasbench201_encoder(genotype, shape[2], size),
        identity="skip_connect",  # no cell changes width or resolution
    ),
    Family(
        TransNASMicro,
        ("transnas101-micro",),
        lambda _, genotype, shape, size: micro_encoder(genotype, shape[2], min(shape[:2]), size),
    ),
    Family(
        TransNASMacro,
        ("transnas101-macro",),
        lambda _, genotype, shape, size: macro_encoder(genotype, shape[2], min(shape[:2]), size),
    ),
    Family(
        DARTS,
        ("darts", "emt-nas"),
        lambda space, genotype, shape, size: darts_encoder(space, genotype, shape[2], size),
    ),
)


def whole(space: SearchSpace) -> SearchSpace:
    """The space itself, or the one that it lists a part of."""
    return space.base if isinstance(space, ListedSpace) else space


def family_of(space: SearchSpace) -> Family | None:
    """The networks of a space, whole or a listed part; None if it has none."""
    return next((family for family in FAMILIES if isinstance(whole(space), family.kind)), None)


def require_family(space: SearchSpace) -> Family:
    """The networks of a space, whole or a listed part.

    Raises:
        ConfigurationError: If it has none, with the names of those that have.
    """
    found = family_of(space)
    if found is None:
        *names, last = (name for family in FAMILIES for name in family.names)
        raise ConfigurationError(
            f"search space {space.name!r} has no networks to train: use {', '.join(names)} or {last}, or give the "
            "benchmark a function that builds your own"
        )
    return found
