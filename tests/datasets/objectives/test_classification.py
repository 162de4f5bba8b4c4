import math

import pytest
import torch

from ktnas.datasets.objectives import Classification
from ktnas.datasets.objectives.accuracy import Accuracy


def test_the_loss_is_cross_entropy():
    outputs = torch.tensor([[0.0, math.log(3)], [0.0, 0.0]])
    value = Classification(2).loss(outputs, torch.tensor([1, 0]), 0.0)
    assert float(value) == pytest.approx((-math.log(0.75) - math.log(0.5)) / 2)


def test_labels_are_smoothed():
    value = Classification(2).loss(torch.tensor([[0.0, math.log(3)]]), torch.tensor([1]), 0.2)
    assert float(value) == pytest.approx(-0.9 * math.log(0.75) - 0.1 * math.log(0.25))


def test_the_metric_is_accuracy():
    assert isinstance(Classification(2).meter(), Accuracy)
