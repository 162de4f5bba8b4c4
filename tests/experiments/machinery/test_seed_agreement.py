"""How well seeds agree on an order of networks."""

import numpy as np
import pytest

from experiments.machinery.seed_agreement import agreement, best_quarter, rho


def test_agreement_of_equal_trainings():
    metrics = np.tile(np.arange(16.0), (3, 1))[..., None]
    found = agreement(metrics, 2.5)
    assert (found.networks, found.seeds, found.seconds) == (16, 3, 2.5)
    assert (found.every, found.quarter, found.within, found.fewer) == (pytest.approx(1), pytest.approx(1), 0, None)
    assert found.between == pytest.approx(np.arange(16.0).std(ddof=1))


def test_agreement_takes_noise_off():
    rng = np.random.default_rng(0)
    metrics = rng.normal(0, 2, 4000)[None] + rng.normal(0, 1, (2, 4000))
    found = agreement(metrics[..., None], 1.0)
    assert (found.between, found.within) == (pytest.approx(2, rel=0.05), pytest.approx(1, rel=0.05))
    assert found.quarter is None


def test_more_scenes_are_judged_together():
    parts = np.array([[[0.0, 9], [1, 1], [2, 5]], [[2.0, 8], [1, 2], [0, 6]]])
    found = agreement(parts, 1.0)
    assert (found.fewer, found.every) == (pytest.approx(-1), pytest.approx(1))


def test_the_best_quarter_is_chosen_by_another_seed():
    rng = np.random.default_rng(0)
    equal = rng.normal(size=(3, 4000))  # nothing but noise: no two rows agree, wherever a third one looks
    assert abs(best_quarter(equal)) < 0.03


def test_rho_of_what_does_not_differ():
    assert rho(np.zeros(3), np.arange(3.0)) == 0
