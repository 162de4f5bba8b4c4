"""A dataset on the device: bytes as they are, other images as float32; resized once, normalised when they are used.

All of it stays there for as long as the object lives, so that no candidate waits for a copy.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ktnas.datasets.dataset import Dataset, Images, Split, is_bytes
from ktnas.datasets.objectives.base import Objective, PerImage, PerPixel
from ktnas.errors import ConfigurationError
from ktnas.training.recipe import Recipe

_CHUNK = 1024
"""Images that are resized or summed at once: bounds the memory that floats take."""


_NO_SPREAD = 1e-6
"""A standard deviation of less than that share of the mean is rounding: all pixels are equal."""


_FILLED = 0.9
"""Images that lie between -1 and 1 fill that range if their lowest pixel is at most minus this."""


@dataclass(frozen=True, slots=True)
class Normalization:
    """Mean and standard deviation of each channel of the images trained on, in their own range."""

    mean: tuple[float, ...]
    std: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One part of a dataset, on a device.

    Attributes:
        images: ``(n, h, w, c)``, uint8 or float32.
        targets: ``(n, ...)`` as they are stored; `answers` makes them what losses and metrics take.
        objective: What is learnt.
        normalization: Of the images trained on.
        black: What each channel of a pixel is that comes in from outside; None for 0.
    """

    images: Tensor
    targets: Tensor
    objective: Objective
    normalization: Normalization
    black: tuple[float, ...] | None = None
    _mean: Tensor = field(init=False)
    _std: Tensor = field(init=False)
    _black: Tensor | None = field(init=False)

    def __post_init__(self) -> None:
        # on the device once: a copy to a GPU in every step would make the CPU wait for it
        for name, values in (
            ("_mean", self.normalization.mean),
            ("_std", self.normalization.std),
            ("_black", self.black),
        ):
            value = None if values is None else torch.tensor(values, device=self.images.device)
            object.__setattr__(self, name, value)

    def __len__(self) -> int:
        return len(self.images)

    def inputs(self, images: Tensor) -> Tensor:
        """Images ``(n, h, w, c)`` as a network takes them: normalised, ``(n, c, h, w)``, channels last in memory."""
        return ((images.float() - self._mean) / self._std).permute(0, 3, 1, 2)

    def bordered(self, images: Tensor, inside: Tensor) -> Tensor:
        """Images ``(n, h, w, c)``, black where ``inside`` ``(n, h, w)`` does not hold."""
        if self._black is None:
            return images * inside[..., None]
        return torch.where(inside[..., None], images, self._black)

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
        scale = self.train.normalization, self.train.black
        return _part(split, self.dataset.objective, scale, self.resolution, self.device)

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
    scale = _scale(dataset.train.images, device)
    common = (dataset.objective, scale, recipe.resolution, device)
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


_Scale: TypeAlias = tuple[Normalization, tuple[float, ...] | None]
"""The normalisation, and what is black."""


def _scale(images: Images, device: torch.device) -> _Scale:
    if is_bytes(images):
        return _normalization_of_bytes(images, device), None
    normalization = _normalization(images)
    return normalization, _black(images, normalization)


def _normalization(images: Images) -> Normalization:
    """Sums are float64, on the CPU, so that every device finds the same. A channel of one value stays as it is."""
    channels = images.shape[3]
    count = images.size / channels
    chunks = [images[start : start + _CHUNK].reshape(-1, channels) for start in range(0, len(images), _CHUNK)]
    mean = sum((chunk.sum(0, dtype=np.float64) for chunk in chunks), np.zeros(channels)) / count
    squares = (np.square(chunk.astype(np.float64) - mean).sum(0) for chunk in chunks)
    std = np.sqrt(sum(squares, np.zeros(channels)) / count)
    std = np.where(std > _NO_SPREAD * np.abs(mean), std, 1.0)
    return Normalization(tuple(mean.tolist()), tuple(std.tolist()))


def _black(images: Images, normalization: Normalization) -> tuple[float, ...] | None:
    """What is black: 0 where nothing is below, -1 where images fill -1 to 1; of any other range the mean of a channel.

    None for 0.
    """
    low, high = float(images.min()), float(images.max())
    if low >= 0:
        return None
    if -1 <= low <= -_FILLED and high <= 1:
        return (-1.0,) * len(normalization.mean)
    return normalization.mean


def _normalization_of_bytes(images: Images, device: torch.device) -> Normalization:
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


def _part(split: Split, objective: Objective, scale: _Scale, resolution: int | None, device: torch.device) -> Part:
    images = torch.from_numpy(np.array(split.images, np.uint8 if is_bytes(split.images) else np.float32))
    targets = torch.from_numpy(objective.stored(split.targets))
    if resolution is not None and split.images.shape[1:3] != (resolution, resolution):
        images = _resized_images(images, resolution, device)
        targets = _resized_targets(targets, objective.prediction, resolution, device)
    return Part(images.to(device), targets.to(device), objective, *scale)


def _resized_images(images: Tensor, resolution: int, device: torch.device) -> Tensor:
    chunks = (_bilinear(chunk.to(device).float(), resolution) for chunk in torch.split(images, _CHUNK))
    if images.dtype == torch.float32:
        return torch.cat(list(chunks))
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
