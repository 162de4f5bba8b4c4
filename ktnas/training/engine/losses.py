"""The loss of an objective on what a network has put out."""

from __future__ import annotations

from torch import Tensor

from ktnas.datasets.objectives.base import Objective


def loss(objective: Objective, outputs: Tensor, targets: Tensor, label_smoothing: float = 0.0) -> Tensor:
    """Mean loss over a batch, in float32; lower is better.

    Args:
        objective: What is learnt; `ktnas.datasets.objectives.base.Objective.loss` says what it takes.
        outputs: What the network returned, in any precision; logits where there are classes.
        targets: As `ktnas.training.engine.on_device` batches them.
        label_smoothing: Probability that is spread over all classes; no matter where there is none to spread.
    """
    return objective.loss(outputs.float(), targets, label_smoothing)
