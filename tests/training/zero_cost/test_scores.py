"""Scores against values worked out by hand, on networks of one or two layers."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from ktnas.datasets.objectives import Classification, Regression
from ktnas.training.zero_cost.base import Batch
from ktnas.training.zero_cost.flops import Flops
from ktnas.training.zero_cost.grasp import Grasp
from ktnas.training.zero_cost.jacob_cov import JacobCov
from ktnas.training.zero_cost.naswot import Naswot
from ktnas.training.zero_cost.parameters import ParameterCount
from ktnas.training.zero_cost.snip import Snip
from ktnas.training.zero_cost.synflow import Synflow

SCORES = (Flops(), Grasp(), JacobCov(), Naswot(), ParameterCount(), Snip(), Synflow())


def batch(images, targets=None, objective=None):
    """Images ``(n, c, h, w)`` of lists ``(n, values)``, one value per channel."""
    pixels = torch.tensor(images, dtype=torch.float32)[:, :, None, None]
    objective = objective or Classification(2)
    return Batch(pixels, torch.zeros(len(pixels), dtype=torch.int64) if targets is None else targets, objective)


def linear(*rows, bias=None):
    layer = nn.Linear(len(rows[0]), len(rows), bias=bias is not None)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(rows))
        if bias is not None:
            layer.bias.copy_(torch.tensor(bias))
    return layer


class Dead(nn.Module):
    """A network whose output depends on none of its weights."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 2)

    def forward(self, images):
        return torch.zeros(len(images), 2)


class TestSynflow:
    def test_by_hand(self):
        # |W1| 1 = (3, 7); R = 2 * 3 + 0.5 * 7 = 9.5, which every layer's weights add up to; two layers
        network = nn.Sequential(nn.Flatten(), linear([1.0, -2.0], [-3.0, 4.0]), linear([-2.0, 0.5]))
        assert Synflow()(network, batch([[5.0, -5.0]])) == pytest.approx(math.log(2 * 9.5))

    def test_biases_flow_but_are_not_counted(self):
        # R = 2 (1 + 1) = 4: the first weight has 2 of it, the second all 4
        network = nn.Sequential(nn.Flatten(), linear([1.0], bias=[-1.0]), linear([2.0]))
        assert Synflow()(network, batch([[1.0]])) == pytest.approx(math.log(2 + 4))

    def test_batch_normalization_is_left_out(self):
        plain = nn.Sequential(nn.Conv2d(2, 3, 1), nn.ReLU(), nn.Flatten(), nn.Linear(3, 2))
        normed = nn.Sequential(plain[0], nn.BatchNorm2d(3), *plain[1:])
        with torch.no_grad():
            normed[1].weight.fill_(7.0)
        images = batch([[1.0, 2.0], [3.0, 4.0]])
        assert Synflow()(normed, images) == Synflow()(plain, images)

    def test_nested_batch_normalization_is_left_out(self):
        inner = nn.Sequential(nn.Conv2d(1, 1, 1, bias=False), nn.BatchNorm2d(1))
        with torch.no_grad():
            inner[0].weight.fill_(-3.0)
        network = nn.Sequential(nn.Sequential(inner), nn.Flatten())
        assert Synflow()(network, batch([[1.0]])) == pytest.approx(math.log(3))

    def test_does_not_overflow(self):
        network = nn.Sequential(nn.Flatten(), *(linear([1e30]) for _ in range(16)))  # R = 1e480
        assert Synflow()(network, batch([[1.0]])) == pytest.approx(480 * math.log(10) + math.log(16))

    def test_does_not_read_images(self):
        assert not Synflow().reads_images
        network = nn.Sequential(nn.Flatten(), linear([1.0, 2.0]))
        assert Synflow()(network, batch([[1.0, 1.0]])) == Synflow()(network, batch([[-9.0, 0.0]] * 3))


