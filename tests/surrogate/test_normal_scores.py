from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktnas.surrogate.normal_scores import normal_scores

fitness = st.lists(st.integers(-1000, 1000) | st.floats(-1e6, 1e6), min_size=1, max_size=30)


def test_by_hand():
    quantile = NormalDist().inv_cdf
    assert normal_scores(np.array([5.0, -2.0, 9.0])) == pytest.approx([0, quantile(1 / 6), quantile(5 / 6)])


def test_ties_share_their_mean_rank():
    quantile = NormalDist().inv_cdf
    # ranks 1, 2.5, 2.5, 4 of 4
    found = normal_scores(np.array([7.0, 3.0, 7.0, 8.0]))
    assert found == pytest.approx([quantile(2 / 4), quantile(0.5 / 4), quantile(2 / 4), quantile(3.5 / 4)])
    assert found[0] == found[2]


@pytest.mark.parametrize("count", [1, 2, 7])
def test_equal_values_are_exact_zeros(count):
    assert (normal_scores(np.full(count, 0.1)) == 0).all()


@given(fitness)
def test_order_is_all_that_counts(values):
    y = np.array(values, dtype=np.float64)
    scores = normal_scores(y)
    assert np.isfinite(scores).all()
    assert (np.sign(np.subtract.outer(scores, scores)) == np.sign(np.subtract.outer(y, y))).all()
    ranks = np.unique(y, return_inverse=True)[1].astype(np.float64)
    assert (normal_scores(ranks**3) == scores).all()
    assert normal_scores(-y) == pytest.approx(-scores)
