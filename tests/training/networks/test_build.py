"""`ktnas.training.networks.build`, the door of the package."""

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
from ktnas.errors import ArchitectureError, ConfigurationError
from ktnas.spaces.base import ListedSpace
from ktnas.spaces.darts import DARTS, EMT_NAS
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.spaces.nasbench_graph import NASBenchGraph
from ktnas.spaces.transnas_macro import TransNASMacro
from ktnas.spaces.transnas_micro import TransNASMicro
from ktnas.training.networks import Network, Size
from ktnas.training.networks.building import build

SPACES = {
    "nasbench201": (NASBench201(), (3, 1, 2, 0, 4, 1)),
    "micro": (TransNASMicro(), (3, 1, 2, 0, 1, 2)),
    "macro": (TransNASMacro(), (0, 1, 2, 3, 1, 0)),
    "darts": (DARTS(), (0, 3, 1, 4) * 8),
    "emt-nas": (EMT_NAS, (0, 3, 1, 4) * 10),
}
SIZE = Size(2, 2)


@pytest.mark.parametrize("name", SPACES)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    ("objective", "shape"),
    [
        (Classification(4), (2, 4)),
        (MultiLabel(5), (2, 5)),
        (Jigsaw(6), (2, 6)),
        (Regression(), (2, 9)),
        (Segmentation(17), (2, 17, 33, 36)),
        (Normals(), (2, 3, 33, 36)),
        (Autoencoding(), (2, 3, 33, 36)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_space_has_networks_for_every_objective(name, channels, objective, shape):
    space, genotype = SPACES[name]
    network = build(space, genotype, objective, (33, 36, channels), SIZE)
    assert isinstance(network, Network)
    outputs = network(torch.zeros(2, channels, 33, 36))
    assert outputs.shape == shape
    outputs.square().sum().backward()


def test_a_jigsaw_sees_its_tiles_alone():
    """Other tiles change the outputs of a network, not the features of a tile."""
    space, genotype = SPACES["micro"]
    network = build(space, genotype, Jigsaw(6), (33, 33, 3), SIZE).eval()
    images = torch.randn(1, 3, 33, 33)
    changed = images.clone()
    changed[:, :, :11, :11] += 1
    before, after = (network.encoder(network.view(each)) for each in (images, changed))
    assert torch.allclose(before[1:], after[1:], atol=1e-6)
    assert not torch.allclose(before[0], after[0])


@pytest.mark.parametrize("space", [NASBench201(), TransNASMicro()], ids=lambda space: space.name)
def test_a_network_without_a_path_gives_constants_and_can_be_trained(space):
    network = build(space, (0,) * 6, Classification(4), (16, 16, 3), SIZE)
    outputs = network(torch.randn(3, 3, 16, 16))
    assert torch.equal(outputs[0], outputs[1])
    outputs.square().sum().backward()
    assert network.head.linear.bias.grad.abs().sum() > 0


def test_a_listed_part_of_a_space_has_its_networks():
    space, genotype = SPACES["nasbench201"]
    assert build(ListedSpace(space, (genotype,)), genotype, Classification(3), (8, 8, 3), SIZE)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["nasbench201", "emt-nas"])
def test_a_network_compiles_whole(name):
    space, genotype = SPACES[name]
    network = build(space, genotype, Classification(3), (16, 16, 3), Size(2, 1)).eval()
    compiled = torch.compile(network, backend="eager", fullgraph=True)
    images = torch.randn(2, 3, 16, 16)
    assert torch.equal(compiled(images), network(images))


class TestRefuses:
    def test_a_genotype_of_another_space(self):
        with pytest.raises(ArchitectureError, match="no architecture of 'transnas101-micro'"):
            build(TransNASMicro(), (4,) * 6, Classification(3), (32, 32, 3), SIZE)

    def test_a_space_without_networks(self):
        with pytest.raises(ConfigurationError, match="'nasbench-graph' has no networks to train: use nasbench201"):
            build(NASBenchGraph(), (0, 0, 0, 0, 0), Classification(3), (32, 32, 3), SIZE)

    def test_images_too_small_to_be_halved(self):
        space, genotype = SPACES["micro"]
        assert build(space, genotype, Classification(3), (5, 5, 3), SIZE)
        message = "halve the resolution 3 times and need images of at least 5 x 5 pixels; got 4 x 9: use larger"
        with pytest.raises(ConfigurationError, match=message):
            build(space, genotype, Classification(3), (4, 9, 3), SIZE)

    def test_tiles_too_small_to_be_halved(self):
        space, genotype = SPACES["micro"]
        with pytest.raises(ConfigurationError, match="need tiles of at least 5 x 5 pixels; got 4 x 4"):
            build(space, genotype, Jigsaw(6), (12, 12, 3), SIZE)

    def test_a_jigsaw_that_does_not_divide(self):
        space, genotype = SPACES["nasbench201"]
        with pytest.raises(ConfigurationError, match="images of 3 x 3 equal tiles; got 32 x 33 pixels"):
            build(space, genotype, Jigsaw(6), (32, 33, 3), SIZE)

    def test_an_auxiliary_head_where_there_is_none(self):
        space, genotype = SPACES["macro"]
        with pytest.raises(ConfigurationError, match="'transnas101-macro' have no auxiliary head: leave it out"):
            build(space, genotype, Classification(3), (32, 32, 3), Size(2, 2, auxiliary=True))
