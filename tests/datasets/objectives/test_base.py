"""What every objective keeps of its promises."""

import dataclasses

import numpy as np
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

OBJECTIVES = (
    Classification(3),
    MultiLabel(2),
    Jigsaw(4),
    Regression(2),
    Segmentation(3),
    Normals(),
    Autoencoding(),
)
SIZE = (12, 15)

each = pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda objective: type(objective).__name__)


def drawn(objective, count=7, seed=3):
    """Outputs and targets, as loss and metrics take them."""
    rng = np.random.default_rng(seed)
    targets = objective.random_targets(count, SIZE, rng)
    outputs = np.tanh(rng.normal(size=(count, *objective.prediction.shape(SIZE))))
    return torch.from_numpy(outputs).float(), objective.batched(torch.from_numpy(objective.stored(targets)))


@each
def test_random_targets_are_targets(objective):
    targets = objective.random_targets(5, SIZE, np.random.default_rng(0))
    objective.check(targets, SIZE, "here")
    again = objective.random_targets(5, SIZE, np.random.default_rng(0))
    assert np.array_equal(targets, again)


@each
def test_stored_targets_are_a_copy_and_batched_ones_keep_their_values(objective):
    targets = objective.random_targets(5, SIZE, np.random.default_rng(0))
    stored = objective.stored(targets)
    assert not np.shares_memory(stored, targets)
    assert np.allclose(stored, targets, atol=1e-6)
    batched = objective.batched(torch.from_numpy(stored))
    assert batched.dtype in {torch.int64, torch.float32}
    if batched.ndim == 4:
        assert batched.shape[1:] == (3, *SIZE)
        batched = batched.permute(0, 2, 3, 1)
    assert np.array_equal(batched.numpy(), stored)


@each
def test_the_loss_is_a_number_with_a_gradient(objective):
    outputs, targets = drawn(objective)
    value = objective.loss(outputs.requires_grad_(), targets, 0.0)
    assert value.shape == ()
    value.backward()
    assert outputs.grad.abs().sum() > 0


@each
def test_labels_are_smoothed_where_there_is_one_class_per_image(objective):
    pair = drawn(objective)
    equal = torch.equal(objective.loss(*pair, 0.3), objective.loss(*pair, 0.0))
    assert equal == (not isinstance(objective, Classification | Jigsaw))


@each
@pytest.mark.parametrize("batch", [1, 3])
def test_batches_of_metrics_add_up(objective, batch):
    outputs, targets = drawn(objective)
    whole, parts = objective.meter(), objective.meter()
    whole.update(outputs, targets)
    for part in zip(outputs.split(batch), targets.split(batch), strict=True):
        parts.update(*part)
    assert parts.result() == pytest.approx(whole.result())


@each
def test_its_fields_are_its_configuration(objective):
    assert {field.name for field in dataclasses.fields(objective)} <= {"classes", "labels", "permutations", "outputs"}
    assert type(objective)(**dataclasses.asdict(objective)) == objective
