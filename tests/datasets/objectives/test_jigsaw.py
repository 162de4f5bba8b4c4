import math

import numpy as np
import pytest
import torch

from ktnas.datasets.objectives import Jigsaw
from ktnas.datasets.objectives.accuracy import Accuracy
from ktnas.errors import ConfigurationError, DataError


def test_learnt_as_classification():
    outputs = torch.tensor([[0.0, math.log(3)]])
    assert float(Jigsaw(2).loss(outputs, torch.tensor([1]), 0.0)) == pytest.approx(-math.log(0.75))
    smoothed = Jigsaw(2).loss(outputs, torch.tensor([1]), 0.2)
    assert float(smoothed) == pytest.approx(-0.9 * math.log(0.75) - 0.1 * math.log(0.25))
    assert isinstance(Jigsaw(2).meter(), Accuracy)


def test_has_nine_equal_tiles():
    with pytest.raises(DataError, match="3 x 3 equal tiles; got 8 x 9 pixels"):
        Jigsaw(4).check(np.array([0]), (8, 9), "here")
    with pytest.raises(ConfigurationError, match="the jigsaw 'mine' must be divisible by 3; got 8"):
        Jigsaw(4).require_trainable("mine", (8, 8), {})
    Jigsaw(4).require_trainable("mine", (9, 6), {})


def test_tiles_stay_where_they_are():
    assert not Jigsaw().augmentable.moves
    assert Jigsaw().augmentable.blanks
