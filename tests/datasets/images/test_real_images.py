"""The files of images that are at hand, and that official files give the same as they do."""

import numpy as np
import pytest

from ktnas.datasets.images.registry import find
from ktnas.datasets.objectives import Classification

SIZES = {
    "mnist": (55000, 5000, 10000, (28, 28, 1), 10),
    "fashion_mnist": (55000, 5000, 10000, (28, 28, 1), 10),
    "cifar10_lossless5k": (3500, 500, 1000, (32, 32, 3), 10),
    "cifar10_jpeg_10k": (10000, 2000, 2000, (32, 32, 3), 10),
    "pneumoniamnist": (4708, 524, 624, (28, 28, 1), 2),
}


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.images(name)) for name in SIZES])
def test_sizes_and_classes(name):
    train, validation, test, shape, classes = SIZES[name]
    dataset = find(name)
    assert (len(dataset.train), len(dataset.validation), len(dataset.test)) == (train, validation, test)
    assert (dataset.shape, dataset.objective) == (shape, Classification(classes))
    for part in (dataset.train, dataset.validation, dataset.test):
        assert set(np.unique(part.targets).tolist()) == set(range(classes))


@pytest.mark.images("pneumoniamnist")
def test_eight_images_recur_in_the_validation_part_of_pneumoniamnist():
    dataset = find("pneumoniamnist")
    train, validation = ({image.tobytes() for image in part.images} for part in (dataset.train, dataset.validation))
    assert len(train & validation) == 8
    assert dataset.note.startswith("Eight images")
