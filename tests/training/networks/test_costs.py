import pytest
import torch
from torch import nn

from ktnas.training.networks import Network
from ktnas.training.networks.costs import Cost, count


def test_a_convolution_costs_a_multiply_add_per_weight_and_output():
    assert count(nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False), (8, 6, 3)) == Cost(216, 216 * 4 * 3)


def test_groups_and_biases_are_counted():
    layer = nn.Conv2d(4, 4, 3, padding=1, groups=4)
    assert count(layer, (5, 5, 4)) == Cost(36 + 4, (9 + 1) * 4 * 25)


def test_a_linear_layer_counts_its_bias_once_per_output():
    network = nn.Sequential(nn.Flatten(), nn.Linear(12, 5), nn.Linear(5, 2, bias=False))
    assert count(network, (2, 2, 3)) == Cost(65 + 10, 65 + 10)


def test_a_layer_used_twice_costs_twice_but_is_stored_once():
    layer = nn.Conv2d(2, 2, 1, bias=False)
    assert count(nn.Sequential(layer, layer), (3, 3, 2)) == Cost(4, 2 * 4 * 9)


def test_nothing_else_costs():
    network = nn.Sequential(nn.BatchNorm2d(3), nn.ReLU(), nn.AvgPool2d(2))
    assert count(network, (4, 4, 3)) == Cost(6, 0)


def test_an_auxiliary_head_is_not_counted():
    network = Network(nn.Flatten(), nn.Linear(3, 2), auxiliary=nn.Linear(3, 50))
    assert count(network, (1, 1, 3)) == Cost(8, 8)


@pytest.mark.parametrize("training", [True, False])
def test_the_network_stays_as_it_was(training):
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)).train(training)
    network[1].eval()
    before = {key: value.clone() for key, value in network.state_dict().items()}
    count(network, (8, 8, 1))
    assert network.training is training
    assert not network[1].training
    assert all(torch.equal(value, before[key]) for key, value in network.state_dict().items())
    assert not network[0]._forward_hooks


def test_hooks_go_when_the_network_fails():
    network = nn.Sequential(nn.Conv2d(1, 2, 3)).train()
    with pytest.raises(RuntimeError, match="Kernel size"):
        count(network, (2, 2, 1))
    assert network.training
    assert not network[0]._forward_hooks


def test_a_network_on_the_meta_device_is_counted_without_computing():
    with torch.device("meta"):
        network = nn.Conv2d(3, 64, 3, bias=False)
    assert count(network, (10_002, 10_002, 3)) == Cost(1728, 1728 * 10**8)
