import pytest
import torch
from torch import nn

from ktnas.training.networks import operations


def seeded(make, seed=0):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return make()


@pytest.mark.parametrize("side", [1, 7, 8])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize(
    "make",
    [
        lambda stride: operations.ReLUConvBN(4, 4, 1, stride),
        lambda stride: operations.ReLUConvBN(4, 4, 3, stride),
        lambda stride: operations.FactorizedReduce(4, 4, stride),
        lambda stride: operations.SeparableConv(4, 3, stride),
        lambda stride: operations.SeparableConv(4, 7, stride),
        lambda stride: operations.DilatedConv(4, 5, stride),
        lambda stride: operations.DilatedConv(4, 7, stride),
        lambda stride: operations.Zero(4, stride),
        operations.average_pool,
        operations.max_pool,
    ],
)
def test_a_stride_halves_rounding_up_and_keeps_channels(make, stride, side):
    outputs = make(stride).eval()(torch.ones(2, 4, side, side + 1))
    assert outputs.shape == (2, 4, -(-side // stride), -(-(side + 1) // stride))


def test_factorized_reduce_reads_every_other_pixel_and_those_between():
    reduce = operations.FactorizedReduce(1, 2).eval()
    with torch.no_grad():
        reduce.convolution.weight.fill_(1)
        reduce.shifted.weight.fill_(1)
    image = torch.arange(9.0).reshape(1, 1, 3, 3)
    outputs = reduce(image) * (1 + reduce.norm.eps) ** 0.5
    assert torch.allclose(outputs[0, 0], torch.tensor([[0.0, 2.0], [6.0, 8.0]]))
    assert torch.allclose(outputs[0, 1], torch.tensor([[4.0, 0.0], [0.0, 0.0]]))  # shifted by one; beyond the edge, 0


def test_factorized_reduce_without_stride_is_one_convolution():
    reduce = operations.FactorizedReduce(4, 6, stride=1)
    assert sum(weight.numel() for weight in reduce.parameters()) == 4 * 6 + 2 * 6


def test_odd_channels_are_split_between_the_two_convolutions():
    assert operations.FactorizedReduce(3, 5)(torch.ones(2, 3, 4, 4)).shape == (2, 5, 2, 2)


def test_average_pool_leaves_out_the_padding():
    assert torch.equal(operations.average_pool()(torch.ones(1, 1, 3, 3)), torch.ones(1, 1, 3, 3))


def test_no_activation_works_in_place():
    inputs = -torch.ones(2, 4, 8, 8)
    for make in (lambda: operations.ReLUConvBN(4, 4, 3), lambda: operations.SeparableConv(4, 3)):
        seeded(make)(inputs)
        assert torch.equal(inputs, -torch.ones(2, 4, 8, 8))


class TestDropPath:
    def test_drops_whole_images_and_scales_up_the_others(self):
        drop = operations.DropPath()
        drop.set(0.25)
        outputs = seeded(lambda: drop(torch.ones(4000, 2, 3, 3)))
        values = outputs.flatten(1)
        assert torch.equal(values.min(dim=1).values, values.max(dim=1).values)
        assert sorted(values.unique().tolist()) == pytest.approx([0, 4 / 3])
        assert values.mean().item() == pytest.approx(1, abs=0.05)

    def test_does_nothing_in_evaluation_or_at_probability_0(self):
        drop = operations.DropPath()
        inputs = torch.ones(8, 1, 1, 1)
        assert drop(inputs) is inputs
        drop.set(0.9)
        assert drop.eval()(inputs) is inputs
        drop.train().set(0.0)
        assert drop(inputs) is inputs

    def test_keeps_the_type_of_its_inputs(self):
        drop = operations.DropPath()
        drop.set(0.5)
        assert drop(torch.ones(4, 1, 1, 1, dtype=torch.bfloat16)).dtype == torch.bfloat16

    def test_its_probability_is_not_saved(self):
        assert not operations.DropPath().state_dict()

    def test_an_identity_is_never_dropped(self):
        identity = nn.Identity()
        assert operations.droppable(identity) is identity
        pool = operations.average_pool()
        assert isinstance(operations.droppable(pool)[1], operations.DropPath)


@pytest.mark.parametrize("kernel", [1, 3])
@pytest.mark.parametrize("size", [6, 7, 48])
def test_a_convolution_with_a_stride_is_torchs_own(kernel, size):
    """In plain memory format, where torch's own does not end the process."""
    convolution = seeded(lambda: operations.Convolution(4, 6, kernel, 2))
    images = torch.randn(8, 4, size, size, generator=torch.Generator().manual_seed(0)).requires_grad_()
    own = nn.functional.conv2d(images, convolution.weight, stride=2, padding=kernel // 2)
    torch.testing.assert_close(convolution(images), own)
    tall = images.detach().contiguous(memory_format=torch.channels_last).requires_grad_()
    convolution(tall).sum().backward()
    own.sum().backward()
    torch.testing.assert_close(tall.grad, images.grad)
