import numpy as np
import pytest


@pytest.fixture
def smooth():
    """Training vectors and targets of a smooth function, and further vectors with theirs."""

    def value(x):
        return np.sin(2 * x[:, 0]) + x[:, 1] ** 2 - x[:, 0] * x[:, 2]

    rng = np.random.default_rng(0)
    x, query = rng.uniform(-1, 1, (80, 3)), rng.uniform(-1, 1, (150, 3))
    return x, value(x), query, value(query)
