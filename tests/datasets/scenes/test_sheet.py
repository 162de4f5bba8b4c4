import io

import numpy as np
import pytest

from ktnas.datasets.scenes.materials import LABELS
from ktnas.datasets.scenes.sheet import PALETTE, draw_sheet
from ktnas.datasets.scenes.tasks import Scenes


def pixels(png):
    from matplotlib.image import imread

    return np.rint(imread(io.BytesIO(png))[..., :3] * 255).astype(np.uint8)


def test_a_sheet_shows_images_and_targets_pixel_by_pixel():
    scenes = Scenes(train=1, validation=2, test=0, size=32)
    sheet = pixels(draw_sheet(scenes, 2))
    cell = 128 + 6
    assert sheet.shape == (4 * cell + 130, 2 * cell + 40, 3)
    second = sheet[0:128:4, 40 + cell : 40 + cell + 128 : 4]
    assert (second == scenes.dataset("normal").validation.images[1]).all()
    labels = sheet[cell : cell + 128 : 4, 40:168:4]
    assert (labels == PALETTE[scenes.dataset("segmentsemantic").validation.targets[0]]).all()


def test_every_label_has_a_colour_of_its_own():
    assert len({tuple(colour) for colour in PALETTE.tolist()}) == len(LABELS)


def test_large_images_are_not_enlarged():
    assert pixels(draw_sheet(Scenes(train=1, validation=1, test=0, size=150), 1)).shape[0] == 4 * 156 + 130


@pytest.mark.parametrize("count", [1, 3])
def test_there_are_as_many_columns_as_asked_for(count):
    sheet = pixels(draw_sheet(Scenes(train=1, validation=3, test=0, size=16), count))
    assert sheet.shape[1] == 40 + count * 134
