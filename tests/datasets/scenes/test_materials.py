import colorsys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktnas.datasets.objectives import Segmentation
from ktnas.datasets.scenes.materials import LABELS, _rgb

share = st.floats(0, 1)


def test_there_are_as_many_labels_as_the_official_task_has():
    assert len(set(LABELS)) == Segmentation().classes == 17


@given(share, share, share)
def test_colours_are_those_of_the_standard_library(hue, saturation, value):
    found = _rgb(*(np.array(number) for number in (hue, saturation, value)))
    assert found == pytest.approx(np.array(colorsys.hsv_to_rgb(hue, saturation, value)), abs=1e-9)
