import numpy as np
import pytest
from scipy.linalg import cho_factor, cho_solve
from scipy.spatial.distance import cdist, pdist

from ktnas.surrogate.gaussian_process import GaussianProcess

RNG = np.random.default_rng(0)


def matern52(a, b, scale):
    distance = np.sqrt(5) * cdist(a, b) / scale
    return (1 + distance + distance**2 / 3) * np.exp(-distance)


def test_equals_the_textbook_for_one_scale_and_noise():
    # Rasmussen and Williams 2006, eq. 2.23 and 2.24, on standardised targets
    rng = np.random.default_rng(0)
    x, y, query = rng.standard_normal((15, 3)), rng.standard_normal(15), rng.standard_normal((6, 3))
    mean, std = GaussianProcess(scales=(2.0,), noises=(0.1,)).fit(x, y, RNG).predict(query)
    scale = 2 * np.median(pdist(x))
    factor = cho_factor(matern52(x, x, scale) + 0.1 * np.eye(15))
    across = matern52(query, x, scale)
    standard = (y - y.mean()) / y.std()
    assert mean == pytest.approx(y.mean() + y.std() * across @ cho_solve(factor, standard))
    variance = 1 - np.einsum("ij,ji->i", across, cho_solve(factor, across.T))
    assert std == pytest.approx(y.std() * np.sqrt(variance), abs=1e-7)


def test_order_of_a_smooth_function(smooth):
    x, y, query, truth = smooth
    mean, std = GaussianProcess().fit(x, y, RNG).predict(query)
    assert np.corrcoef(mean, truth)[0, 1] > 0.97
    assert (np.abs(mean - truth) < 3 * std).mean() > 0.9


def test_uncertainty_grows_with_distance(smooth):
    x, y, *_ = smooth
    away = np.linspace(1, 40, 12)[:, None] * np.ones(3)
    _, std = GaussianProcess().fit(x, y, RNG).predict(np.concatenate([x[:1], away]))
    assert (np.diff(std) > -1e-9).all()
    assert std[-1] == pytest.approx(y.std(), rel=0.01)


def test_noise_that_is_there_is_found():
    rng = np.random.default_rng(1)
    x = rng.uniform(-1, 1, (120, 2))
    clean, noisy = x[:, 0], x[:, 0] + rng.standard_normal(120)
    seen = [GaussianProcess().fit(x, y, RNG).predict(x)[0] for y in (clean, noisy)]
    assert np.abs(seen[0] - clean).max() < 0.2
    assert np.abs(seen[1] - noisy).std() > 0.5  # it does not chase what is noise


def test_shift_and_scale_of_targets_carry_over(smooth):
    x, y, query, _ = smooth
    mean, std = GaussianProcess().fit(x, y, RNG).predict(query)
    moved, stretched = GaussianProcess().fit(x, 100 + 8 * y, RNG).predict(query)
    assert moved == pytest.approx(100 + 8 * mean)
    assert stretched == pytest.approx(8 * std)


def test_equal_vectors_with_different_targets_teach_their_mean():
    mean, std = GaussianProcess().fit(np.ones((4, 3)), np.array([1.0, 2.0, 3.0, 4.0]), RNG).predict(np.ones((2, 3)))
    assert mean.tolist() == [2.5, 2.5]
    assert std == pytest.approx(np.full(2, np.std([1, 2, 3, 4])))


@pytest.mark.parametrize("level", [0.1, 0.0, 91.37])
def test_equal_targets_leave_the_spread_of_normal_scores(level):
    mean, std = GaussianProcess().fit(np.eye(7), np.full(7, level), RNG).predict(np.eye(7)[:2])
    assert mean == pytest.approx(np.full(2, level))
    assert std.tolist() == [1.0, 1.0]
