"""A dataset: images, what is to be learnt from them, and three disjoint parts.

A user's own dataset is made of arrays: ``Dataset("mine", Classification(3), train=Split(images, labels), ...)``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ktnas.datasets.account import Account, counted, counts
from ktnas.datasets.objectives import Classification, Objective, Targets
from ktnas.errors import DataError
from ktnas.problem.task import Task
from ktnas.rng import Streams

ByteImages: TypeAlias = npt.NDArray[np.uint8]
"""Images ``(n, height, width, channels)``, 0 to 255."""

Images: TypeAlias = npt.NDArray[np.generic]
"""Images ``(n, height, width, channels)``: whole or floating-point numbers of any range, any number of channels."""


_CHUNK = 1024
"""Images that are looked at at once: bounds the memory that it takes."""


_SAMPLED = 256
"""Images whose spread tells that of a part."""


_SCALES_DIFFER = 50
"""Two parts whose pixels spread that many times as far are not scaled alike: 0 to 1 beside 0 to 255."""


_FEW = 4
"""Channels of photographs, at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """One part of a dataset.

    Attributes:
        images: Images ``(n, height, width, channels)``.
        targets: Targets ``(n, ...)`` as the objective says.
    """

    images: Images
    targets: Targets

    def __len__(self) -> int:
        return len(self.images)


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """What a network is trained on, and judged by.

    Images are brought to mean 0 and variance 1 per channel when they are used, so that their range does not matter; it
    must be the same in all parts.

    Attributes:
        name: Name of the task.
        objective: What is to be learnt.
        train: Trained on.
        validation: Gives the fitness: all that a search sees.
        test: Opened once, after the search; None where there is none.
        note: What a reader of results must know of it, a sentence or several; empty if nothing.
        account: What reading it came to.

    Raises:
        DataError: If a part is no array, empty or of another shape or type than the others or the objective ask for,
            if pixels are not finite or not scaled alike in all parts, or channels seem to come first.
    """

    name: str
    objective: Objective
    train: Split
    validation: Split
    test: Split | None = None
    note: str = ""
    account: Account = field(default_factory=Account)

    def __post_init__(self) -> None:
        for key, part in self.parts.items():
            self._check(part, f"dataset {self.name!r}, {key}")

    def _check(self, part: Split, where: str) -> None:
        for what, value in (("images", part.images), ("targets", part.targets)):
            if not isinstance(value, np.ndarray):
                raise DataError(f"{where}: {what} must be a NumPy array; got {type(value).__name__}")
        if not part.targets.ndim:
            raise DataError(f"{where}: there must be one target per image, (n, ...); got a single number")
        _require_form(part.images, where)
        images, expected = part.images, self.train.images.shape[1:]
        if not len(images) or len(images) != len(part.targets):
            raise DataError(
                f"{where}: got {len(images)} images and {len(part.targets)} targets; both must be as many, at least 1"
            )
        if images.shape[1:] != expected:
            raise DataError(f"{where}: images are {images.shape[1:]}, those to train on {expected}; they must agree")
        _require_pixels(images, self.train.images, where)
        self.objective.check(part.targets, (images.shape[1], images.shape[2]), where)

    def chosen(self, count: int) -> Split:
        """So many of the images to train on, in their order: the same for every network and seed.

        They are the first of a permutation that depends on the name alone: fewer are part of more.
        """
        order = Streams(0).rng("share", self.name).permutation(len(self.train))
        kept = np.sort(order[:count])
        return Split(self.train.images[kept], self.train.targets[kept])

    @property
    def parts(self) -> dict[str, Split]:
        """The parts that there are, by name."""
        parts = {"train": self.train, "validation": self.validation, "test": self.test}
        return {key: part for key, part in parts.items() if part is not None}

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width, channels of an image."""
        height, width, channels = self.train.images.shape[1:]
        return height, width, channels

    @property
    def task(self) -> Task:
        """The task as a search sees it."""
        return Task(self.name, self.objective.metric, self.objective.unit)

    @property
    def per_class(self) -> dict[str, list[int]]:
        """Images of each class by part; empty where an image has not one class."""
        if isinstance(self.objective, Classification):
            return counts({key: part.targets for key, part in self.parts.items()}, self.objective.classes)
        return {}

    def told(self) -> Dataset:
        """With what is odd of it, or was not read, as its note, and with its images counted."""
        sizes = {key: len(part) for key, part in self.parts.items()}
        account = replace(self.account, counted=counted(sizes, self.per_class, self.account.classes))
        return replace(self, note=" ".join(account.sentences), account=account)


def is_bytes(images: Images) -> bool:
    """Whether pixels are bytes: they stay so until a network sees them; all others become float32."""
    return images.dtype == np.uint8


def _require_form(images: Images, where: str) -> None:
    """Refuse what are not numbers ``(n, height, width, channels)``."""
    got = f"got {images.dtype} of shape {images.shape}"
    if images.dtype.kind not in "buif" or images.ndim != 4 or not images.shape[3]:
        gray = "; gray images get their channel by images[..., None]" if images.ndim == 3 else ""
        raise DataError(f"{where}: images must be numbers of shape (n, height, width, channels); {got}{gray}")
    first, rows, last = images.shape[1:]
    if first <= _FEW < last or first != rows == last > _FEW:
        raise DataError(
            f"{where}: images must be of shape (n, height, width, channels), channels last; {got} seems to have "
            "channels first: turn it with images.transpose(0, 2, 3, 1)"
        )


def _require_pixels(images: Images, trained_on: Images, where: str) -> None:
    """Refuse pixels that are not finite, or not of the type and scale of those to train on."""
    kinds = [(one.dtype.kind, 0 if one.dtype.kind == "f" else one.dtype.itemsize) for one in (images, trained_on)]
    if kinds[0] != kinds[1]:
        raise DataError(
            f"{where}: images are {images.dtype}, those to train on {trained_on.dtype}; bring all to one type and range"
        )
    if is_bytes(images):
        return
    for start in range(0, len(images), _CHUNK):
        with np.errstate(over="ignore"):  # what is too large for float32 is infinite there
            finite = np.isfinite(images[start : start + _CHUNK].astype(np.float32, copy=False)).all(axis=(1, 2, 3))
        if not bool(finite.all()):
            raise DataError(f"{where}: pixels must be finite; image {start + int(finite.argmin())} has NaN or infinity")
    spreads = [_spread(images), _spread(trained_on)]
    if min(spreads) > 0 and max(spreads) > _SCALES_DIFFER * min(spreads):
        raise DataError(
            f"{where}: pixels have a standard deviation of {spreads[0]:.3g}, those to train on {spreads[1]:.3g}; "
            "scale all parts alike"
        )


def _spread(images: Images) -> float:
    """Standard deviation of the pixels, of some images evenly spaced."""
    return float(images[:: max(1, len(images) // _SAMPLED)].astype(np.float64).std())
