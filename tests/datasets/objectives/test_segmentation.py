import math

import numpy as np
import pytest
import torch

from ktnas.datasets.objectives import Segmentation
from ktnas.errors import DataError


def test_the_loss_is_cross_entropy_per_pixel():
    outputs = torch.zeros(1, 2, 1, 2)
    outputs[0, 1, 0, 0] = math.log(3)
    value = Segmentation(2).loss(outputs, torch.tensor([[[1, 0]]]), 0.0)
    assert float(value) == pytest.approx((-math.log(0.75) - math.log(0.5)) / 2)


def test_metrics_by_hand():
    """Class 0: 2 pixels, 1 right, 1 other called 0; class 1: 2 pixels, 1 right; class 2 never asked, once given."""
    meter = Segmentation(4).meter()
    given = torch.tensor([[[0, 2, 1, 0]]])
    meter.update(torch.nn.functional.one_hot(given, 4).permute(0, 3, 1, 2).float(), torch.tensor([[[0, 0, 1, 1]]]))
    found = meter.result()
    assert found == {"pixel_accuracy": 50.0, "miou": pytest.approx(100 * (1 / 3 + 1 / 2) / 2)}
    assert next(iter(found)) == "pixel_accuracy"


def test_nothing_counted_is_no_metric():
    with pytest.raises(DataError, match="no image was counted"):
        Segmentation(2).meter().result()


@pytest.mark.parametrize(("classes", "kind"), [(256, np.uint8), (257, np.int64)])
def test_classes_are_stored_as_small_as_they_fit(classes, kind):
    objective = Segmentation(classes)
    stored = objective.stored(np.full((1, 2, 2), classes - 1))
    assert stored.dtype == kind
    assert objective.batched(torch.from_numpy(stored)).tolist() == [[[classes - 1] * 2] * 2]
