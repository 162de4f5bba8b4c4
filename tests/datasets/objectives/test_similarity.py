import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.metrics import structural_similarity

from ktnas.datasets.objectives.similarity import Similarity, ssim


def reference(x, y):
    return structural_similarity(
        x, y, channel_axis=0, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=2
    )


@settings(max_examples=20)
@given(
    seed=st.integers(0, 1000),
    height=st.integers(11, 20),
    width=st.integers(11, 20),
    channels=st.sampled_from([1, 3]),
    noise=st.sampled_from([0.0, 0.05, 1.0]),
)
def test_agrees_with_scikit_image(seed, height, width, channels, noise):
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, (2, channels, height, width))
    y = np.clip(x + noise * rng.normal(size=x.shape), -1, 1)
    found = ssim(torch.from_numpy(x), torch.from_numpy(y))
    assert found.tolist() == pytest.approx([reference(a, b) for a, b in zip(x, y, strict=True)], abs=1e-10)


def test_flat_images_by_hand():
    one, half = torch.ones(1, 3, 11, 11), torch.full((1, 3, 11, 11), 0.5)
    expected = (2 * 0.5 + 0.0004) / (1 + 0.25 + 0.0004)  # no variance: the second factor is C2 / C2
    assert ssim(one, half).tolist() == pytest.approx([expected])


def test_single_precision_is_enough_for_the_inputs():
    x = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(0)) * 2 - 1
    assert ssim(x, x).tolist() == pytest.approx([1.0], abs=1e-12)


def test_the_metric_is_the_mean_over_images():
    x, y = np.random.default_rng(0).uniform(-1, 1, (2, 3, 3, 12, 14))
    meter = Similarity()
    for part in (slice(0, 2), slice(2, 3)):
        meter.update(torch.from_numpy(x[part]), torch.from_numpy(y[part]))
    expected = np.mean([reference(a, b) for a, b in zip(x, y, strict=True)])
    assert meter.result() == {"ssim": pytest.approx(expected, abs=1e-10)}
