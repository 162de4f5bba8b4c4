import numpy as np

from ktnas.datasets.scenes.draws import Draws

NUMBERS = np.array([[0.0, 0.25, 0.5, 0.75], [0.5, 0.5, 0.999, 0.1]])


def test_columns_are_handed_out_from_left_to_right():
    draws = Draws(NUMBERS)
    assert draws.uniform(-1, 1).tolist() == [-1, 0]
    assert draws.choice(4, 2).tolist() == [[1, 2], [2, 3]]
    assert draws.chance(0.5).tolist() == [False, True]


def test_bounds_broadcast_over_scenes_and_places():
    low = np.array([[0.0, 10.0], [20.0, 30.0]])
    assert Draws(NUMBERS).uniform(low, low + 4, 2).tolist() == [[0, 11], [22, 32]]


def test_a_row_does_not_depend_on_the_others():
    alone = Draws(NUMBERS[1:]).uniform(0, 3, 2, 2)
    assert (Draws(NUMBERS).uniform(0, 3, 2, 2)[1:] == alone).all()
