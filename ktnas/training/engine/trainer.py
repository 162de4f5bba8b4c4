"""Train a network on a dataset by a recipe, and measure it; the recipe reads top to bottom in `_Run.train`.

SGD with Nesterov momentum, a cosine per step, bf16 autocast where the recipe says so. Data, augmentation and step stay
on the device; the CPU only draws random numbers, one epoch at a time.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias, runtime_checkable

import torch
from torch import Tensor, nn

from ktnas.datasets.dataset import Dataset
from ktnas.training.engine import schedule
from ktnas.training.engine.augmentation import Augmentation
from ktnas.training.engine.checkpoint import Changing, Checkpoint, Reached
from ktnas.training.engine.device import is_out_of_memory, release_memory, working_on
from ktnas.training.engine.errors import TrainingError
from ktnas.training.engine.losses import loss
from ktnas.training.engine.on_device import OnDevice, Part, put
from ktnas.training.engine.seeding import fenced, generator
from ktnas.training.engine.step import EagerStep, RecordedStep, autocast
from ktnas.training.recipe import Recipe

_CHECK_EVERY = 50
"""Steps between two looks at the loss: each look makes the CPU wait for the GPU."""


@dataclass(frozen=True, slots=True)
class EpochResult:
    """What is told after an epoch.

    Attributes:
        epoch: From 1.
        epochs: How many there will be at most.
        loss: Mean training loss of the epoch; lower is better.
        cost_s: Seconds of training so far; those before it was cut off count.
        fitness: On the validation part, higher is better; None where it was not measured.
    """

    epoch: int
    epochs: int
    loss: float
    cost_s: float
    fitness: float | None = None


@dataclass(frozen=True, slots=True)
class Training:
    """A network that was trained.

    Attributes:
        metrics: Of the validation part, by name; the first is the fitness, higher is better.
        epochs: Epochs that it was trained for.
        cost_s: Seconds of training and measuring, without preparations, such as putting the data on the device.
        stopped: Whether ``proceed`` ended it before its time.
        earlier_s: Of these seconds, those before it was cut off and went on from a checkpoint.
    """

    metrics: Mapping[str, float]
    epochs: int
    cost_s: float
    stopped: bool = False
    earlier_s: float = 0.0

    @property
    def fitness(self) -> float:
        """The first metric; higher is better."""
        return next(iter(self.metrics.values()))


Proceed: TypeAlias = Callable[[int, float], bool]
"""Of an epoch and the fitness after it: whether to go on."""


@runtime_checkable
class DropsPaths(Protocol):
    """A network whose paths are dropped at random in training mode."""

    drop_path: float


@runtime_checkable
class Recordable(Protocol):
    """A network that says whether all its steps are alike: a CUDA graph of one cannot stand for steps that differ."""

    recordable: bool


def train(
    network: nn.Module,
    dataset: Dataset | OnDevice,
    recipe: Recipe,
    *,
    device: torch.device,
    seed: int,
    limit_s: float | None = None,
    on_epoch: Callable[[EpochResult], None] | None = None,
    proceed: Proceed | None = None,
    rungs: Collection[int] | None = None,
    checkpoint: Checkpoint | None = None,
) -> Training:
    """Train a network in place, and measure it on the validation part; it is left on the device, in evaluation mode.

    On a CPU with one thread the same arguments give the same result to the bit. Where batches do not divide the
    images of an epoch, the rest is left out of it; fewer images than a batch are one smaller batch.

    Args:
        network: Its weights are the caller's (`ktnas.training.engine.seeding.seeded`).
        dataset: A dataset; or one that is on the device already, for many networks.
        recipe: How.
        device: Where.
        seed: Decides the order of images, their augmentation, and what a network draws while it is trained.
        limit_s: Seconds of training and measuring after which it is given up; None for no limit.
        on_epoch: Told after each epoch.
        proceed: Asked whether to go on, after the epochs in ``rungs``; never after the last.
        rungs: Epochs from 1 after which ``proceed`` is asked; None for all.
        checkpoint: Keeps how far it has come after each epoch but the last; a training that was cut off goes on from
            there, and is told of the epochs that are left alone. None to begin anew.

    Raises:
        TrainingError: If it diverged, ran out of memory, or over its limit.
        ConfigurationError: If the recipe does not suit the dataset.
        DataError: If the metric cannot be computed on the dataset's images; if the checkpoint cannot be written.
    """
    try:
        with working_on(device), fenced(seed, "training", device):
            data = dataset if isinstance(dataset, OnDevice) else put(dataset, recipe, device)
            data.require_fit(recipe, device)
            network.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch leaves it out
            run = _Run(network, data, recipe, device, seed)
            return run.train(limit_s, on_epoch, _Gate(proceed, rungs), checkpoint)
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        reason = str(error).partition("\n")[0]
    # The traceback is gone by now, and with it the tensors of the step.
    network.zero_grad(set_to_none=True)
    release_memory(device)
    raise TrainingError(
        f"out of memory on {device} with batches of {recipe.batch_size} images: {reason}; "
        "use a smaller batch, smaller networks, or fewer workers on the device"
    )


def measure(network: nn.Module, part: Part, recipe: Recipe) -> dict[str, float]:
    """Metrics of a network on a part of a dataset, and its loss; the network stays as it is.

    Args:
        network: On the part's device.
        part: Such as ``put(dataset, recipe, device).validation``, or ``.part(dataset.test)``.
        recipe: Gives the size of batches and the precision.

    Returns:
        Metrics by name; the first is the fitness, higher is better. Then ``"loss"``, lower is better.

    Raises:
        TrainingError: If the network's outputs are not finite.
        DataError: If the metric is undefined on this part.
    """
    return _measure(network, part, recipe, _Clock(None), "when it was measured")


@dataclass(frozen=True, slots=True)
class _Clock:
    """Seconds of wall time, and the limit on them."""

    limit_s: float | None
    earlier_s: float = 0.0
    began: float = field(default_factory=time.perf_counter)

    def elapsed_s(self) -> float:
        return self.earlier_s + time.perf_counter() - self.began

    def check(self, where: str) -> None:
        if self.limit_s is not None and self.elapsed_s() > self.limit_s:
            raise TrainingError(f"over its limit of {self.limit_s:g} s {where}")


@dataclass(frozen=True, slots=True)
class _Gate:
    proceed: Proceed | None
    rungs: Collection[int] | None

    def asks(self, epoch: int) -> bool:
        return self.proceed is not None and (self.rungs is None or epoch in self.rungs)

    def passes(self, epoch: int, fitness: float) -> bool:
        return self.proceed is None or self.proceed(epoch, fitness)


class _Run:
    """The training of one network."""

    def __init__(self, network: nn.Module, data: OnDevice, recipe: Recipe, device: torch.device, seed: int) -> None:
        self._network, self._data, self._recipe, self._device = network, data, recipe, device
        self._augmentation = Augmentation.suited(data.dataset.objective, recipe)
        self._orders, self._changes = generator(seed, "order"), generator(seed, "augmentation")
        self._batch = min(recipe.batch_size, len(data.train))
        self._steps = len(data.train) // self._batch
        self._eager = EagerStep(network, data.dataset.objective, recipe, device)
        alike = not isinstance(network, Recordable) or network.recordable
        self._recorded = RecordedStep(self._eager) if device.type == "cuda" and alike else None

    def train(
        self,
        limit_s: float | None,
        on_epoch: Callable[[EpochResult], None] | None,
        gate: _Gate,
        checkpoint: Checkpoint | None,
    ) -> Training:
        last, changing = self._recipe.epochs, self._changing()
        if checkpoint is not None and not changing.can_be_kept:
            sys.stderr.write("note: the network keeps more than tensors; its training cannot be gone on with\n")
            checkpoint = None
        reached = Reached() if checkpoint is None else checkpoint.restore(changing, last - 1)
        clock = _Clock(limit_s, reached.cost_s)
        for epoch in range(reached.epoch + 1, last + 1):
            self._set_drop_path(schedule.drop_path(self._recipe, epoch))
            value, measured = self._train_epoch(epoch, clock), dict[str, float]()
            if epoch == last or gate.asks(epoch):
                where = f"in epoch {epoch} of {last}, validation"
                measured = _measure(self._network, self._data.validation, self._recipe, clock, where)
            fitness = next(iter(measured.values()), None)
            if on_epoch is not None:
                on_epoch(EpochResult(epoch, last, value, clock.elapsed_s(), fitness))
            if epoch < last and fitness is not None and not gate.passes(epoch, fitness):
                break
            if checkpoint is not None and epoch < last:
                checkpoint.save(Reached(epoch, clock.elapsed_s()), changing)
        self._network.zero_grad(set_to_none=True)
        self._network.eval()
        return Training(measured, epoch, clock.elapsed_s(), epoch < last, clock.earlier_s)

    def _changing(self) -> Changing:
        generators = {"order": self._orders, "augmentation": self._changes}
        return Changing(self._network, self._eager.momenta, generators, self._device)

    def _train_epoch(self, epoch: int, clock: _Clock) -> float:
        """Mean loss of an epoch."""
        self._network.train()
        train, count, where = self._data.train, self._steps * self._batch, f"in epoch {epoch} of {self._recipe.epochs}"
        order = torch.randperm(len(train), generator=self._orders)[:count].to(self._device)
        size = train.images.shape[1:3]
        draws = self._augmentation.draw(count, (size[0], size[1]), self._changes).to(self._device)
        total = torch.zeros((), dtype=torch.float64, device=self._device)
        for i in range(self._steps):
            step = (epoch - 1) * self._steps + i
            self._eager.set_rate(schedule.learning_rate(self._recipe, step, self._recipe.epochs * self._steps))
            batch = slice(i * self._batch, (i + 1) * self._batch)
            total += (self._recorded or self._eager)(*self._augmentation.batch(train, order[batch], draws[batch]))
            if i % _CHECK_EVERY == 0 or i == self._steps - 1:
                _require_finite(float(total), f"{where}: the training loss")
            clock.check(where)
        return float(total) / self._steps

    def _set_drop_path(self, probability: float) -> None:
        if isinstance(self._network, DropsPaths) and self._network.drop_path != probability:
            self._network.drop_path = probability
            if self._recorded is not None:
                self._recorded.forget()


def _measure(network: nn.Module, part: Part, recipe: Recipe, clock: _Clock, where: str) -> dict[str, float]:
    meter, modes = part.objective.meter(), {module: module.training for module in network.modules()}
    total = torch.zeros((), dtype=torch.float64, device=part.images.device)
    network.eval()
    try:
        with torch.no_grad():
            for start in range(0, len(part), recipe.batch_size):
                batch = slice(start, start + recipe.batch_size)
                outputs, targets = _outputs(network, part, recipe, batch), part.answers(part.targets[batch])
                meter.update(outputs, targets)
                total += loss(part.objective, outputs, targets).double() * len(outputs)
                clock.check(where)
    finally:
        for module, mode in modes.items():
            module.training = mode
    mean = float(total) / len(part)
    _require_finite(mean, f"{where}: the loss")
    return {**meter.result(), "loss": mean}


def _outputs(network: nn.Module, part: Part, recipe: Recipe, batch: slice) -> Tensor:
    with autocast(recipe, part.images.device):
        outputs: Tensor = network(part.inputs(part.images[batch]))
    return outputs.float()


def _require_finite(value: float, what: str) -> None:
    if not math.isfinite(value):
        raise TrainingError(f"diverged {what} is {value}; a smaller learning rate or a warm-up may help")
