"""How one network is trained: the loop, its step, schedule, augmentation, losses, metrics, weights.

* `Augmentation`: what may happen to an image.
* `resolve`: the device of a name: ``auto`` (the first GPU, else the CPU), ``cpu``, ``cuda`` or ``cuda:N``.
* `devices`: a device per worker: the CPU for all, a GPU that is named by its number, or all GPUs in turn.
* `default_workers`: as many workers as suit a device: one per CPU core, or `PER_GPU` for each GPU.
* `TrainingError`: a network that could not be trained: it diverged, ran out of memory, or over its time limit.
* `DeviceLostError`: a crash after which this process can no longer use its GPU: whatever it tried next would fail
  too.
* `Checkpoint`: a file in which one training keeps how far it has come.
* `EagerStep`: the step, operation by operation; changes the network in place.
* `RecordedStep`: a step that is recorded as a CUDA graph and replayed; every batch must have the shape of the first.
* `EpochResult`: what is told after an epoch.
* `Training`: a network that was trained.
* `train`: train a network in place, and measure it on the validation part.
* `measure`: metrics of a network on a part of a dataset, and its loss; the network stays as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.training.engine.augmentation import Augmentation as Augmentation
    from ktnas.training.engine.checkpoint import Checkpoint as Checkpoint
    from ktnas.training.engine.device import default_workers as default_workers
    from ktnas.training.engine.device import devices as devices
    from ktnas.training.engine.device import resolve as resolve
    from ktnas.training.engine.errors import DeviceLostError as DeviceLostError
    from ktnas.training.engine.errors import TrainingError as TrainingError
    from ktnas.training.engine.step import EagerStep as EagerStep
    from ktnas.training.engine.step import RecordedStep as RecordedStep
    from ktnas.training.engine.trainer import EpochResult as EpochResult
    from ktnas.training.engine.trainer import Training as Training
    from ktnas.training.engine.trainer import measure as measure
    from ktnas.training.engine.trainer import train as train

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "augmentation": ["Augmentation"],
        "checkpoint": ["Checkpoint"],
        "device": ["resolve", "devices", "default_workers"],
        "errors": ["TrainingError", "DeviceLostError"],
        "step": ["EagerStep", "RecordedStep"],
        "trainer": ["EpochResult", "Training", "train", "measure"],
    },
)
