import pytest
import torch
from torch import nn

from ktnas.training.networks.heads import Decoder, LinearHead
from ktnas.training.networks.operations import FactorizedReduce, ReLUConvBN
from ktnas.training.supernet.weight_blocks import SharedHead, WeightBlocks

INPUTS = torch.randn(2, 3, 4, 4, generator=torch.Generator().manual_seed(0))


def test_a_path_uses_the_weights_of_its_feature_maps():
    """Three feature maps of one channel and a 1 x 1 convolution without bias: a weighted sum."""
    layer = nn.Sequential(nn.Conv2d(3, 1, 1, bias=False))
    layer[0].weight.data = torch.tensor([2.0, 3.0, 5.0]).reshape(1, 3, 1, 1)
    columns = WeightBlocks(layer, groups=3)
    expected = 5 * INPUTS[:, :1] + 2 * INPUTS[:, 1:2]
    assert torch.allclose(columns(INPUTS[:, :2], (2, 0)), expected)
    assert columns.weights((2, 0))["0.weight"].flatten().tolist() == [5.0, 2.0]


@pytest.mark.parametrize("make", [lambda c: ReLUConvBN(c, 4, 1), lambda c: FactorizedReduce(c, 4)])
def test_all_feature_maps_are_the_layer_itself(make):
    layer, whole = make(6), make(6)
    whole.load_state_dict(layer.state_dict())
    columns = WeightBlocks(layer, groups=3)
    inputs = torch.cat([INPUTS, INPUTS.flip(2)], dim=1)
    assert torch.equal(columns(inputs, (0, 1, 2)), whole(inputs))


@pytest.mark.parametrize("make", [lambda c: ReLUConvBN(c, 4, 1), lambda c: FactorizedReduce(c, 4)])
def test_some_feature_maps_are_a_narrower_layer(make):
    columns, narrower = WeightBlocks(make(6), groups=3), make(4)
    narrower.load_state_dict(columns.weights((0, 2)))
    inputs = torch.cat([INPUTS, INPUTS[:, :1]], dim=1)
    assert torch.equal(columns(inputs, (0, 2)), narrower(inputs))


def test_only_blocks_that_are_read_get_gradients():
    columns = WeightBlocks(ReLUConvBN(3, 2, 1), groups=3)
    columns(INPUTS[:, :2], (0, 2)).sum().backward()
    assert [block.grad is not None for block in columns.blocks["1"]] == [True, False, True]


def test_nothing_else_is_a_parameter():
    columns = WeightBlocks(ReLUConvBN(6, 4, 1), groups=3)
    assert sum(parameter.numel() for parameter in columns.parameters()) == 6 * 4 + 2 * 4


def test_a_linear_head_of_a_jigsaw():
    """Each of its two parts has the feature maps side by side."""

    def make(count):
        return LinearHead(count, 5, parts=2)

    head, narrower = SharedHead(make, 3, range(1, 4)), make(2)
    narrower.load_state_dict(head.weights((0, 2)))
    assert torch.allclose(head(INPUTS[:, :2], (0, 2)), narrower(INPUTS[:, :2]))
    assert head.columns.blocks["linear"][2].tolist() == [
        [[row[2]], [row[5]]] for row in torch.stack([*head.columns.weights((0, 1, 2))["linear.weight"]]).tolist()
    ]


def test_decoders_are_one_for_each_number():
    head = SharedHead(lambda count: Decoder(count * 4, 2, 1, (8, 8), bounded=False), 3, (1, 2))
    assert set(head.decoders) == {"1", "2"}
    narrower = Decoder(8, 2, 1, (8, 8), bounded=False)
    narrower.load_state_dict(head.weights((0, 2)))
    features = torch.cat([INPUTS] * 3, dim=1)[:, :8]
    assert torch.equal(head(features, (0, 2)), narrower(features))
