import pytest
import torch

from ktnas.datasets.objectives import Autoencoding
from ktnas.datasets.objectives.similarity import Similarity
from ktnas.errors import DataError


def test_the_loss_is_the_mean_absolute_error():
    outputs, targets = (torch.tensor(pair).reshape(1, 1, 1, 2) for pair in ([1.0, -1.0], [0.5, 0.0]))
    assert float(Autoencoding().loss(outputs, targets, 0.0)) == pytest.approx(0.75)


def test_the_metric_is_ssim_and_needs_images_that_are_large_enough():
    assert isinstance(Autoencoding().meter(), Similarity)
    Autoencoding().require_trainable("mine", (11, 12), {})
    with pytest.raises(DataError, match="'mine': SSIM needs images of at least 11 x 11 pixels; got 12 x 10"):
        Autoencoding().require_trainable("mine", (12, 10), {})


def test_pixels_may_blend_and_have_no_direction():
    assert Autoencoding().prediction.blends
    assert not Autoencoding().augmentable.signed
