import numpy as np
import pytest
import torch

from ktnas.datasets.dataset import Dataset, Split
from ktnas.datasets.objectives import (
    Autoencoding,
    Classification,
    Jigsaw,
    MultiLabel,
    Normals,
    Regression,
    Segmentation,
)
from ktnas.description import describe
from ktnas.errors import ConfigurationError, UnknownNameError
from ktnas.training.engine.losses import loss
from ktnas.training.zero_cost.inputs import Noise, Sampled

OBJECTIVES = {
    Classification(4): (2, 4),
    Jigsaw(5): (2, 5),
    MultiLabel(3): (2, 3),
    Regression(9): (2, 9),
    Segmentation(6): (2, 6, 9, 12),
    Normals(): (2, 3, 9, 12),
    Autoencoding(): (2, 3, 9, 12),
}
"""Objectives, and the shape of what a network answers for two images."""


def dataset(name="digits", seed=0, count=20, objective=None, targets=None):
    rng = np.random.default_rng(seed)
    objective = objective or Classification(3)
    images = rng.integers(256, size=(count, 9, 12, 3), dtype=np.uint8)
    split = Split(images, rng.integers(3, size=count) if targets is None else targets)
    return Dataset(name, objective, split, split)


def stored_targets(objective, rng):
    match objective:
        case MultiLabel():
            return rng.integers(2, size=(20, 3))
        case Regression():
            return rng.standard_normal((20, 9))
        case Segmentation():
            return rng.integers(6, size=(20, 9, 12))
        case Normals() | Autoencoding():
            return rng.uniform(-1, 1, (20, 9, 12, 3))
        case _:
            return rng.integers(4, size=20)


@pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda objective: type(objective).__name__)
def test_targets_are_what_the_losses_take(objective):
    outputs = torch.zeros(OBJECTIVES[objective])
    of_data = dataset(objective=objective, targets=stored_targets(objective, np.random.default_rng(0)))
    for inputs in (Noise(objective, (9, 12, 3), images=2), Sampled((of_data,), images=2)):
        batch = inputs.batch("digits")
        assert batch.shape == (9, 12, 3)
        assert batch.images.shape == (2, 3, 9, 12)
        assert batch.images.dtype == torch.float32
        assert bool(torch.isfinite(loss(objective, outputs, batch.targets)))


def test_noise_is_the_same_for_every_task_and_another_for_every_seed():
    first, second, other = Noise().batch("a"), Noise().batch("b"), Noise(seed=1).batch("a")
    assert torch.equal(first.images, second.images)
    assert torch.equal(first.targets, second.targets)
    assert not torch.equal(first.images, other.images)


def test_sampled_images_are_of_the_task_and_normalised():
    inputs = Sampled((dataset("a", 0), dataset("b", 1)), images=8)
    first, second = inputs.batch("a"), inputs.batch("b")
    assert len(first.images) == 8
    assert not torch.equal(first.images, second.images)
    assert torch.equal(first.images, inputs.batch("a").images)
    assert first.images.mean(dim=(0, 2, 3)).abs().max() < 1e-5
    assert (first.images.var(dim=(0, 2, 3), correction=0) - 1).abs().max() < 1e-4


def test_an_image_and_its_target_stay_together():
    rows = np.arange(20)
    images = np.broadcast_to(rows[:, None, None, None], (20, 9, 12, 1)).astype(np.uint8)
    split = Split(images, rows)
    batch = Sampled((Dataset("a", Classification(20), split, split),), images=20).batch("a")
    assert sorted(batch.targets.tolist()) == rows.tolist()
    order = batch.images[:, 0, 0, 0].argsort()
    assert batch.targets[order].tolist() == rows.tolist()


def test_fewer_images_where_there_are_no_more():
    assert len(Sampled((dataset(count=5),)).batch("digits").images) == 5


def test_the_digest_stands_for_the_data():
    base = Sampled((dataset(seed=0),))
    assert base == Sampled((dataset(seed=0),))
    assert base != Sampled((dataset(seed=1),))
    assert base != Sampled((dataset("other", seed=0),))
    assert describe(base)["digest"] == base.digest
    assert "datasets" not in describe(base)


def test_unknown_task():
    with pytest.raises(UnknownNameError, match=r"unknown task 'digit' of the proxy's datasets; did you mean 'digits'"):
        Sampled((dataset(),)).batch("digit")


@pytest.mark.parametrize("make", [lambda: Noise(images=0), lambda: Noise(shape=(0, 3, 3)), lambda: Sampled((), 0)])
def test_refuses(make):
    with pytest.raises(ConfigurationError, match="at least 1 image"):
        make()


def test_images_of_any_type_and_range_are_normalised():
    pixels = np.random.default_rng(0).random((20, 9, 12, 5))
    batches = []
    for images in (pixels, (pixels * 60_000).astype(np.uint16), pixels.astype(np.float16) / 2 - 7):
        split = Split(images, np.arange(20) % 3)
        batches.append(Sampled((Dataset("digits", Classification(3), split, split),), images=8).batch("digits").images)
        assert batches[-1].shape == (8, 5, 9, 12)
        assert batches[-1].std((0, 2, 3), correction=0).tolist() == pytest.approx([1] * 5, abs=1e-3)
    assert torch.allclose(batches[0], batches[1], atol=1e-3)


def test_the_fingerprint_knows_the_type_of_images():
    def digest(images):
        split = Split(images, np.arange(20) % 3)
        return Sampled((Dataset("digits", Classification(3), split, split),)).digest

    assert digest(np.ones((20, 9, 12, 1), np.float32)) != digest(np.ones((20, 9, 12, 1), np.float32).view(np.int32))
