"""Which embedders have axes that several spaces can share (`ktnas.embedding.several_axes`)."""

from __future__ import annotations

from ktnas.embedding.combined import Combined
from ktnas.embedding.emphasized import Emphasized
from ktnas.embedding.node2vec.separate import Separate
from ktnas.embedding.one_hot import OneHot
from ktnas.embedding.proxy_features import ProxyFeatures
from ktnas.embedding.quantities import Quantities
from ktnas.errors import ConfigurationError


def shares_axes(embedder: object) -> bool:
    """Whether an embedder reads graphs, whose operations have names, and not codes or one architecture alone.

    A combination does if one of its parts does.
    """
    if isinstance(embedder, Combined):
        return any(map(shares_axes, embedder.parts))
    if isinstance(embedder, Emphasized):
        return shares_axes(embedder.part)
    return not isinstance(embedder, OneHot | Quantities | ProxyFeatures | Separate)


def require_axes(name: str, embedder: object) -> None:
    """Refuse an embedder that has no axes which several spaces can share.

    Args:
        name: What it is called.
        embedder: The embedder.

    Raises:
        ConfigurationError: Naming embedders that have.
    """
    if not shares_axes(embedder):
        raise ConfigurationError(
            f"embedder {name!r} has no axes that several search spaces can share, since what it reads means something "
            "else in each of them: tasks of different spaces could tell each other nothing. Choose path-operations, "
            "weisfeiler-lehman, path-encoding, node2vec or combined"
        )
