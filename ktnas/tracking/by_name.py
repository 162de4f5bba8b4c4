"""Trackers by the names that the command line has for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ktnas.errors import unknown_name
from ktnas.problem.callback import Callback
from ktnas.tracking.base import Tracker


def _tensorboard() -> Tracker:
    from ktnas.tracking.tensorboard import TensorBoard

    return TensorBoard()


def _mlflow() -> Tracker:
    from ktnas.tracking.mlflow import MLflow

    return MLflow()


def _wandb() -> Tracker:
    from ktnas.tracking.weights_and_biases import WeightsAndBiases

    return WeightsAndBiases()


TRACKERS: Mapping[str, Callable[[], Tracker]] = {"tensorboard": _tensorboard, "mlflow": _mlflow, "wandb": _wandb}


@dataclass(frozen=True, slots=True)
class Tracking:
    """Which trackers are told of a run; it can travel to other processes of this machine.

    Attributes:
        names: Names of `TRACKERS`.
    """

    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, names: Sequence[str]) -> Tracking:
        """Those of that name, each once.

        Raises:
            UnknownNameError: If there is none of that name.
            ConfigurationError: If what one needs is not installed.
        """
        for name in names:
            if name not in TRACKERS:
                raise unknown_name("tracker", name, TRACKERS)
        tracking = cls(tuple(dict.fromkeys(names)))
        tracking.callbacks()
        return tracking

    def callbacks(self) -> list[Callback]:
        """New trackers, for one run."""
        return [TRACKERS[name]() for name in self.names]
