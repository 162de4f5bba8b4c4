"""A user's own dataset: what does not fit together is refused when it is put together."""

from dataclasses import replace

import numpy as np
import pytest

from ktnas.datasets.account import Account
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
        (IMAGES.astype("U"), LABELS, "images must be numbers .* got <U"),
        (
            IMAGES[..., 0],
            LABELS,
            r"\(n, height, width, channels\); got uint8 of shape \(4, 8, 6\); gray .*\[..., None\]",
        ),
        (IMAGES[..., :0], LABELS, "images must be numbers"),
        (np.zeros((4, 3, 8, 6), np.uint8), LABELS, r"channels last; got .* images\.transpose\(0, 2, 3, 1\)"),
        (np.full((4, 8, 6, 1), np.nan), LABELS, ""),
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


def scaled(part, factor):
    return Split(part.images * factor, part.targets)


NOISE = Split(np.random.default_rng(0).random((4, 8, 6, 5)), LABELS)


class TestNumbers:
    @pytest.mark.parametrize("dtype", [np.float16, np.float32, ">f8", np.uint16, np.int32, bool])
    def test_of_any_type_and_range_are_images(self, dtype):
        part = Split((NOISE.images * 100).astype(dtype), LABELS)
        assert made(part, part, part).shape == (8, 6, 5)

    @pytest.mark.parametrize("wrong", [np.nan, np.inf, 1e300])
    def test_must_be_finite_as_single_precision(self, wrong):
        images = NOISE.images.copy()
        images[2, 0, 0, 0] = wrong
        with pytest.raises(DataError, match="validation: pixels must be finite; image 2 has NaN or infinity"):
            made(NOISE, Split(images, LABELS))

    @pytest.mark.parametrize("factor", [255, 1 / 255])
    def test_must_be_scaled_alike_in_all_parts(self, factor):
        with pytest.raises(DataError, match=r"test: pixels have a standard deviation of .*; scale all parts alike"):
            made(NOISE, NOISE, scaled(NOISE, factor))
        made(NOISE, scaled(NOISE, 3), scaled(NOISE, 0))

    def test_must_be_of_one_type_in_all_parts(self):
        with pytest.raises(DataError, match="validation: images are uint8, those to train on float64; bring"):
            made(NOISE, Split((NOISE.images * 255).astype(np.uint8), LABELS))
        made(NOISE, Split(NOISE.images.astype(np.float32), LABELS))


def test_images_of_each_class_are_counted():
    dataset = made(validation=Split(IMAGES[:2], LABELS[:2]))
    assert dataset.per_class == {"train": [2, 1, 1], "validation": [1, 1, 0]}
    told = replace(dataset, account=Account(remarks=("Odd.",))).told()
    assert told.note == "Odd."
    assert told.account.counted == "6 images read: 4 train, 2 validation; class 0 3, class 1 2, class 2 1."
