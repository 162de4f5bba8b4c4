"""The loss of each objective, as TransNAS-Bench-101 trains its tasks (Duan et al., CVPR 2021, section 3.2)."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from ktnas.datasets.objectives import Classification, Jigsaw, MultiLabel, Objective, Regression, Segmentation


def loss(objective: Objective, outputs: Tensor, targets: Tensor, label_smoothing: float = 0.0) -> Tensor:
    """Mean loss over a batch, in float32; lower is better.

    Classes and jigsaws: cross entropy of ``(n, k)`` with ``(n,)``. Labels: binary cross entropy of logits
    ``(n, labels)``. Numbers: mean squared error. Segmentation: cross entropy per pixel of ``(n, k, h, w)`` with
    ``(n, h, w)``. Normals and autoencoding: mean absolute error of ``(n, 3, h, w)``.

    Args:
        objective: What is learnt.
        outputs: What the network returned; logits where there are classes.
        targets: As `ktnas.training.engine.on_device` batches them.
        label_smoothing: Probability that is spread over all classes; for classes and jigsaws only.
    """
    outputs = outputs.float()
    match objective:
        case Classification() | Jigsaw():
            return functional.cross_entropy(outputs, targets, label_smoothing=label_smoothing)
        case MultiLabel():
            return functional.binary_cross_entropy_with_logits(outputs, targets)
        case Regression():
            return functional.mse_loss(outputs, targets)
        case Segmentation():
            return functional.cross_entropy(outputs, targets)
        case _:
            return functional.l1_loss(outputs, targets)
