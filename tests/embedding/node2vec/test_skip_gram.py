import sys

import numpy as np
import pytest

from ktnas.embedding.node2vec.skip_gram import SkipGram
from ktnas.errors import ConfigurationError

SENTENCES = np.random.default_rng(0).integers(0, 6, size=(200, 8))


def test_same_generator_same_vectors():
    first, second, other = (SkipGram(8).fit(SENTENCES, 7, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first.shape == (7, 8)
    assert first.tobytes() == second.tobytes() != other.tobytes()


def test_word_without_a_sentence_is_zero():
    vectors = SkipGram(8).fit(SENTENCES, 7, np.random.default_rng(0))
    assert (vectors[6] == 0).all()
    assert (np.abs(vectors[:6]).sum(axis=1) > 0).all()


def test_words_in_the_same_contexts_come_close():
    rng = np.random.default_rng(0)
    # 0 and 1 stand between 2s, 3 and 4 between 5s.
    centre = rng.integers(0, 4, size=2000)
    word = np.array([0, 1, 3, 4])[centre]
    around = np.where(centre < 2, 2, 5)
    vectors = SkipGram(8, window=1, epochs=5).fit(np.stack([around, word, around], axis=1), 6, rng)
    cosine = vectors @ vectors.T / np.outer(*[np.linalg.norm(vectors, axis=1)] * 2)
    assert min(cosine[0, 1], cosine[3, 4]) > max(cosine[0, 3], cosine[0, 4], cosine[1, 3], cosine[1, 4])


def test_nothing_on_standard_error(capfd):
    SkipGram(4).fit(SENTENCES[:3], 6, np.random.default_rng(0))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("field", ["dimensions", "window", "epochs", "negative"])
def test_settings_must_be_positive(field):
    with pytest.raises(ConfigurationError, match="positive"):
        SkipGram(**{field: 0})


def test_without_gensim_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "gensim.models", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'ktnas\[node2vec\]'"):
        SkipGram(8).fit(SENTENCES, 7, np.random.default_rng(0))
