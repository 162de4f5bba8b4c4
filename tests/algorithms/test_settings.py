"""Settings of parts that cannot work are refused when the part is made, not when it is used."""

import pytest

from ktnas.algorithms.candidates.joint_screening import JointScreening
from ktnas.algorithms.candidates.pool import BredAndRandom, Offspring, WholeSpace
from ktnas.errors import ConfigurationError
from ktnas.surrogate.nearest_neighbours import NearestNeighbours
from ktnas.surrogate.random_forest import RandomForest


@pytest.mark.parametrize(
    ("part", "settings", "said"),
    [
        (RandomForest, {"trees": 0}, "at least 1 tree; got 0"),
        (NearestNeighbours, {"count": 0}, "at least 1 neighbour; got 0"),
        (Offspring, {"per_evaluation": 0}, "at least 1 offspring must be bred per evaluation; got 0"),
        (WholeSpace, {"immigrants": -1}, "must not be negative; got -1"),
        (BredAndRandom, {"immigrants": -1}, "must not be negative; got -1"),
        (JointScreening, {"final": -1}, "must not be negative; got 200, 300 and -1"),
        (JointScreening, {"others": -1}, "must not be negative; got 200, -1 and 15"),
        (JointScreening, {"detailed": 0}, "at least 1 candidate must be looked at in detail.*got 0, 300 and 15"),
    ],
)
def test_refuses(part, settings, said):
    with pytest.raises(ConfigurationError, match=said):
        part(**settings)
