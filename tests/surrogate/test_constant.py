import numpy as np
import pytest

from ktnas.surrogate.constant import ConstantPredictor


@pytest.mark.parametrize(("std", "read"), [(0.0, 1.0), (0.3, 0.3)])
def test_the_same_everywhere(std, read):
    mean, deviation = ConstantPredictor(2.0, std).predict(np.zeros((3, 5)))
    assert mean.tolist() == [2.0] * 3
    assert deviation.tolist() == [read] * 3
