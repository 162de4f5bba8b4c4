import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.metrics import structural_similarity
from sklearn.metrics import roc_auc_score

from ktnas.datasets.objectives import (
    Autoencoding,
    Classification,
    Jigsaw,
    MultiLabel,
    Normals,
    Regression,
    Segmentation,
)
from ktnas.errors import DataError
from ktnas.training.engine.metrics import area_under_curve, metrics


def measured(objective, outputs, targets, batch=None):
    meter = metrics(objective)
    for part in zip(outputs.split(batch or len(outputs)), targets.split(batch or len(outputs)), strict=True):
        meter.update(*part)
    return meter.result()


@pytest.mark.parametrize("objective", [Classification(3), Jigsaw(3)])
def test_accuracy_counts_the_largest_output(objective):
    outputs = torch.tensor([[0.0, 1.0, 0.5], [2.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    assert measured(objective, outputs, torch.tensor([1, 0, 2, 2])) == {"accuracy": 75.0}


def test_the_negative_loss_is_minus_the_mean_square():
    found = measured(Regression(2), torch.tensor([[1.0, 2.0], [0.0, 0.0]]), torch.tensor([[0.0, 4.0], [0.0, 1.0]]))
    assert found == {"negative_loss": -1.5}


def test_segmentation_by_hand():
    """Class 0: 2 pixels, 1 right, 1 other called 0; class 1: 2 pixels, 1 right; class 2 never asked, once given."""
    targets = torch.tensor([[[0, 0, 1, 1]]])
    given = torch.tensor([[[0, 2, 1, 0]]])
    outputs = torch.nn.functional.one_hot(given, 4).permute(0, 3, 1, 2).float()
    found = measured(Segmentation(4), outputs, targets)
    assert found == {"pixel_accuracy": 50.0, "miou": pytest.approx(100 * (1 / 3 + 1 / 2) / 2)}
    assert next(iter(found)) == "pixel_accuracy"


@pytest.mark.parametrize("objective", [Normals(), Autoencoding()])
def test_ssim_is_the_mean_over_images(objective):
    rng = np.random.default_rng(0)
    x, y = rng.uniform(-1, 1, (2, 3, 3, 12, 14))
    options = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "data_range": 2}
    expected = np.mean([structural_similarity(a, b, channel_axis=0, **options) for a, b in zip(x, y, strict=True)])
    assert measured(objective, torch.from_numpy(x), torch.from_numpy(y))["ssim"] == pytest.approx(expected, abs=1e-10)


@settings(max_examples=40)
@given(pairs=st.lists(st.tuples(st.integers(-3, 3), st.booleans()), min_size=2, max_size=30))
def test_the_auc_agrees_with_scikit_learn_ties_included(pairs):
    scores, holds = (np.array(values) for values in zip(*pairs, strict=True))
    if 0 < holds.sum() < len(holds):
        assert area_under_curve(scores.astype(float), holds) == pytest.approx(roc_auc_score(holds, scores))


def test_the_auc_is_the_mean_over_labels_that_can_be_told_apart():
    targets = torch.tensor([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0], [1.0, 1.0, 0.0]])
    outputs = torch.tensor([[0.9, 0.1, 0.5], [0.1, 0.2, 0.5], [0.8, 0.7, 0.9]])
    assert measured(MultiLabel(3), outputs, targets) == {"auc": pytest.approx((1.0 + 0.25) / 2)}


def test_an_auc_without_both_kinds_is_refused():
    with pytest.raises(DataError, match="AUC is undefined"):
        measured(MultiLabel(1), torch.zeros(2, 1), torch.ones(2, 1))


def random_case(objective, rng):
    match objective:
        case Classification(classes=k):
            return rng.normal(size=(7, k)), rng.integers(k, size=7)
        case MultiLabel(labels=k):
            return rng.normal(size=(7, k)), (np.arange(7 * k).reshape(7, k) // k % 2).astype(float)
        case Regression(outputs=k):
            return rng.normal(size=(7, k)), rng.normal(size=(7, k))
        case Segmentation(classes=k):
            return rng.normal(size=(7, k, 4, 4)), rng.integers(k, size=(7, 4, 4))
        case _:
            return rng.uniform(-1, 1, (2, 7, 3, 12, 12))


@pytest.mark.parametrize(
    "objective", [Classification(3), MultiLabel(2), Regression(2), Segmentation(3), Normals()], ids=repr
)
@pytest.mark.parametrize("batch", [1, 3])
def test_batches_add_up(objective, batch):
    outputs, targets = (torch.tensor(values) for values in random_case(objective, np.random.default_rng(3)))
    assert measured(objective, outputs, targets, batch) == pytest.approx(measured(objective, outputs, targets))
