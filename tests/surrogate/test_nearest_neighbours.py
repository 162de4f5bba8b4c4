import numpy as np
import pytest

from ktnas.surrogate.nearest_neighbours import NearestNeighbours

RNG = np.random.default_rng(0)
LINE, VALUES = np.array([[0.0], [1.0], [2.0], [10.0]]), np.array([0.0, 4.0, 6.0, 100.0])


def test_weighted_by_distance_by_hand():
    mean, _ = NearestNeighbours(count=2).fit(LINE, VALUES, RNG).predict(np.array([[0.25], [1.5]]))
    # at 0.25 the neighbours 0 and 4 lie at 1/4 and 3/4; at 1.5 they are equally near
    assert mean == pytest.approx([1.0, 5.0], abs=1e-4)


def test_what_was_seen_is_known():
    mean, std = NearestNeighbours(count=3).fit(LINE, VALUES, RNG).predict(LINE)
    assert mean == pytest.approx(VALUES, abs=1e-3)
    assert std == pytest.approx(np.zeros(4), abs=0.1)


def test_far_from_everything_neighbours_that_agree_mean_little():
    fitted = NearestNeighbours(count=2).fit(LINE, np.array([5.0, 5.0, 1.0, 1.0]), RNG)
    _, std = fitted.predict(np.array([[0.5], [-40.0]]))
    assert std[0] < 0.3
    assert std[1] == pytest.approx(2.0)  # the spread of the targets, and no more


def test_disagreement_is_uncertainty():
    _, std = NearestNeighbours(count=2).fit(LINE, VALUES, RNG).predict(np.array([[1.5]]))
    assert std[0] >= 1.0  # 4 and 6 weigh the same


def test_more_neighbours_than_vectors():
    mean, _ = NearestNeighbours(count=50).fit(LINE[:2], VALUES[:2], RNG).predict(np.array([[0.5]]))
    assert mean == pytest.approx([2.0], abs=1e-4)


def test_later_changes_of_the_targets_do_not_reach_it():
    targets = VALUES.copy()
    fitted = NearestNeighbours(count=1).fit(LINE, targets, RNG)
    targets[:] = -1
    assert fitted.predict(LINE)[0].tolist() == VALUES.tolist()
