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
from ktnas.errors import ConfigurationError
from ktnas.training.networks import heads


def test_tiles_come_in_reading_order_image_by_image():
    images = torch.arange(2 * 36.0).reshape(2, 1, 6, 6)
    tiles = heads.Tiles(3)(images)
    assert tiles.shape == (18, 1, 2, 2)
    assert torch.equal(tiles[0, 0], torch.tensor([[0.0, 1.0], [6.0, 7.0]]))
    assert torch.equal(tiles[5, 0], torch.tensor([[16.0, 17.0], [22.0, 23.0]]))  # second row, last column
    assert torch.equal(tiles[9:], tiles[:9] + 36)


def test_tiles_keep_colours():
    images = torch.randn(2, 3, 9, 6)
    tiles = heads.Tiles(3)(images)
    assert torch.equal(tiles[1], images[0, :, :3, 2:4])


def test_a_linear_head_averages_over_pixels_and_joins_parts():
    head = heads.LinearHead(2, 1, parts=2)
    with torch.no_grad():
        head.linear.weight.copy_(torch.tensor([[1.0, 10.0, 100.0, 1000.0]]))
        head.linear.bias.fill_(0.5)
    features = torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]).reshape(4, 2, 1, 1).expand(4, 2, 3, 2)
    assert head(features).tolist() == [[4321.5], [8765.5]]


@pytest.mark.parametrize(
    ("objective", "rows", "shape"),
    [
        (Classification(7), 2, (2, 7)),
        (MultiLabel(5), 2, (2, 5)),
        (Jigsaw(20), 18, (2, 20)),
        (Regression(9), 2, (2, 9)),
        (Segmentation(4), 2, (2, 4, 30, 25)),
        (Normals(), 2, (2, 3, 30, 25)),
        (Autoencoding(), 2, (2, 3, 30, 25)),
    ],
)
@pytest.mark.parametrize("make", [heads.build_head, heads.build_auxiliary])
def test_outputs_have_the_shape_of_the_objective(make, objective, rows, shape):
    head = make(objective, 12, 3, (30, 25))
    assert head(torch.randn(rows, 12, 4, 4)).shape == shape


@pytest.mark.parametrize("objective", [Normals(), Autoencoding()])
def test_images_are_decoded_between_minus_one_and_one(objective):
    outputs = heads.build_head(objective, 8, 1, (8, 8))(1e6 * torch.randn(2, 8, 4, 4))
    assert outputs.abs().max() <= 1


def test_logits_of_pixels_are_not_bounded():
    outputs = heads.build_head(Segmentation(4), 8, 0, (8, 8))(1e6 * torch.randn(2, 8, 8, 8))
    assert outputs.abs().max() > 1


def test_a_decoder_halves_channels_down_to_sixteen():
    convolutions = [m for m in heads.Decoder(64, 3, 3, (32, 32), bounded=True) if isinstance(m, torch.nn.Conv2d)]
    assert [m.out_channels for m in convolutions] == [32, 16, 16, 3]
    narrow = [m for m in heads.Decoder(6, 3, 1, (32, 32), bounded=True) if isinstance(m, torch.nn.Conv2d)]
    assert [m.out_channels for m in narrow] == [6, 3]


@pytest.mark.parametrize(
    ("side", "times", "expected"), [(32, 2, 8), (33, 2, 9), (28, 3, 4), (7, 0, 7), (1, 5, 1), (22, 4, 2)]
)
def test_halving_rounds_up(side, times, expected):
    assert heads.halved(side, times) == expected
    for _ in range(times):
        side = -(-side // 2)
    assert side == expected


@pytest.mark.parametrize("side", range(2, 20))
def test_the_auxiliary_head_pools_to_two_by_two(side):
    pool = next(
        m for m in heads.build_auxiliary(Classification(3), 4, 0, (side, 8)) if isinstance(m, torch.nn.AvgPool2d)
    )
    assert pool(torch.zeros(1, 4, side, 8)).shape == (1, 4, 2, 2)
    if side == 8:
        assert (pool.kernel_size, pool.stride) == ((5, 5), (3, 3))  # DARTS' own


def test_feature_maps_too_small_for_an_auxiliary_head_are_refused():
    with pytest.raises(ConfigurationError, match="at least 2 x 2; got 2 x 1 from 8 x 4 pixels: use larger images"):
        heads.build_auxiliary(Classification(3), 4, 2, (8, 4))
