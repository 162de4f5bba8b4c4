"""Fitting once and for all: an embedder's fit and its vectors, kept in a store that the caller hands in.

The fit draws from a stream of its own, not from the run's seed: an embedding is a function of its settings and
its space alone, so one entry serves every seed, and two methods compared on one seed see the same vectors.
What comes out of the store is, to the bit, what went in: vectors are rounded to float32 with or without one.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata

import numpy as np
import numpy.typing as npt

from ktnas.description import identify
from ktnas.embedding.base import Embedder, FittedEmbedder, group_widths
from ktnas.embedding.graphs import BATCH
from ktnas.embedding.persistence import PersistentEmbedder, PersistentFitted
from ktnas.errors import ConfigurationError
from ktnas.rng import Streams
from ktnas.spaces.base import ListedSpace, SearchSpace, genotypes, is_enumerable
from ktnas.spaces.fingerprint import fingerprint
from ktnas.spaces.operators import sample_distinct
from ktnas.spaces.several import OneOfSeveral, SeveralSpaces, parts
from ktnas.store import Arrays, Store, require
from ktnas.typing import FloatArray, Genotype

FORMAT = 2
"""Version of what is stored; to be raised with every change to what an embedder computes."""


TABLE_LIMIT = 100_000
"""Vectors of a space's architectures are computed ahead if there are at most this many."""


_CODES = 10 * TABLE_LIMIT


_STATE = "state."


def cached(embedder: Embedder, space: SearchSpace, store: Store | None = None) -> FittedEmbedder:
    """``embedder`` fitted to ``space``, from the store if it is there.

    For a space of at most `TABLE_LIMIT` architectures, the vectors of all of them are computed ahead. An
    embedder that is not a `PersistentEmbedder` is fitted, and neither stored nor rounded.

    Args:
        embedder: The embedder.
        space: The space.
        store: Where to look and to keep; None to fit in any case. Never changes a vector.

    Raises:
        ConfigurationError: If the vectors have no column: nothing could be learned from them.
    """
    fitted = _fitted(embedder, space, store)
    example = sample_distinct(space, 1, Streams(0).rng("fingerprint"))
    if not fitted.embed(example).shape[1]:
        raise ConfigurationError(
            f"embedder {embedder.name!r} finds nothing in these architectures of {space.name!r}, so it tells none from "
            "another (no path from input to output, for one); choose another embedder, such as one-hot"
        )
    return fitted


def _fitted(embedder: Embedder, space: SearchSpace, store: Store | None) -> FittedEmbedder:
    if not isinstance(embedder, PersistentEmbedder):
        return embedder.fit(space, Streams(0).rng("embedding"))
    key = cache_key(embedder, space)
    arrays = store.get(key) if store is not None else None
    if arrays is not None and store is not None:
        try:
            return _restored(embedder, space, arrays)
        except ValueError as error:
            store.reject(key, str(error))
    arrays = _computed(embedder, space)
    if store is not None:
        store.put(key, arrays)
    return _restored(embedder, space, arrays)


def restored_from(store: Store, embedder: Embedder, space: SearchSpace) -> FittedEmbedder | None:
    """``embedder`` fitted to ``space``, if that is in the store: nothing is fitted, which may take long, or written."""
    if not isinstance(embedder, PersistentEmbedder):
        return None
    arrays = store.get(cache_key(embedder, space))
    try:
        return None if arrays is None else _restored(embedder, space, arrays)
    except ValueError:
        return None


def cache_key(embedder: Embedder, space: SearchSpace) -> str:
    """The key under which a fit is kept; fit for a file name.

    It covers every setting of the embedder, the space's fingerprint, the versions of gensim and NumPy, and `FORMAT`.

    Raises:
        ConfigurationError: If a setting of the embedder is neither a dataclass nor a plain value.
    """
    parts = [
        f"format {FORMAT}",
        *(f"{package} {_version(package)}" for package in ("gensim", "numpy")),
        json.dumps(identify(embedder)),
        fingerprint(space),
    ]
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return f"{_file_name(embedder.name)}-{_file_name(space.name)}-{digest[:32]}"


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "is not installed"


def _file_name(name: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "+_") else "-" for c in name)[:60]


def _computed(embedder: PersistentEmbedder, space: SearchSpace) -> Arrays:
    fitted = embedder.fit(space, Streams(0).rng("embedding"))
    state = {_STATE + name: array for name, array in fitted.state().items()}
    members = _tabulated(space)
    if not members:
        return state
    batches = [members[i : i + BATCH] for i in range(0, len(members), BATCH)]
    return {**state, "table": np.concatenate([fitted.embed(batch).astype(np.float32) for batch in batches])}


def _tabulated(space: SearchSpace) -> tuple[Genotype, ...]:
    """The architectures whose vectors are computed ahead, in order."""
    if isinstance(space, SeveralSpaces):
        every = tuple(genotype for part in parts(space) for genotype in _tabulated(part))
        return every if len(every) <= TABLE_LIMIT else ()
    if isinstance(space, OneOfSeveral):
        return tuple(space.whole.code(space.number, genotype) for genotype in _tabulated(space.space))
    if not is_enumerable(space) or (not isinstance(space, ListedSpace) and math.prod(space.cardinalities) > _CODES):
        return ()
    members = genotypes(space)
    return members if len(members) <= TABLE_LIMIT else ()


def _restored(embedder: PersistentEmbedder, space: SearchSpace, arrays: Arrays) -> FittedEmbedder:
    state = {name.removeprefix(_STATE): array for name, array in arrays.items() if name.startswith(_STATE)}
    fitted = embedder.restore(space, state)
    members = _tabulated(space)
    width = fitted.embed(members[:1] or sample_distinct(space, 1, Streams(0).rng("fingerprint"))).shape[1]
    if not members:
        return _Tabulated((), {}, np.empty((0, width), dtype=np.float32), fitted)
    table = require(arrays, "table", np.float32, (len(members), width)).astype(np.float32, copy=False)
    return _Tabulated(members, {genotype: row for row, genotype in enumerate(members)}, table, fitted)


@dataclass(frozen=True, eq=False)
class _Tabulated:
    """Vectors looked up where they are listed, else computed; float32 in either case.

    Attributes:
        members: The listed genotypes.
        rows: Row of each.
        table: ``(listed, dim)`` their vectors.
        fitted: Computes the others.
    """

    members: tuple[Genotype, ...]
    rows: Mapping[Genotype, int]
    table: npt.NDArray[np.float32]
    fitted: PersistentFitted

    @property
    def groups(self) -> tuple[int, ...]:
        return group_widths(self.fitted, self.table.shape[1])

    @cached_property
    def _whole(self) -> FloatArray:
        whole = self.table.astype(np.float64)
        whole.flags.writeable = False  # handed out again and again
        return whole

    def embed(self, genotypes: Sequence[Genotype]) -> FloatArray:
        if genotypes is self.members:  # the whole space, as a search asks for it again and again
            return self._whole
        rows = np.array([self.rows.get(g, -1) for g in genotypes], dtype=np.int64)
        missing = np.flatnonzero(rows < 0)
        vectors = np.zeros((len(rows), self.table.shape[1]))
        vectors[rows >= 0] = self.table[rows[rows >= 0]]
        if len(missing):
            vectors[missing] = self.fitted.embed([genotypes[i] for i in missing.tolist()]).astype(np.float32)
        return vectors
