"""A user's own dataset: what does not fit together is refused when it is put together."""

import numpy as np
import pytest

from ktnas.datasets.dataset import Dataset, Split
from ktnas.datasets.objectives import Classification
from ktnas.errors import DataError

IMAGES, LABELS = np.zeros((4, 8, 6, 1), np.uint8), np.array([0, 1, 2, 0])
GOOD = Split(IMAGES, LABELS)


def made(train=GOOD, validation=GOOD, test=None):
    return Dataset("mine", Classification(3), train, validation, test)


def test_what_a_search_sees():
    dataset = made()
    assert (dataset.shape, len(dataset.train)) == ((8, 6, 1), 4)
    assert (dataset.task.name, dataset.task.metric, dataset.task.unit) == ("mine", "validation accuracy", "%")


@pytest.mark.parametrize("key", ["train", "validation", "test"])
@pytest.mark.parametrize(
    ("images", "targets", "message"),
    [
        (IMAGES.tolist(), LABELS, "images must be a NumPy array; got list"),
        (IMAGES, LABELS.tolist(), "targets must be a NumPy array; got list"),
        (IMAGES / 255, LABELS, "images must be uint8 .* got float64"),
        (IMAGES[..., 0], LABELS, r"\(n, height, width, 1 or 3\); got uint8 of shape \(4, 8, 6\)"),
        (np.zeros((4, 8, 6, 2), np.uint8), LABELS, "images must be uint8"),
        (IMAGES, LABELS[:3], "got 4 images and 3 targets"),
        (IMAGES, np.array(3), r"one target per image, \(n, ...\); got a single number"),
        (IMAGES[:0], LABELS[:0], "got 0 images and 0 targets"),
        (IMAGES, LABELS + 1, "labels must be 0 to 2; found 1 to 3"),
        (IMAGES, LABELS[:, None], r"integer labels of shape \('n',\); got int64 of shape \(4, 1\)"),
    ],
)
def test_parts_that_do_not_fit(key, images, targets, message):
    with pytest.raises(DataError, match=f"dataset 'mine', {key}: .*{message}"):
        made(**{key: Split(images, targets)})


def test_fewer_images_are_part_of_more():
    images = np.arange(20, dtype=np.uint8).reshape(20, 1, 1, 1)
    dataset = made(train=Split(images, np.arange(20) % 3), validation=Split(images, np.arange(20) % 3))
    few, more = (dataset.chosen(count) for count in (5, 12))
    assert set(few.images.flat) < set(more.images.flat)
    assert list(few.images.flat) == sorted(set(few.images.flat))
    assert np.array_equal(few.targets, few.images.flat % np.uint8(3))


def test_parts_of_different_shapes():
    with pytest.raises(DataError, match=r"validation: images are \(8, 8, 1\), those to train on \(8, 6, 1\)"):
        made(validation=Split(np.zeros((4, 8, 8, 1), np.uint8), LABELS))
