import numpy as np
import pytest

from ktnas.errors import ConfigurationError
from ktnas.surrogate.perceptron import MultilayerPerceptron


def test_it_learns_what_no_line_is():
    rng = np.random.default_rng(0)
    x, query = rng.uniform(-1, 1, (80, 2)), rng.uniform(-1, 1, (100, 2))
    mean, std = MultilayerPerceptron((50, 50)).fit(x, np.abs(x[:, 0]), rng).predict(query)
    assert np.corrcoef(mean, np.abs(query[:, 0]))[0, 1] > 0.8
    assert not std.any()


def test_scale_and_origin_of_the_targets_do_not_matter():
    rng = np.random.default_rng(1)
    x = rng.standard_normal((20, 3))
    y = x[:, 0]
    one, other = (
        MultilayerPerceptron((10,)).fit(x, target, np.random.default_rng(2)).predict(x)[0]
        for target in (y, 100 + 1000 * y)
    )
    np.testing.assert_allclose(other, 100 + 1000 * one, rtol=1e-6)


@pytest.mark.parametrize("settings", [{"hidden": ()}, {"hidden": (3, 0)}, {"passes": 0}])
def test_nonsense_is_refused(settings):
    with pytest.raises(ConfigurationError, match="a perceptron needs layers"):
        MultilayerPerceptron(**settings)
