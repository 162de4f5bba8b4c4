"""A dataset on the device: uint8 images as they are, resized once, normalised when they are used.

All of it stays there for as long as the object lives, so that no candidate waits for a copy.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ktnas.datasets.dataset import Dataset, Images, Split
from ktnas.datasets.objectives.base import Objective, PerImage, PerPixel
from ktnas.errors import ConfigurationError
from ktnas.training.recipe import Recipe

_CHUNK = 1024
"""Images that are resized or summed at once: bounds the memory that floats take."""


@dataclass(frozen=True, slots=True)
class Normalization:
    """Mean and standard deviation of each channel of the images trained on, pixels from 0 to 255."""

    mean: tuple[float, ...]
    std: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One part of a dataset, on a device.

    Attributes:
        images: ``(n, h, w, c)``, uint8.
        targets: ``(n, ...)`` as they are stored; `answers` makes them what losses and metrics take.
        objective: What is learnt.
        normalization: Of the images trained on.
    """

    images: Tensor
    targets: Tensor
    objective: Objective
    normalization: Normalization
    _mean: Tensor = field(init=False)
    _std: Tensor = field(init=False)

    def __post_init__(self) -> None:
        # on the device once: a copy to a GPU in every step would make the CPU wait for it
        for name, values in (("_mean", self.normalization.mean), ("_std", self.normalization.std)):
            object.__setattr__(self, name, torch.tensor(values, device=self.images.device))

    def __len__(self) -> int:
        return len(self.images)

    def inputs(self, images: Tensor) -> Tensor:
        """Images ``(n, h, w, c)`` as a network takes them: normalised, ``(n, c, h, w)``, channels last in memory."""
        return ((images.float() - self._mean) / self._std).permute(0, 3, 1, 2)

    def answers(self, targets: Tensor) -> Tensor:
        """Stored targets as losses and metrics take them: dense ones ``(n, h, w)`` or ``(n, 3, h, w)``."""
        return self.objective.batched(targets)


@dataclass(frozen=True, slots=True, eq=False)
class OnDevice:
    """A dataset as one fidelity uses it, ready on a device; made by `put`.

    Attributes:
        dataset: Where it comes from.
        train: The share that is trained on.
        validation: What gives the fitness.
        resolution: As the recipe had it.
        share: As the recipe had it.
        device: Where it is.
    """

    dataset: Dataset
    train: Part
    validation: Part
    resolution: int | None
    share: float
    device: torch.device

    def part(self, split: Split) -> Part:
        """Another part of the dataset, such as the test images, prepared in the same way."""
        return _part(split, self.dataset.objective, self.train.normalization, self.resolution, self.device)

    def require_fit(self, recipe: Recipe, device: torch.device) -> None:
        """Refuse a recipe with another resolution or share, or another device.

        Raises:
            ConfigurationError: If one differs.
        """
        here, wanted = (self.resolution, self.share, self.device), (recipe.resolution, recipe.share, device)
        if here != wanted:
            raise ConfigurationError(
                f"the dataset {self.dataset.name!r} was put on a device with (resolution, share, device) = "
                f"{_shown(here)}; the training asks for {_shown(wanted)}: put it there anew"
            )


def put(dataset: Dataset, recipe: Recipe, device: torch.device) -> OnDevice:
    """Copy the parts that a search uses to a device, in the recipe's resolution and share.

    The share is `Dataset.chosen`; the normalisation is always that of all images to train on.

    Raises:
        ConfigurationError: If the resolution does not suit the objective, or a step would have a single image.
        DataError: If the metric cannot be computed on the validation or the test part.
    """
    _check(dataset, recipe)
    normalization = _normalization(dataset.train.images, device)
    common = (dataset.objective, normalization, recipe.resolution, device)
    return OnDevice(
        dataset=dataset,
        train=_part(dataset.train if recipe.share == 1 else dataset.chosen(_count(dataset, recipe.share)), *common),
        validation=_part(dataset.validation, *common),
        resolution=recipe.resolution,
        share=recipe.share,
        device=device,
    )


def _check(dataset: Dataset, recipe: Recipe) -> None:
    height, width, _ = recipe.resized(dataset.shape)
    parts = {"validate on": dataset.validation, "test on": dataset.test}  # the test part opens when all is paid for
    held_out = {use: part.targets for use, part in parts.items() if part is not None}
    dataset.objective.require_trainable(dataset.name, (height, width), held_out)
    if min(recipe.batch_size, _count(dataset, recipe.share)) < 2:
        raise ConfigurationError(
            f"a step of training on {dataset.name!r} would have a single image, which batch normalisation cannot "
            f"learn from: use a batch size of at least 2 and more images (share {recipe.share:g} of "
            f"{len(dataset.train)})"
        )


def _count(dataset: Dataset, share: float) -> int:
    return max(1, round(share * len(dataset.train)))


def _normalization(images: Images, device: torch.device) -> Normalization:
    """Sums are integers, so that every device finds the same."""
    channels = images.shape[3]
    total, squares = np.zeros(channels), np.zeros(channels)
    for start in range(0, len(images), _CHUNK):
        chunk = torch.tensor(images[start : start + _CHUNK]).to(device).reshape(-1, channels).to(torch.int64)
        total += chunk.sum(0).cpu().numpy()
        squares += (chunk * chunk).sum(0).cpu().numpy()
    mean = total / (images.size / channels)
    variance = squares / (images.size / channels) - mean**2
    return Normalization(
        tuple(mean.tolist()),
        tuple(np.sqrt(np.maximum(variance, 1.0)).tolist()),  # at least a grey level: an empty channel has no spread
    )


def _part(
    split: Split, objective: Objective, normalization: Normalization, resolution: int | None, device: torch.device
) -> Part:
    images = torch.tensor(split.images)
    targets = torch.from_numpy(objective.stored(split.targets))
    if resolution is not None and split.images.shape[1:3] != (resolution, resolution):
        images = _resized_images(images, resolution, device)
        targets = _resized_targets(targets, objective.prediction, resolution, device)
    return Part(images.to(device), targets.to(device), objective, normalization)


def _resized_images(images: Tensor, resolution: int, device: torch.device) -> Tensor:
    chunks = (_bilinear(chunk.to(device).float(), resolution) for chunk in torch.split(images, _CHUNK))
    return torch.cat([chunk.round().clamp(0, 255).to(torch.uint8) for chunk in chunks])


def _resized_targets(targets: Tensor, prediction: PerImage | PerPixel, resolution: int, device: torch.device) -> Tensor:
    if isinstance(prediction, PerImage):
        return targets
    if prediction.blends:
        chunks = (_bilinear(chunk.to(device), resolution) for chunk in torch.split(targets, _CHUNK))
        return torch.cat([chunk.clamp(-1, 1) if prediction.bounded else chunk for chunk in chunks])
    rows, columns = (_nearest(size, resolution) for size in targets.shape[1:3])
    return targets[:, rows][:, :, columns]


def _bilinear(images: Tensor, resolution: int) -> Tensor:
    resized = functional.interpolate(
        images.permute(0, 3, 1, 2), size=(resolution, resolution), mode="bilinear", antialias=True
    )
    return resized.permute(0, 2, 3, 1).contiguous()


def _nearest(size: int, resolution: int) -> Tensor:
    """For each new pixel, the old one that its centre lies in."""
    return ((torch.arange(resolution) * 2 + 1) * size).div(2 * resolution, rounding_mode="floor")


def _shown(fidelity: tuple[int | None, float, torch.device]) -> str:
    return f"({fidelity[0]}, {fidelity[1]:g}, {fidelity[2]})"
