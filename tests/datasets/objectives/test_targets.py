"""Targets that do not fit what is to be learnt."""

import numpy as np
import pytest

from ktnas.datasets.objectives import (
    Autoencoding,
    Classification,
    Jigsaw,
    MultiLabel,
    Normals,
    Regression,
    Segmentation,
)
from ktnas.errors import DataError

SIZE = (6, 9)
MAPS = np.zeros((2, *SIZE, 3))
FITTING = {
    Classification(3): np.array([0, 2]),
    MultiLabel(2): np.array([[0, 1], [1, 1]]),
    Jigsaw(4): np.array([0, 3]),
    Regression(2): np.array([[0.5, -7.0], [0.0, 1.0]]),
    Segmentation(5): np.full((2, *SIZE), 4),
    Normals(): MAPS + 1,
    Autoencoding(): MAPS - 1,
}


@pytest.mark.parametrize("objective", FITTING)
def test_targets_that_fit(objective):
    objective.check(FITTING[objective], SIZE, "here")


@pytest.mark.parametrize(
    ("objective", "targets", "message"),
    [
        (Classification(3), np.array([0, 3]), "here: labels must be 0 to 2; found 0 to 3"),
        (Classification(3), np.array([-1, 2]), "found -1 to 2"),
        (Classification(3), np.array([0.0, 1.0]), "expected integer labels .* got float64"),
        (MultiLabel(2), np.array([[0, 2], [1, 1]]), "labels must be 0 to 1"),
        (MultiLabel(3), np.array([[0, 1], [1, 1]]), r"shape \('n', 3\)"),
        (Jigsaw(4), np.array([4]), "labels must be 0 to 3"),
        (Regression(2), np.zeros((2, 3)), r"shape \('n', 2\); got float64 of shape \(2, 3\)"),
        (Regression(1), np.array([[np.inf]]), "must be finite"),
        (Regression(1), np.array([[1]]), "expected floating-point targets"),
        (Segmentation(4), np.full((2, *SIZE), 4), "labels must be 0 to 3"),
        (Segmentation(5), np.zeros((2, 9, 6), int), r"\('n', 6, 9\)"),
        (Normals(), MAPS + 1.5, "must lie between -1 and 1"),
        (Autoencoding(), MAPS[..., :1], r"\('n', 6, 9, 3\)"),
    ],
)
def test_targets_that_do_not(objective, targets, message):
    with pytest.raises(DataError, match=message):
        objective.check(targets, SIZE, "here")
