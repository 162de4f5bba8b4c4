import numpy as np
import pytest

from experiments.training.training_truth import agreement, better_half


def test_intervals_hold_what_is_certain():
    truth = np.arange(12.0)
    found = agreement(truth, truth, -truth, 200)
    assert found.tau == pytest.approx((1, 1, 1))
    assert found.gain == pytest.approx((2, 2, 2))
    noise = np.random.default_rng(1).random(12)
    assert agreement(noise, truth, noise, 200).gain == (0, 0, 0)


def test_the_better_half():
    assert better_half(np.array([5.0, 1.0, 7.0, 3.0, 9.0])).tolist() == [0, 2, 4]
