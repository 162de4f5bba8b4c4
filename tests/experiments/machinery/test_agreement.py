import numpy as np
import pytest
from scipy.stats import kendalltau, spearmanr

from experiments.machinery.agreement import bootstrapped, signs, spearman, tau


@pytest.fixture
def two():
    return np.random.default_rng(0).integers(0, 6, (2, 15)).astype(float)


def test_tau_is_that_of_scipy(two):
    first, second = two
    assert tau(signs(first), signs(second)) == pytest.approx(kendalltau(first, second).statistic)
    half = (kendalltau(first, second).statistic + 1) / 2
    assert tau(signs(two), signs(second)) == pytest.approx(half)
    assert tau(signs(np.zeros(15)), signs(second)) == 0


def test_spearman_is_that_of_scipy(two):
    first, second = two
    found = spearmanr(first, second).statistic
    assert spearman(first, second) == pytest.approx(found)
    assert spearman(two, second) == pytest.approx((found + 1) / 2)
    assert spearman(np.zeros(15), second) == 0


def test_an_interval_resamples_rows():
    values = np.array([0.0, 1.0] * 50)
    found, low, high = bootstrapped(lambda rows: float(values[rows].mean()), 100, 400)
    assert found == 0.5
    assert (low, high) == pytest.approx((0.4, 0.6), abs=0.03)
