import numpy as np

from ktnas.transfer.nearest_positive import NearestPositive

AXES = np.eye(6)


def test_the_candidate_nearest_to_a_positive(make_candidates, chosen):
    past = [(AXES[3], True, 2), (AXES[1], False, 8)]
    assert chosen(NearestPositive(), make_candidates(AXES, past), 1) == [3]


def test_positives_choose_latest_first_and_then_for_the_second_time(make_candidates, chosen):
    vectors = [[1.0, 0.0], [0.9, 0.1], [0.0, 1.0], [0.1, 0.9]]
    past = [([0.0, 1.0], True, 1), ([1.0, 0.0], True, 2)]
    assert chosen(NearestPositive(), make_candidates(vectors, past), 4) == [0, 2, 1, 3]
    assert chosen(NearestPositive(), make_candidates(vectors, past[::-1]), 3) == [2, 0, 3]


def test_a_candidate_near_to_several_is_chosen_once(make_candidates, chosen):
    past = [(AXES[2], True, generation) for generation in range(1, 5)]
    found = chosen(NearestPositive(), make_candidates(AXES, past), 6)
    assert found[0] == 2
    assert sorted(found) == [0, 1, 2, 3, 4, 5]


def test_random_before_the_first_positive(make_candidates, chosen):
    past = [(AXES[0], False, 8)]
    drawn = {tuple(chosen(NearestPositive(), make_candidates(AXES, past), 1, seed)) for seed in range(60)}
    assert drawn == {(i,) for i in range(6)}


def test_nothing_to_choose_from(make_candidates, chosen):
    assert chosen(NearestPositive(), make_candidates([], [(AXES[0], True, 8)]), 3) == []
