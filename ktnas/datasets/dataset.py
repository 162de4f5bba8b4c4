"""A dataset: images, what is to be learnt from them, and three disjoint parts.

A user's own dataset is made of arrays: ``Dataset("mine", Classification(3), train=Split(images, labels), ...)``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ktnas.datasets.objectives import Objective, Targets
from ktnas.errors import DataError
from ktnas.problem.task import Task
from ktnas.rng import Streams

Images = npt.NDArray[np.uint8]
"""Images ``(n, height, width, channels)``, 0 to 255; one channel or three."""


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """One part of a dataset.

    Attributes:
        images: Images ``(n, height, width, channels)``, uint8.
        targets: Targets ``(n, ...)`` as the objective says.
    """

    images: Images
    targets: Targets

    def __len__(self) -> int:
        return len(self.images)


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """What a network is trained on, and judged by.

    Attributes:
        name: Name of the task.
        objective: What is to be learnt.
        train: Trained on.
        validation: Gives the fitness: all that a search sees.
        test: Opened once, after the search; None where there is none.
        note: What a reader of results must know of it, one sentence; empty if nothing.

    Raises:
        DataError: If a part is no array, empty or of another shape or type than the others or the objective ask for.
    """

    name: str
    objective: Objective
    train: Split
    validation: Split
    test: Split | None = None
    note: str = ""

    def __post_init__(self) -> None:
        parts = {"train": self.train, "validation": self.validation, "test": self.test}
        for key, part in parts.items():
            if part is not None:
                self._check(part, f"dataset {self.name!r}, {key}")

    def _check(self, part: Split, where: str) -> None:
        for what, value in (("images", part.images), ("targets", part.targets)):
            if not isinstance(value, np.ndarray):
                raise DataError(f"{where}: {what} must be a NumPy array; got {type(value).__name__}")
        if not part.targets.ndim:
            raise DataError(f"{where}: there must be one target per image, (n, ...); got a single number")
        images, expected = part.images, self.train.images.shape[1:]
        if images.dtype != np.uint8 or images.ndim != 4 or images.shape[3] not in {1, 3}:
            raise DataError(
                f"{where}: images must be uint8 of shape (n, height, width, 1 or 3); "
                f"got {images.dtype} of shape {images.shape}"
            )
        if not len(images) or len(images) != len(part.targets):
            raise DataError(
                f"{where}: got {len(images)} images and {len(part.targets)} targets; both must be as many, at least 1"
            )
        if images.shape[1:] != expected:
            raise DataError(f"{where}: images are {images.shape[1:]}, those to train on {expected}; they must agree")
        self.objective.check(part.targets, (images.shape[1], images.shape[2]), where)

    def chosen(self, count: int) -> Split:
        """So many of the images to train on, in their order: the same for every network and seed.

        They are the first of a permutation that depends on the name alone: fewer are part of more.
        """
        order = Streams(0).rng("share", self.name).permutation(len(self.train))
        kept = np.sort(order[:count])
        return Split(self.train.images[kept], self.train.targets[kept])

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width, channels of an image."""
        height, width, channels = self.train.images.shape[1:]
        return height, width, channels

    @property
    def task(self) -> Task:
        """The task as a search sees it."""
        return Task(self.name, self.objective.metric, self.objective.unit)
