import numpy as np
import pytest

from ktnas.embedding.weisfeiler_lehman import WeisfeilerLehman
from ktnas.errors import ConfigurationError
from ktnas.spaces.nasbench201 import NASBench201


def test_counts_by_hand():
    space = NASBench201()
    fitted = WeisfeilerLehman(1, dimensions=1000).fit(space, np.random.default_rng(0))
    vector = dict(zip(fitted.vocabulary.words, fitted.embed([(2, 2, 0, 0, 3, 3)])[0].tolist(), strict=True))
    found = {word: count for word, count in vector.items() if count}
    assert found == {
        "input": 1,
        "nor_conv_1x1": 2,
        "nor_conv_3x3": 2,
        "output": 1,
        "input<>nor_conv_1x1,nor_conv_1x1;": 1,
        "nor_conv_1x1<input>nor_conv_3x3;": 2,
        "nor_conv_3x3<nor_conv_1x1>output;": 2,
        "output<nor_conv_3x3,nor_conv_3x3>;": 1,
    }


def test_keeps_the_most_frequent():
    fitted = WeisfeilerLehman(1, dimensions=10).fit(NASBench201(), np.random.default_rng(0))
    assert len(fitted.vocabulary.words) == 10
    assert {"input", "output", "nor_conv_3x3"} <= set(fitted.vocabulary.words)


@pytest.mark.parametrize("setting", [{"depth": -1}, {"dimensions": 0}, {"corpus_size": 0}])
def test_bad_settings(setting):
    with pytest.raises(ConfigurationError, match="Weisfeiler-Lehman"):
        WeisfeilerLehman(**setting)
