import numpy as np
import pytest

from ktnas.surrogate.ridge import Ridge

RNG = np.random.default_rng(0)


def test_a_linear_function_is_recovered():
    rng = np.random.default_rng(0)
    x, slope = rng.standard_normal((40, 5)), rng.standard_normal(5)
    mean, std = Ridge().fit(x, 3 + x @ slope, RNG).predict(2 * x)
    assert mean == pytest.approx(3 + 2 * x @ slope, abs=1e-3)
    assert std.max() < 1e-3


def test_noise_becomes_uncertainty():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((200, 3))
    _, std = Ridge().fit(x, x[:, 0] + 0.5 * rng.standard_normal(200), RNG).predict(x[:20])
    assert std == pytest.approx(np.full(20, 0.5), rel=0.15)


def test_more_columns_than_rows():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((10, 50))
    mean, std = Ridge().fit(x, x[:, 0], RNG).predict(rng.standard_normal((5, 50)))
    assert np.isfinite(mean).all()
    assert np.isfinite(std).all()


@pytest.mark.parametrize("level", [0.1, -3.0])
def test_equal_targets_leave_the_spread_of_normal_scores(level):
    mean, std = Ridge().fit(np.eye(4), np.full(4, level), RNG).predict(np.eye(4)[:2])
    assert mean == pytest.approx([level, level])
    assert std.tolist() == [1.0, 1.0]
