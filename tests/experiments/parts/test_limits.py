import numpy as np
import pytest

from experiments.parts import limits
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.surrogate.multi_task import MultiTaskGaussianProcess, Observations


@pytest.fixture
def model():
    rng = np.random.default_rng(0)
    x = rng.uniform(size=(20, 5))
    y = np.sin(4 * x[:, 0])
    seen = Observations(x[:12], np.arange(12), np.zeros(12, dtype=int), y[:12], (2, 3))
    return x, y, MultiTaskGaussianProcess(draws=4).fit(seen, rng)


def test_predictions_are_those_of_a_fit_without_what_is_left_out():
    rng = np.random.default_rng(1)
    root = rng.standard_normal((9, 9))
    whole = root @ root.T + np.eye(9)
    y = rng.standard_normal((9, 2))
    single, strict = limits.left_out(whole.copy(), y, [np.array([1, 4, 6]), np.array([2, 8])])
    for row in range(9):
        together = next((own for own in ([1, 4, 6], [2, 8]) if row in own), [row])
        for found, without in ((single, [row]), (strict, together)):
            rest = [i for i in range(9) if i not in without]
            expected = whole[row, rest] @ np.linalg.solve(whole[np.ix_(rest, rest)], y[rest])
            assert found[row] == pytest.approx(expected, abs=1e-9)


def test_the_covariance_is_that_of_the_model(model, monkeypatch):
    monkeypatch.setattr(limits, "ROWS", 7)
    x, _, fitted = model
    found = limits.covariance(x[:12], fitted)
    own = found - fitted.settings.noise * np.eye(12)
    assert np.diag(own) == pytest.approx(np.ones(12), abs=1e-6)
    assert fitted.factor @ fitted.factor.T == pytest.approx(found, abs=1e-5)
    mean, _ = fitted.predict(x[12:], [0], 0)
    across = limits.covariance(x, fitted)[12:, :12]
    assert across @ fitted.weights == pytest.approx(mean[0], abs=1e-5)


def test_what_an_order_comes_to_by_hand(monkeypatch):
    fitness, predicted = np.array([3.0, 9.0, 7.0, 8.0, 9.0]), np.array([0.9, 0.1, 0.8, 0.7, 0.3])
    assert limits.reached(fitness, predicted, until_best=True) == 4
    for evaluations, rank in ((1, 5), (2, 4), (3, 3), (4, 1)):
        monkeypatch.setattr(limits, "EVALUATIONS", evaluations)
        assert limits.reached(fitness, predicted, until_best=False) == rank


def test_equal_networks():
    space = NASBench201()
    text = "|nor_conv_3x3~0|+|{0}~0|none~1|+|none~0|none~1|none~2|"  # nothing reaches the output
    dead = [space.parse(text.format(operation)) for operation in ("none", "nor_conv_1x1", "avg_pool_3x3")]
    alive = [(1, 1, 1, 1, 1, 1), (3, 3, 3, 3, 3, 3), (2, 1, 1, 1, 1, 1)]
    classes = limits.equal_networks(space, [alive[0], *dead[:2], *alive[1:], dead[2]])
    assert [rows.tolist() for rows in classes] == [[1, 2, 5]]


@pytest.mark.slow
@pytest.mark.table("transnas101-macro")
def test_smoke(smoke, tmp_path):
    found = smoke("parts.limits", "--jobs", 1, "--records", tmp_path / "runs")
    assert [(row["task"], row["settings"]) for row in found.rows] == [
        (task, choice) for task in ("class_object", "class_scene") for choice in "01"
    ]
    assert all(1 <= int(row["limit"]) <= 407 for row in found.rows)
    assert found.told["runs"] == 2