class TestNaswot:
    def test_by_hand(self):
        # codes 11 and 10 agree in one of two units: K = [[2, 1], [1, 2]]
        network = nn.Sequential(nn.ReLU(), nn.Flatten())
        assert Naswot()(network, batch([[1.0, 1.0], [1.0, -1.0]])) == pytest.approx(math.log(3))

    def test_every_relu_counts(self):
        # all four units of the second ReLU agree as well: K = [[4, 3], [3, 4]]
        network = nn.Sequential(nn.ReLU(), nn.Flatten(), nn.ReLU())
        assert Naswot()(network, batch([[1.0, 1.0], [1.0, -1.0]])) == pytest.approx(math.log(16 - 4))

    def test_equal_codes_promise_nothing(self):
        assert Naswot()(nn.Sequential(nn.ReLU()), batch([[1.0, 2.0], [3.0, 4.0]])) == -math.inf

    def test_tiles_stay_with_their_image(self):
        class Tiled(nn.Module):
            def __init__(self):
                super().__init__()
                self.relu = nn.ReLU()

            def forward(self, images):
                return self.relu(images.reshape(-1, 1))

        assert Naswot()(Tiled(), batch([[1.0, 1.0], [1.0, -1.0]])) == pytest.approx(math.log(3))


class TestJacobCov:
    def test_equal_jacobians_by_hand(self):
        network = nn.Sequential(nn.Flatten(), linear([1.0, -2.0, 5.0]))
        v = np.array([2.0, 0.0]) + 1e-5
        expected = -np.sum(np.log(v) + 1 / v)
        assert JacobCov()(network, batch([[1.0, 2.0, 3.0], [3.0, 0.0, 1.0]])) == pytest.approx(expected, rel=1e-6)

    def test_uncorrelated_jacobians_by_hand(self):
        class Square(nn.Module):
            def forward(self, images):
                return (images**2).flatten(1) / 2  # the Jacobian is the image itself

        found = JacobCov()(Square(), batch([[1.0, -1.0, 1.0, -1.0], [1.0, 1.0, -1.0, -1.0]]))
        assert found == pytest.approx(-2 * (math.log(1 + 1e-5) + 1 / (1 + 1e-5)))

    def test_a_constant_jacobian_promises_nothing(self):
        assert JacobCov()(nn.Flatten(), batch([[1.0, 2.0], [2.0, 1.0]])) == -math.inf


class TestGradients:
    """One weight w = 2, one image x = 3, target 0: L = (w x)^2 = 36."""

    network = staticmethod(lambda: nn.Sequential(nn.Flatten(), linear([2.0])))
    shown = batch([[3.0]], torch.zeros(1, 1), Regression(1))

    def test_snip_by_hand(self):
        assert Snip()(self.network(), self.shown) == pytest.approx(math.log(2 * 36))  # w dL/dw = w 2 w x^2

    def test_grasp_by_hand(self):
        assert Grasp()(self.network(), self.shown) == pytest.approx(-2 * 18 * 36)  # w H g, H = 2 x^2, g = 36

    def test_targets_matter(self):
        perfect = batch([[3.0]], torch.full((1, 1), 6.0), Regression(1))
        assert Snip()(self.network(), perfect) == -math.inf
        assert Grasp()(self.network(), perfect) == 0.0


def test_sizes():
    network = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(4, 2))
    shown = batch([[1.0, 2.0, 3.0]])
    assert ParameterCount()(network, shown) == pytest.approx((108 + 8 + 10) / 1e6)
    assert Flops()(network, shown) == pytest.approx((108 + 10) / 1e6)


@pytest.mark.parametrize("score", SCORES, ids=lambda score: score.name)
def test_a_network_that_computes_nothing_has_a_score(score):
    value = score(Dead(), batch([[1.0, 2.0], [3.0, 4.0]]))
    assert value == -math.inf if score.name in {"synflow", "jacob_cov", "naswot", "snip"} else math.isfinite(value)


@pytest.mark.parametrize("score", SCORES, ids=lambda score: score.name)
def test_overflow_within_a_network_promises_nothing(score):
    network = nn.Sequential(nn.Flatten(), *(linear([1e30, 1e30], [1e30, -1e30]) for _ in range(4)), nn.ReLU())
    value = score(network, batch([[1.0, 2.0], [3.0, 4.0]]))
    assert not math.isnan(value)
    assert value < math.inf
