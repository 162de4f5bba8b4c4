"""Skip-gram with negative sampling (Mikolov et al. 2013) on walks: the only user of gensim.

gensim is deterministic with one worker and a seed; the order of its vocabulary is fixed here, and it is given
a hash function of its own, so that nothing depends on the process or its hash seed.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from ktnas.errors import ConfigurationError
from ktnas.typing import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class SkipGram:
    """Settings of the skip-gram.

    Attributes:
        dimensions: Length of a vector.
        window: Words to either side that count as context, at most (gensim draws 1 to ``window``).
        epochs: Passes over the sentences.
        negative: Noise words per context word.
    """

    dimensions: int = 32
    window: int = 5
    epochs: int = 1
    negative: int = 5

    def __post_init__(self) -> None:
        if min(self.dimensions, self.window, self.epochs, self.negative) < 1:
            raise ConfigurationError(
                f"dimensions, window, epochs and negative of a skip-gram must be positive; got {self}"
            )

    def fit(self, sentences: IntArray, size: int, rng: np.random.Generator) -> FloatArray:
        """Vectors of words.

        Args:
            sentences: ``(n, length)`` words as numbers below ``size``.
            size: Number of words.
            rng: Source of gensim's seed.

        Returns:
            ``(size, dimensions)``; zeros for a word that is in no sentence.

        Raises:
            ConfigurationError: If gensim is not installed, as by default on Python 3.14, for which it has no wheel.
        """
        try:
            from gensim.models import Word2Vec
        except ModuleNotFoundError as error:
            raise ConfigurationError(
                "node2vec needs gensim: pip install 'ktnas[node2vec]', which may take a C compiler; ktnas and all "
                "other embedders do without"
            ) from error

        # gensim warns on standard error that a small corpus is small, unless its logger has a handler.
        logging.getLogger("gensim").addHandler(logging.NullHandler())
        model = Word2Vec(
            vector_size=self.dimensions,
            window=self.window,
            negative=self.negative,
            sg=1,
            min_count=1,
            sample=0,  # a few dozen words are all frequent: thinning out frequent ones would drop nearly all
            workers=1,
            seed=int(rng.integers(1, 2**31)),
            hashfxn=_stable_hash,
        )
        frequency = np.bincount(sentences.ravel(), minlength=size).tolist()
        names = [str(word) for word in range(size)]
        present = {names[word]: count for word, count in enumerate(frequency) if count}
        model.build_vocab_from_freq(present, corpus_count=len(sentences))
        text = np.array(names, dtype=object)[sentences].tolist()
        model.train(text, total_examples=len(sentences), epochs=self.epochs)
        vectors = np.zeros((size, self.dimensions))
        for name, row in model.wv.key_to_index.items():
            vectors[int(name)] = model.wv.vectors[row]
        return vectors


def _stable_hash(word: str) -> int:
    return crc32(word.encode())
