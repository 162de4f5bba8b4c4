import numpy as np

from ktnas.transfer.random_transfer import RandomTransfer

AXES = np.eye(6)


def test_every_candidate_occurs_whatever_became_of_others(make_candidates, chosen):
    past = [(AXES[0], True, 8), (AXES[1], False, 8)]
    drawn = [chosen(RandomTransfer(), make_candidates(AXES, past), 2, seed) for seed in range(200)]
    assert all(len(set(numbers)) == 2 for numbers in drawn)
    counts = np.bincount([number for numbers in drawn for number in numbers])
    assert counts.min() > 40  # 67 expected
    assert counts.max() < 95


def test_fewer_candidates_than_places(make_candidates, chosen):
    assert sorted(chosen(RandomTransfer(), make_candidates(AXES[:2], []), 5)) == [0, 1]
