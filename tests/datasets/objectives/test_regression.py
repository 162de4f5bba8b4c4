import pytest
import torch

from ktnas.datasets.objectives import Regression


def test_the_loss_is_the_mean_square():
    value = Regression(2).loss(torch.tensor([[1.0, 2.0]]), torch.tensor([[0.0, 4.0]]), 0.0)
    assert float(value) == pytest.approx(2.5)


def test_the_metric_is_minus_the_mean_square():
    meter = Regression(2).meter()
    meter.update(torch.tensor([[1.0, 2.0]]), torch.tensor([[0.0, 4.0]]))
    meter.update(torch.tensor([[0.0, 0.0]]), torch.tensor([[0.0, 1.0]]))
    assert meter.result() == {"negative_loss": -1.5}


def test_what_says_where_things_are_is_not_moved():
    assert not Regression().augmentable.moves
