import numpy as np
import pytest

from ktnas.embedding.node2vec.separate import Separate
from ktnas.embedding.node2vec.skip_gram import SkipGram
from ktnas.errors import ConfigurationError
from ktnas.spaces.nasbench201 import NASBench201

QUICK = Separate(walks_per_node=2, walk_length=10, skip_gram=SkipGram(8, window=3))
A, B, C = (2, 2, 0, 0, 3, 3), (1, 2, 3, 4, 1, 2), (3, 3, 3, 3, 3, 3)


def test_independent_of_the_order_of_questions():
    first = QUICK.fit(NASBench201(), np.random.default_rng(0)).embed([A, B, C])
    second = QUICK.fit(NASBench201(), np.random.default_rng(0))
    assert second.embed([C]).tobytes() == first[2:].tobytes()
    assert second.embed([B, A]).tobytes() == first[[1, 0]].tobytes()
    assert QUICK.fit(NASBench201(), np.random.default_rng(1)).embed([A]).tobytes() != first[:1].tobytes()


def test_architecture_without_a_path_is_zero():
    fitted = QUICK.fit(NASBench201(), np.random.default_rng(0))
    assert (fitted.embed([(0,) * 6]) == 0).all()


def test_the_published_settings():
    settings = Separate()
    assert (settings.walk.p, settings.walk.q, settings.walks_per_node, settings.walk_length) == (1, 1, 10, 80)
    assert (settings.skip_gram.dimensions, settings.skip_gram.window) == (128, 10)


@pytest.mark.parametrize("setting", [{"walks_per_node": 0}, {"walk_length": 1}])
def test_bad_settings(setting):
    with pytest.raises(ConfigurationError, match="node2vec needs"):
        Separate(**setting)
