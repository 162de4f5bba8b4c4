import pytest
import torch

from ktnas.datasets.objectives import Classification, Regression
from ktnas.training.engine.losses import loss


def test_it_is_the_objective_s_and_without_smoothing_unless_asked():
    outputs, targets = torch.tensor([[0.3, -0.2]]), torch.tensor([1])
    objective = Classification(2)
    assert torch.equal(loss(objective, outputs, targets), objective.loss(outputs, targets, 0.0))
    assert torch.equal(loss(objective, outputs, targets, 0.2), objective.loss(outputs, targets, 0.2))


@pytest.mark.parametrize("objective", [Classification(2), Regression(2)])
def test_half_precision_outputs_are_judged_in_full(objective):
    outputs = torch.tensor([[0.1, 0.2]], dtype=torch.bfloat16)
    targets = torch.tensor([1]) if isinstance(objective, Classification) else torch.tensor([[0.5, 0.5]])
    assert loss(objective, outputs, targets).dtype == torch.float32
