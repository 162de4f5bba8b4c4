"""Every surrogate keeps the promises of the protocol, and the checks notice one that does not."""

from dataclasses import dataclass

import numpy as np
import pytest

from ktnas.surrogate.gaussian_process import GaussianProcess
from ktnas.surrogate.nearest_neighbours import NearestNeighbours
from ktnas.surrogate.perceptron import MultilayerPerceptron
from ktnas.surrogate.random_forest import RandomForest
from ktnas.surrogate.ridge import Ridge
from ktnas.testing import check_surrogate

SURROGATES = (
    GaussianProcess(),
    NearestNeighbours(),
    NearestNeighbours(count=1),
    RandomForest(trees=10),
    Ridge(),
    MultilayerPerceptron((20, 20)),
)


@pytest.mark.parametrize("surrogate", SURROGATES, ids=repr)
def test_surrogate_keeps_its_promises(surrogate):
    check_surrogate(surrogate, np.random.default_rng(0))


@pytest.mark.parametrize("surrogate", SURROGATES, ids=repr)
def test_surrogate_orders_what_is_linear(surrogate):
    rng = np.random.default_rng(3)
    slope, x, query = rng.standard_normal(3), rng.standard_normal((60, 3)), rng.standard_normal((200, 3))
    mean, _ = surrogate.fit(x, x @ slope, rng).predict(query)
    assert np.corrcoef(mean, query @ slope)[0, 1] > 0.8


def test_surrogates_have_names_of_their_own():
    assert len({surrogate.name for surrogate in SURROGATES}) == 5


@dataclass(frozen=True)
class Broken:
    fault: str

    @property
    def name(self):
        return "" if self.fault == "nameless" else "broken"

    def fit(self, x, y, rng):
        if self.fault == "changes":
            y += 1
        level = float(np.random.default_rng().random()) if self.fault == "moody" else 0.0
        return _Fitted(self.fault, level)


@dataclass(frozen=True)
class _Fitted:
    fault: str
    level: float

    def predict(self, x):
        mean, std = np.full(len(x), self.level), np.ones(len(x))
        match self.fault:
            case "column":
                return mean[:, None], std
            case "infinite":
                return mean, std * np.inf
            case "negative":
                return mean, -std
            case "relative":
                return x[:, 0] - x[:, 0].mean(), std
        return mean, std


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("nameless", "name is empty"),
        ("changes", "changes them"),
        ("moody", "not deterministic"),
        ("column", "shapes"),
        ("infinite", "not finite"),
        ("negative", "negative"),
        ("relative", "predicted beside"),
    ],
)
def test_check_surrogate_names_the_broken_promise(fault, message):
    check_surrogate(Broken("none"), np.random.default_rng(0))
    with pytest.raises(AssertionError, match=message):
        check_surrogate(Broken(fault), np.random.default_rng(0))
