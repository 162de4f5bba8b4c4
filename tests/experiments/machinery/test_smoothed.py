import numpy as np
import pytest

from experiments.machinery import smoothed


@pytest.fixture
def observations():
    x = np.random.default_rng(0).uniform(size=(25, 2))
    distances = np.sqrt(((x[:, None] - x[None, :]) ** 2).sum(axis=2))
    return distances, np.sin(5 * x[:, 0]) + 0.1 * np.random.default_rng(1).standard_normal(25)


def test_leave_one_out_is_what_a_fit_without_it_predicts(observations):
    distances, y = observations
    whole = smoothed.covariance(distances, 0.5, 0.1)
    for i, predicted in enumerate(smoothed.leave_one_out(whole, y).tolist()):
        others = np.arange(25) != i
        expected = whole[i, others] @ np.linalg.solve(whole[np.ix_(others, others)], y[others])
        assert predicted == pytest.approx(expected, abs=1e-9)


def test_covariance_by_hand():
    reach = 3**0.5 * 2 / 0.5
    expected = (1 + reach) * np.exp(-reach)
    found = smoothed.covariance(np.array([[0.0, 2.0], [2.0, 0.0]]), 0.5, 0.1)
    assert found == pytest.approx(np.array([[1.1, expected], [expected, 1.1]]))


def test_ranks_and_limit_by_hand():
    fitness, ranks = np.array([5.0, 9.0, 7.0, 7.0, 8.0]), np.array([1, 5, 2, 3, 4])
    task = smoothed.SmoothedTask(fitness, ranks, np.arange(5), 1.0, 0.1)
    assert (task.rank(5.0), task.rank(7.0), task.rank(9.0)) == (1.0, 2.5, 5.0)
    assert [task.limit(n) for n in (1, 2, 4, 5)] == [5, 3, 2, 1]


def test_a_result_that_was_copied_counts_once_for_the_limit():
    fitness, ranks = np.array([5.0, 9.0, 7.0, 7.0, 8.0]), np.array([1, 5, 2, 3, 4])
    task = smoothed.SmoothedTask(fitness, ranks, np.array([0, 1, 2, 2, 3]), 1.0, 0.1)
    assert [task.limit(n) for n in (1, 2, 3, 4)] == [5, 3, 2, 1]


def test_luck_is_taken_out(observations):
    distances, y = observations
    lucky = y.copy()
    lucky[3] = y.max() + 5
    plain = smoothed._smoothed(y, np.arange(25), distances, np.arange(25))
    found = smoothed._smoothed(lucky, np.arange(25), distances, np.arange(25))
    assert (found.fitness > lucky[3]).sum() == 0
    assert abs(int(found.ranks[3]) - int(plain.ranks[3])) < 8
    assert found.ranks[3] > 1
