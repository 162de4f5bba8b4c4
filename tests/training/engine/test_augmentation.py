import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ktnas.datasets.objectives import (
    Autoencoding,
    Classification,
    Jigsaw,
    MultiLabel,
    Normals,
    Regression,
    Segmentation,
)
from ktnas.training.engine.augmentation import Augmentation
from ktnas.training.engine.on_device import Normalization, Part
from ktnas.training.recipe import Recipe

RECIPE = Recipe(flip=True, padding=2, cutout=3)
PLAIN = Normalization((0.0,), (1.0,))
CLASSES = Classification(2)
STILL = [0, 0, 0, 0, 0]


def part(objective, targets, images):
    return Part(torch.as_tensor(images, dtype=torch.uint8), targets, objective, PLAIN)


def one(augmentation, draw, objective=CLASSES, targets=None, images=None):
    """What a draw makes of a 2 x 3 image with pixels 1 to 6."""
    images = torch.tensor([[1, 2, 3], [4, 5, 6]])[None, ..., None] if images is None else images
    targets = torch.tensor([1]) if targets is None else targets
    found, answers = augmentation.batch(part(objective, targets, images), torch.tensor([0]), torch.tensor([draw]))
    return found[0, 0].tolist(), answers


def test_a_draw_that_changes_nothing():
    found, answers = one(Augmentation(flip=True, padding=2), STILL)
    assert found == [[1, 2, 3], [4, 5, 6]]
    assert answers.tolist() == [1]


def test_a_mirror():
    assert one(Augmentation(flip=True), [1, 0, 0, 0, 0])[0] == [[3, 2, 1], [6, 5, 4]]


def test_shifts_bring_in_black():
    assert one(Augmentation(padding=2), [0, 1, 0, 0, 0])[0] == [[0, 0, 0], [1, 2, 3]]
    assert one(Augmentation(padding=2), [0, 0, -1, 0, 0])[0] == [[2, 3, 0], [5, 6, 0]]
    assert one(Augmentation(flip=True, padding=2), [1, 0, 1, 0, 0])[0] == [[0, 3, 2], [0, 6, 5]]


@pytest.mark.parametrize(
    ("side", "centre", "rows", "columns"),
    [(3, (0, 3), slice(0, 2), slice(2, 5)), (2, (3, 2), slice(2, 4), slice(1, 3))],
)
def test_a_blanked_square_becomes_the_mean_colour_and_may_lie_partly_outside(side, centre, rows, columns):
    expected = torch.full((5, 5), 9.0)
    expected[rows, columns] = 0
    found, _ = one(Augmentation(cutout=side), [0, 0, 0, *centre], images=torch.full((1, 5, 5, 1), 9))
    assert found == expected.tolist()


def test_labels_of_pixels_move_along_and_the_border_is_repeated():
    objective = Segmentation(9)
    augmentation = Augmentation.suited(objective, RECIPE)
    labels = torch.tensor([[[1, 2, 3], [4, 5, 6]]], dtype=torch.uint8)
    for draw in ([1, 1, 0, 0, 0], [0, 0, 2, 0, 0], [1, -1, 1, 0, 0]):
        found, answers = one(augmentation, draw, objective, labels)
        assert answers[0].tolist() == found
    assert found == [[6, 6, 5], [6, 6, 5]]


def test_the_first_component_of_normals_changes_its_sign_in_a_mirror():
    objective = Normals()
    normals = torch.tensor([[[[0.1, 0.5, 0.9], [0.2, 0.6, 0.8], [0.3, 0.7, 0.7]]] * 2])
    augmentation = Augmentation.suited(objective, RECIPE)
    _, still = one(augmentation, STILL, objective, normals)
    assert torch.equal(still, normals.permute(0, 3, 1, 2))
    found, mirrored = one(augmentation, [1, 0, 0, 0, 0], objective, normals)
    assert found[0] == [3, 2, 1]
    assert mirrored[0, 0, 0].tolist() == pytest.approx([-0.3, -0.2, -0.1])
    assert mirrored[0, 1, 0].tolist() == pytest.approx([0.7, 0.6, 0.5])
    assert mirrored[0, 2, 0].tolist() == pytest.approx([0.7, 0.8, 0.9])


@pytest.mark.parametrize(
    ("objective", "expected"),
    [
        (Classification(2), Augmentation(flip=True, padding=2, cutout=3)),
        (MultiLabel(2), Augmentation(flip=True, padding=2, cutout=3)),
        (Jigsaw(2), Augmentation(cutout=3)),
        (Regression(9), Augmentation(cutout=3)),
        (Segmentation(2), Augmentation(flip=True, padding=2, dense=True)),
        (Autoencoding(), Augmentation(flip=True, padding=2, dense=True)),
        (Normals(), Augmentation(flip=True, padding=2, dense=True, signed=True)),
    ],
    ids=repr,
)
def test_what_suits_the_targets(objective, expected):
    assert Augmentation.suited(objective, RECIPE) == expected


def test_draws_reach_every_choice_and_no_other():
    draws = Augmentation(flip=True, padding=1).draw(500, (4, 3), torch.Generator().manual_seed(0))
    reached = [sorted(set(column.tolist())) for column in draws.T]
    assert reached == [[0, 1], [-1, 0, 1], [-1, 0, 1], [0, 1, 2, 3], [0, 1, 2]]


def test_draws_do_not_depend_on_what_else_is_switched_on():
    a, b = (
        Augmentation(flip=True, padding=2, cutout=cutout).draw(9, (8, 8), torch.Generator().manual_seed(1))
        for cutout in (0, 4)
    )
    assert torch.equal(a, b)


@settings(max_examples=30)
@given(seed=st.integers(0, 99), padding=st.integers(0, 3), flip=st.booleans())
def test_images_to_be_rebuilt_stay_equal_to_their_images(seed, padding, flip):
    objective = Autoencoding()
    pixels = np.random.default_rng(seed).integers(0, 256, (3, 6, 5, 3)).astype(np.uint8)
    data = Part(
        torch.tensor(pixels), torch.tensor(pixels / 127.5 - 1), objective, Normalization((127.5,) * 3, (127.5,) * 3)
    )
    augmentation = Augmentation.suited(objective, Recipe(flip=flip, padding=padding))
    indices = torch.tensor([2, 0, 1, 2])
    draws = augmentation.draw(4, (6, 5), torch.Generator().manual_seed(seed))
    found, answers = augmentation.batch(data, indices, draws)
    assert torch.allclose(found.double(), answers, atol=1e-6)
    assert found.is_contiguous(memory_format=torch.channels_last)
