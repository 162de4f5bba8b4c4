import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from ktnas.datasets.objectives import MultiLabel
from ktnas.datasets.objectives.multi_label import area_under_curve
from ktnas.errors import DataError


def measured(objective, outputs, targets):
    meter = objective.meter()
    meter.update(outputs, targets)
    return meter.result()


def test_the_loss_is_binary_cross_entropy():
    value = MultiLabel(2).loss(torch.tensor([[math.log(3), 0.0]]), torch.tensor([[1.0, 0.0]]), 0.0)
    assert float(value) == pytest.approx((-math.log(0.75) - math.log(0.5)) / 2)


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


def test_and_before_anything_is_trained():
    both, same = np.array([[0], [1]]), np.array([[1], [1]])
    MultiLabel(1).require_trainable("mine", (8, 8), {"validate on": both, "test on": both})
    with pytest.raises(DataError, match="'mine': every label is the same for all images to test on, so the AUC is"):
        MultiLabel(1).require_trainable("mine", (8, 8), {"validate on": both, "test on": same})
