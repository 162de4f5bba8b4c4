"""The order in which networks are measured on rendered scenes."""

from collections import Counter

import pytest

from experiments.machinery.scenes_networks import SPACE, _described, in_order
from ktnas.spaces.base import canonical


@pytest.fixture
def order():
    return in_order()


def test_order_has_every_network_once(order):
    assert len({canonical(SPACE, network.genotype) for network in order}) == len(order) == 1948
    assert sum(len(network.codes) for network in order) == 4096


def test_order_stays_as_it_is(order):
    assert [network.code for network in order[:4]] == ["223001", "030303", "220211", "311013"]


@pytest.mark.parametrize("count", [40, 60, 500])
def test_every_beginning_has_its_share_of_depths(order, count):
    whole = Counter(network.depth for network in order)
    begun = Counter(network.depth for network in order[:count])
    for depth, members in whole.items():
        assert abs(begun[depth] - count * members / len(order)) <= 3


@pytest.mark.parametrize(
    ("genotype", "weights", "depth"),
    [((3, 0, 3, 0, 0, 3), 27, 3), ((3, 0, 3, 0, 0, 0), 0, 0), ((0, 0, 0, 2, 0, 0), 1, 1), ((2, 1, 1, 0, 1, 3), 10, 2)],
)
def test_weights_and_depth_of_the_pruned_cell(genotype, weights, depth):
    described = _described([genotype])
    assert (described.weights, described.depth) == (weights, depth)
