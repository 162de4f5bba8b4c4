import pytest
import torch

from ktnas.datasets.objectives import Classification, Jigsaw
from ktnas.errors import ConfigurationError
from ktnas.spaces.darts import EMT_NAS
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.training.networks import Size
from ktnas.training.networks.building import build
from ktnas.training.networks.operations import DropPath


def made(*, auxiliary=False, objective=None, seed=0):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        genotype = tuple(min(1, size - 1) for size in EMT_NAS.cardinalities)
        return build(EMT_NAS, genotype, objective or Classification(3), (18, 18, 3), Size(2, 3, auxiliary=auxiliary))


@pytest.mark.parametrize(("channels", "cells"), [(1, 5), (0, 5), (16, 0)])
def test_sizes_without_channels_or_cells_are_refused(channels, cells):
    with pytest.raises(ConfigurationError, match=f"got channels={channels} and cells={cells}"):
        Size(channels, cells)


@pytest.mark.parametrize(("channels", "cells"), [(10**6, 5), (16, 10**6)])
def test_absurd_sizes_are_refused(channels, cells):
    with pytest.raises(
        ConfigurationError, match=f"at most 4,096 channels .* got channels={channels} and cells={cells}"
    ):
        Size(channels, cells)


def test_drop_path_reaches_every_path():
    network = made()
    network.drop_path = 0.25
    drops = [module for module in network.modules() if isinstance(module, DropPath)]
    assert network.drop_path == 0.25
    assert drops
    assert all(drop.active and drop.keep.item() == 0.75 for drop in drops)


def test_drop_path_changes_training_and_nothing_else():
    network, images = made(), torch.ones(4, 3, 18, 18)
    network.drop_path = 0.5
    with torch.random.fork_rng(devices=[]):
        assert not torch.equal(network(images), network(images))
        network.eval()
        assert torch.equal(network(images), network(images))


def test_the_auxiliary_head_speaks_in_training_only():
    network, images = made(auxiliary=True), torch.ones(2, 3, 18, 18)
    outputs, more = network.with_auxiliary(images)
    assert torch.equal(outputs, network(images))
    assert more.shape == (2, 3)
    assert network.eval().with_auxiliary(images)[1] is None
    assert made().with_auxiliary(images)[1] is None


def test_the_auxiliary_head_joins_the_tiles_of_a_jigsaw():
    outputs, more = made(auxiliary=True, objective=Jigsaw(5)).with_auxiliary(torch.ones(2, 3, 18, 18))
    assert outputs.shape == more.shape == (2, 5)


def test_weights_are_those_of_the_seed():
    first, again, other = (made(seed=seed).state_dict() for seed in (0, 0, 1))
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert any(not torch.equal(first[key], other[key]) for key in first)


def test_weights_go_from_a_network_to_its_like():
    network, other = made(seed=0).eval(), made(seed=1).eval()
    other.load_state_dict(network.state_dict())
    images = torch.ones(2, 3, 18, 18)
    assert torch.equal(network(images), other(images))


def test_channels_last_gives_the_same():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = build(NASBench201(), (3, 2, 4, 1, 3, 2), Classification(4), (16, 16, 3), Size(4, 1)).eval()
        images = torch.randn(2, 3, 16, 16)
    expected = network(images)
    network = network.to(memory_format=torch.channels_last)
    assert torch.allclose(network(images.contiguous(memory_format=torch.channels_last)), expected, atol=1e-5)
