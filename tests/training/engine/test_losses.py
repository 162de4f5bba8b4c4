import math

import pytest
import torch

from ktnas.datasets.objectives import (
    Autoencoding,
    Classification,
    Jigsaw,
    MultiLabel,
    Normals,
    Regression,
    Segmentation,
)
from ktnas.training.engine.losses import loss


@pytest.mark.parametrize("objective", [Classification(2), Jigsaw(2)])
def test_classes_have_cross_entropy(objective):
    outputs = torch.tensor([[0.0, math.log(3)], [0.0, 0.0]])
    value = loss(objective, outputs, torch.tensor([1, 0]))
    assert float(value) == pytest.approx((-math.log(0.75) - math.log(0.5)) / 2)


@pytest.mark.parametrize("objective", [Classification(2), Jigsaw(2)])
def test_labels_are_smoothed_for_classes(objective):
    outputs = torch.tensor([[0.0, math.log(3)]])
    value = loss(objective, outputs, torch.tensor([1]), label_smoothing=0.2)
    assert float(value) == pytest.approx(-0.9 * math.log(0.75) - 0.1 * math.log(0.25))


def test_several_labels_have_binary_cross_entropy():
    value = loss(MultiLabel(2), torch.tensor([[math.log(3), 0.0]]), torch.tensor([[1.0, 0.0]]))
    assert float(value) == pytest.approx((-math.log(0.75) - math.log(0.5)) / 2)


def test_numbers_have_squared_error():
    assert float(loss(Regression(2), torch.tensor([[1.0, 2.0]]), torch.tensor([[0.0, 4.0]]))) == pytest.approx(2.5)


def test_segmentation_has_cross_entropy_per_pixel():
    outputs = torch.zeros(1, 2, 1, 2)
    outputs[0, 1, 0, 0] = math.log(3)
    value = loss(Segmentation(2), outputs, torch.tensor([[[1, 0]]]))
    assert float(value) == pytest.approx((-math.log(0.75) - math.log(0.5)) / 2)


@pytest.mark.parametrize("objective", [Normals(), Autoencoding()])
def test_images_have_absolute_error(objective):
    value = loss(objective, torch.tensor([1.0, -1.0]).reshape(1, 1, 1, 2), torch.tensor([0.5, 0.0]).reshape(1, 1, 1, 2))
    assert float(value) == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("objective", "outputs", "targets"),
    [
        (MultiLabel(1), [[0.3]], [[1.0]]),
        (Regression(1), [[0.3]], [[1.0]]),
        (Segmentation(2), [[[[0.3]], [[0.1]]]], [[[1]]]),
        (Normals(), [[[[0.3]]]], [[[[1.0]]]]),
    ],
)
def test_labels_are_not_smoothed_elsewhere(objective, outputs, targets):
    pair = torch.tensor(outputs), torch.tensor(targets)
    assert torch.equal(loss(objective, *pair, label_smoothing=0.3), loss(objective, *pair))


def test_half_precision_outputs_are_judged_in_full():
    outputs = torch.tensor([[0.1, 0.2]], dtype=torch.bfloat16)
    assert loss(Classification(2), outputs, torch.tensor([1])).dtype == torch.float32
