import numpy as np

from ktnas.transfer.no_transfer import NoTransfer


def test_nothing_moves_and_no_random_number_is_drawn(make_candidates):
    rng = np.random.default_rng(0)
    assert NoTransfer().migrants(make_candidates(np.eye(3), [(np.eye(3)[0], True, 8)]), 3, rng) == ()
    assert rng.integers(2**60) == np.random.default_rng(0).integers(2**60)
