"""Features with names: a vocabulary, its form in an array file, and how often each feature occurs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ktnas.store import Arrays, require
from ktnas.typing import FloatArray

ByteArray = npt.NDArray[np.uint8]
"""A uint8 array; here the UTF-8 bytes of words, a newline between them."""


@dataclass(frozen=True)
class Vocabulary:
    """Different words in a fixed order.

    Attributes:
        words: The words; none holds a newline.
    """

    words: tuple[str, ...]

    @cached_property
    def index(self) -> dict[str, int]:
        """Position of each word."""
        return {word: i for i, word in enumerate(self.words)}

    def counts(self, bags: Sequence[Iterable[str]]) -> FloatArray:
        """How often each word occurs in each of ``n`` bags, ``(n, words)``; unknown words are left out."""
        index, size = self.index, len(self.words)
        found = [row * size + index[word] for row, bag in enumerate(bags) for word in bag if word in index]
        flat = np.bincount(np.array(found, dtype=np.int64), minlength=len(bags) * size)
        return flat.reshape(len(bags), size).astype(np.float64)

    def to_array(self) -> ByteArray:
        """The words as bytes ``(length,)``."""
        return np.frombuffer("\n".join(self.words).encode(), dtype=np.uint8)

    @staticmethod
    def from_state(state: Arrays, name: str = "words") -> Vocabulary:
        """The words that `to_array` turned into the array ``name``.

        Raises:
            ValueError: If the array is not of that kind.
        """
        text = require(state, name, np.uint8, (None,)).tobytes().decode()
        vocabulary = Vocabulary(tuple(text.split("\n")) if text else ())
        if len(vocabulary.index) != len(vocabulary.words):
            raise ValueError("a vocabulary holds each word once; got repeats")
        return vocabulary

    @staticmethod
    def most_frequent(bags: Iterable[Iterable[str]], size: int) -> Vocabulary:
        """The ``size`` words that occur in the most bags, the most frequent first, ties in their own order."""
        frequency: Counter[str] = Counter()
        for bag in bags:
            frequency.update(set(bag))
        ranked = sorted(frequency, key=lambda word: (-frequency[word], word))
        return Vocabulary(tuple(ranked[:size]))
