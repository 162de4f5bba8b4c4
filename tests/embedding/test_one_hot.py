import numpy as np

from ktnas.embedding.one_hot import OneHot
from ktnas.spaces.categorical import Categorical


def test_by_hand():
    fitted = OneHot().fit(Categorical((2, 1, 3), separator="_"), np.random.default_rng(0))
    assert fitted.embed([(0, 0, 2), (1, 0, 0)]).tolist() == [[1, 0, 1, 0, 0, 1], [0, 1, 1, 1, 0, 0]]
    assert fitted.embed([]).shape == (0, 6)
