"""Which batch a score sees for a task: noise, which needs no data, or images of the task's own training part."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from ktnas.datasets.dataset import Dataset, is_bytes
from ktnas.datasets.objectives import Classification, Objective, Targets
from ktnas.errors import ConfigurationError, unknown_name
from ktnas.rng import Streams
from ktnas.training.zero_cost.base import Batch

_NO_SPREAD = 1e-6
"""A standard deviation of less than that share of the mean is rounding: all pixels are equal."""


class Inputs(Protocol):
    """Where batches come from. Its fields are its whole configuration."""

    def batch(self, task: str) -> Batch:
        """The batch of a task, always the same.

        Raises:
            KtnasError: If there is none.
        """


@dataclass(frozen=True, slots=True)
class Noise:
    """Images and targets drawn at random, the same for every task: a score of structure alone.

    Attributes:
        objective: What the networks' head is for.
        shape: Height, width, channels of an image.
        images: Number of images.
        seed: Of the draws.
    """

    objective: Objective = field(default_factory=lambda: Classification(10))
    shape: tuple[int, int, int] = (32, 32, 3)
    images: int = 64
    seed: int = 0

    def __post_init__(self) -> None:
        if self.images < 1 or min(self.shape) < 1:
            raise ConfigurationError(f"noise needs at least 1 image of at least 1 pixel; got {self}")

    def batch(self, task: str) -> Batch:
        """Normal pixels and uniform targets."""
        rng = Streams(self.seed).rng("noise")
        height, width, channels = self.shape
        pixels = rng.standard_normal((self.images, channels, height, width), dtype=np.float32)
        targets = self.objective.random_targets(self.images, (height, width), rng)
        return Batch(torch.from_numpy(pixels), _answers(targets, self.objective), self.objective)


@dataclass(frozen=True, slots=True)
class Sampled:
    """Images of each task's training part, drawn at random, channels brought to mean 0 and variance 1.

    Attributes:
        datasets: A dataset per task, of the task's name.
        images: Number of images; fewer where a training part has no more.
        seed: Of the draws.
        digest: Fingerprint of the datasets' training parts: stands for them in records.
    """

    datasets: Sequence[Dataset] = field(repr=False, compare=False)
    images: int = 64
    seed: int = 0
    digest: str = field(init=False, default="")

    def __post_init__(self) -> None:
        if self.images < 1:
            raise ConfigurationError(f"a batch needs at least 1 image; got {self.images}")
        object.__setattr__(self, "digest", _digest(self.datasets))

    def batch(self, task: str) -> Batch:
        """Images of the dataset of that name.

        Raises:
            UnknownNameError: If there is no such dataset.
        """
        found = next((dataset for dataset in self.datasets if dataset.name == task), None)
        if found is None:
            raise unknown_name("task", task, [dataset.name for dataset in self.datasets], "the proxy's datasets")
        count = min(self.images, len(found.train))
        rows = np.sort(Streams(self.seed).rng("proxy-batch", task).permutation(len(found.train))[:count])
        images = found.train.images[rows]
        numbers = images if is_bytes(images) else images.astype(np.float32)
        pixels = torch.from_numpy(numbers).permute(0, 3, 1, 2).float()
        spread, mean = torch.std_mean(pixels, dim=(0, 2, 3), keepdim=True, correction=0)
        even = spread.clamp(min=1.0) if is_bytes(images) else spread.where(spread > _NO_SPREAD * mean.abs(), 1.0)
        return Batch(
            (pixels - mean) / even,
            _answers(found.train.targets[rows], found.objective),
            found.objective,
        )


def _answers(targets: Targets, objective: Objective) -> Tensor:
    """Targets as the losses take them."""
    return objective.batched(torch.from_numpy(objective.stored(targets)))


def _digest(datasets: Sequence[Dataset]) -> str:
    digest = hashlib.sha256()
    for dataset in datasets:
        images, targets = dataset.train.images, dataset.train.targets
        kind = "" if is_bytes(images) else f" {images.dtype}"
        described = f"{dataset.name} {dataset.objective!r} {images.shape} {targets.dtype} {targets.shape}{kind}"
        digest.update(described.encode())
        digest.update(np.ascontiguousarray(images).data)
        digest.update(np.ascontiguousarray(targets).data)
    return digest.hexdigest()[:32]
