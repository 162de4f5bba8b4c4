"""Jigsaw puzzles of 3 x 3 tiles (Noroozi, Favaro, ECCV 2016): distant permutations, shuffled images."""

from __future__ import annotations

from functools import lru_cache
from itertools import chain, permutations
from math import factorial

import numpy as np

from ktnas.datasets.dataset import ByteImages
from ktnas.typing import IntArray

TILES = 9


@lru_cache(maxsize=4)
def distant_permutations(count: int) -> IntArray:
    """Permutations ``(count, 9)`` of the tiles, chosen one by one; the first leaves every tile in its place.

    Each is, of all 9!, the one of largest mean Hamming distance to those before it (algorithm 1 of the paper's
    supplement). Very often many are: then one of largest minimum distance, and of these the first in lexicographic
    order, so that the set is always the same. A smaller set is the beginning of a larger one.

    Args:
        count: At most 9!.
    """
    every = np.fromiter(chain.from_iterable(permutations(range(TILES))), np.uint8, TILES * factorial(TILES))
    places = np.ascontiguousarray(every.reshape(-1, TILES).T)
    agreements = np.zeros(places.shape[1], dtype=np.int32)  # with all chosen ones together
    closest = np.zeros(places.shape[1], dtype=np.uint8)  # agreements with the chosen one that is nearest
    chosen = np.empty((count, TILES), dtype=np.int64)
    for i in range(count):
        best = int((agreements * (TILES + 1) + closest).argmin())
        chosen[i] = places[:, best]
        same = np.zeros_like(closest)
        for place, tile in zip(places, chosen[i], strict=True):
            same += place == tile
        agreements += same
        np.maximum(closest, same, out=closest)
        agreements[best] = np.iinfo(np.int32).max // (2 * TILES + 2)  # never again
    chosen.flags.writeable = False
    return chosen


def shuffled(images: ByteImages, order: IntArray) -> ByteImages:
    """Images ``(n, size // 3 * 3, size // 3 * 3, channels)`` of shuffled tiles.

    Rows and columns beyond a multiple of 3 are cut off at the lower right.

    Args:
        images: ByteImages ``(n, size, size, channels)``; not modified.
        order: Which tile ``(n, 9)`` lies in each place; tiles and places are counted row by row.
    """
    n, size, _, channels = images.shape
    side = size // 3
    tiles = images[:, : 3 * side, : 3 * side].reshape(n, 3, side, 3, side, channels).transpose(0, 1, 3, 2, 4, 5)
    moved = tiles.reshape(n, TILES, side, side, channels)[np.arange(n)[:, None], order]
    whole = moved.reshape(n, 3, 3, side, side, channels).transpose(0, 1, 3, 2, 4, 5)
    return whole.reshape(n, 3 * side, 3 * side, channels)
