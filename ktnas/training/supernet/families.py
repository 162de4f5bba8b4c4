"""Which search spaces have a supernet: one line each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from ktnas.errors import ConfigurationError
from ktnas.spaces.base import SearchSpace
from ktnas.spaces.darts import DARTS
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.training.networks.families import whole
from ktnas.training.supernet.darts import SharedDARTS
from ktnas.training.supernet.nasbench201 import SharedNASBench201
from ktnas.typing import Genotype


class SharedNetwork(Protocol):
    """All networks of a space in one ``nn.Module``."""

    def __call__(self, images: Tensor, genotype: Genotype) -> Tensor:
        """Raw outputs of the architecture's network for images ``(n, c, h, w)``."""

    def weights(self, genotype: Genotype) -> dict[str, Tensor]:
        """The state of the architecture's network, as `ktnas.training.networks.build` names it."""


@dataclass(frozen=True, slots=True)
class SharedFamily:
    """The supernets of one kind of search space.

    Attributes:
        kind: Type of the spaces.
        names: Their names, for people.
        shared: Makes a `SharedNetwork` of a space of that type, an example of its networks, an objective, images' shape
            (height, width, channels) and a `ktnas.training.networks.network.Size`.
    """

    kind: type
    names: tuple[str, ...]
    shared: Callable[..., SharedNetwork]


SHARED_FAMILIES = (
    SharedFamily(
        NASBench201,
        ("nasbench201",),
        lambda _, example, __, shape, size: SharedNASBench201(example.head, shape[2], size),
    ),
    SharedFamily(
        DARTS,
        ("darts", "emt-nas"),
        lambda space, _, objective, shape, size: SharedDARTS(space, objective, shape, size),
    ),
)


def require_shared(space: SearchSpace) -> SharedFamily:
    """The supernets of a space, whole or a listed part.

    Raises:
        ConfigurationError: If it has none, with the names of those that have.
    """
    found = next((family for family in SHARED_FAMILIES if isinstance(whole(space), family.kind)), None)
    if found is None:
        *names, last = (name for family in SHARED_FAMILIES for name in family.names)
        raise ConfigurationError(
            f"search space {space.name!r} has no supernet: use {', '.join(names)} or {last}, or train every candidate"
        )
    return found
