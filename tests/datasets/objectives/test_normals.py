import pytest
import torch

from ktnas.datasets.objectives import Normals
from ktnas.datasets.objectives.similarity import Similarity
from ktnas.errors import DataError


def test_the_loss_is_the_mean_absolute_error():
    outputs, targets = (torch.tensor(pair).reshape(1, 1, 1, 2) for pair in ([1.0, -1.0], [0.5, 0.0]))
    assert float(Normals().loss(outputs, targets, 0.0)) == pytest.approx(0.75)


def test_the_metric_is_ssim_and_needs_images_that_are_large_enough():
    assert isinstance(Normals().meter(), Similarity)
    Normals().require_trainable("mine", (11, 12), {})
    with pytest.raises(DataError, match="'mine': SSIM needs images of at least 11 x 11 pixels; got 12 x 10"):
        Normals().require_trainable("mine", (12, 10), {})


def test_the_first_component_changes_its_sign_in_a_mirror():
    assert Normals().augmentable.signed
    assert not Normals().prediction.blends  # the mean of two normals is none
