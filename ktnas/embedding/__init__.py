"""Architectures as vectors: the protocol, and one file per embedder (method section 4).

An embedder is fitted once per search space on a corpus of architectures, without any fitness; all vectors
of one fitted embedder share their axes. What is learned from fitness belongs to `ktnas.surrogate`.

* `Embedder`: a way to turn the architectures of a space into vectors.
* `Grouped`: a fitted embedder whose columns fall into groups that a kernel may weigh one by one.
* `Expecting`: a fitted embedder that knows what to expect of architectures before anything is seen.
* `group_widths`: widths of the groups that have columns.
* `Combined`: several embeddings as blocks of columns, each of mean 0 and of the same mean squared length over the
  corpus.
* `Emphasized`: another embedder's vectors, each column times its standard deviation over a corpus to a power.
* `OneHot`: one axis per position and value: 1 where the genotype has that value, else 0.
* `OwnAxes`: another embedder, fitted to each of several spaces by itself.
* `PathEncoding`: counts of input-output paths.
* `PathOperations`: square roots of the numbers of paths through every kind of operation, and of the paths of every
  length.
* `PersistentFitted`: a fitted embedder that is nothing but arrays.
* `PersistentEmbedder`: an embedder whose fit can be kept.
* `ProxyFeatures`: one column per proxy: its signed logarithm, standardized over a corpus.
* `Quantities`: one axis per quantity, standardized over a corpus; no axis where the space knows no quantity.
* `WeisfeilerLehman`: counts of node labels at the depths 0 (operations) to ``depth``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.embedding.base import Embedder as Embedder
    from ktnas.embedding.base import Expecting as Expecting
    from ktnas.embedding.base import Grouped as Grouped
    from ktnas.embedding.base import group_widths as group_widths
    from ktnas.embedding.combined import Combined as Combined
    from ktnas.embedding.emphasized import Emphasized as Emphasized
    from ktnas.embedding.one_hot import OneHot as OneHot
    from ktnas.embedding.own_axes import OwnAxes as OwnAxes
    from ktnas.embedding.path_encoding import PathEncoding as PathEncoding
    from ktnas.embedding.path_operations import PathOperations as PathOperations
    from ktnas.embedding.persistence import PersistentEmbedder as PersistentEmbedder
    from ktnas.embedding.persistence import PersistentFitted as PersistentFitted
    from ktnas.embedding.proxy_features import ProxyFeatures as ProxyFeatures
    from ktnas.embedding.quantities import Quantities as Quantities
    from ktnas.embedding.weisfeiler_lehman import WeisfeilerLehman as WeisfeilerLehman

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "base": ["Embedder", "Grouped", "group_widths", "Expecting"],
        "combined": ["Combined"],
        "emphasized": ["Emphasized"],
        "one_hot": ["OneHot"],
        "own_axes": ["OwnAxes"],
        "path_encoding": ["PathEncoding"],
        "path_operations": ["PathOperations"],
        "persistence": ["PersistentFitted", "PersistentEmbedder"],
        "proxy_features": ["ProxyFeatures"],
        "quantities": ["Quantities"],
        "weisfeiler_lehman": ["WeisfeilerLehman"],
    },
)
