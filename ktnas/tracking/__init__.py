"""Trackers: callbacks that hand a search's numbers to a tool which keeps and draws them.

* `Tracker`: hands a search's numbers to a tool that keeps and draws them; a subclass says how.
* `Point`: what one evaluation came to.
* `TensorBoard`: writes event files.
* `MLflow`: a run of its own for every run, in whatever store ``MLFLOW_TRACKING_URI`` names.
* `WeightsAndBiases`: a run of its own for every run, online or offline.
* `Tracking`: which trackers are told of a run, by their names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.tracking.base import Point as Point
    from ktnas.tracking.base import Tracker as Tracker
    from ktnas.tracking.by_name import Tracking as Tracking
    from ktnas.tracking.mlflow import MLflow as MLflow
    from ktnas.tracking.tensorboard import TensorBoard as TensorBoard
    from ktnas.tracking.weights_and_biases import WeightsAndBiases as WeightsAndBiases

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "base": ["Tracker", "Point"],
        "tensorboard": ["TensorBoard"],
        "mlflow": ["MLflow"],
        "weights_and_biases": ["WeightsAndBiases"],
        "by_name": ["Tracking"],
    },
)
