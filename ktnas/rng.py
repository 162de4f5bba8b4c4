"""Named random streams: one seed, many independent generators, nothing stored and nothing shared.

A stream is addressed by a name and indices (generation, task, ...), so a new draw in one place leaves
every other place alone, and two arms of an ablation that share a seed share their random numbers.
"""

from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

import numpy as np


@lru_cache(maxsize=1024)
def _name_key(name: str) -> int:
    return crc32(name.encode())


@dataclass(frozen=True, slots=True)
class Streams:
    """The random streams of one seed.

    Attributes:
        seed: A non-negative integer.
        within: Where the streams belong, such as to a question of an asynchronous run; empty for the run itself.

    >>> a, b = Streams(7).rng("mutation", 3), Streams(7).rng("mutation", 3)
    >>> bool(a.integers(1000) == b.integers(1000))
    True
    """

    seed: int
    within: tuple[int, ...] = ()

    def child(self, name: str, index: int) -> "Streams":
        """Streams of the same names that have nothing in common with these: a set of their own per name and index."""
        return Streams(self.seed, (*self.within, _name_key(name), index))

    def rng(self, name: str, *indices: int | str) -> np.random.Generator:
        """A fresh generator for ``name`` and ``indices``: equal arguments, equal draws, in any process."""
        keys = (i if isinstance(i, int) else _name_key(i) for i in indices)
        sequence = np.random.SeedSequence(self.seed, spawn_key=(*self.within, _name_key(name), *keys))
        return np.random.Generator(np.random.PCG64(sequence))
