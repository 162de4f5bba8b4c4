"""The seven tasks of TransNAS-Bench-101 (Duan et al., CVPR 2021) as datasets of rendered scenes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import factorial

import numpy as np

from ktnas.datasets.dataset import Dataset, Split
from ktnas.datasets.objectives import (
    Autoencoding,
    Classification,
    Jigsaw,
    Normals,
    Objective,
    Regression,
    Segmentation,
    Targets,
)
from ktnas.datasets.scenes.camera import LAYOUT
from ktnas.datasets.scenes.jigsaw import TILES, distant_permutations, shuffled
from ktnas.datasets.scenes.kinds import MOST_KINDS
from ktnas.datasets.scenes.materials import LABELS
from ktnas.datasets.scenes.rendering import LEAST_SHARE, Views, World, render_views
from ktnas.datasets.scenes.rooms import MOST_OBJECTS
from ktnas.errors import ConfigurationError, unknown_name
from ktnas.rng import Streams
from ktnas.typing import IntArray

TASKS = ("class_scene", "class_object", "room_layout", "jigsaw", "segmentsemantic", "normal", "autoencoder")
"""Names of the tasks, as TransNAS-Bench-101 has them."""

MOST_SHARE = 0.2
"""Of the pixels, that the dominant solid may be asked to cover: one of fifteen scenes has such a solid."""

BYTES_LIMIT = 1 << 35
"""That images may take."""

NOTE = "Scenes rendered by ktnas, not the photographs of TransNAS-Bench-101."


@dataclass(frozen=True, slots=True)
class Scenes:
    """Rendered scenes for all tasks; rendered once per process, when the first dataset is asked for.

    Attributes:
        train: Scenes to train on.
        validation: Scenes for validation.
        test: Scenes for the test; 0 for none.
        size: Height and width of the images, pixels.
        seed: Seed of the scenes.
        scene_classes: Kinds of rooms, 2 to 47.
        object_classes: Kinds of solids, 2 to 40: kind ``c`` has shape ``c mod 8`` and pattern ``c div 8``.
        permutations: Permutations of the tiles of a jigsaw, 2 to 9!.
        object_share: Share of the pixels that the dominant solid covers at least, 0 to 0.2; the larger, the easier is
            class_object in small images, and the longer scenes take to draw.

    Raises:
        ConfigurationError: If a value is out of its range.
    """

    train: int = 2000
    validation: int = 500
    test: int = 500
    size: int = 64
    seed: int = 0
    scene_classes: int = 16
    object_classes: int = 16
    permutations: int = 24
    object_share: float = LEAST_SHARE

    def __post_init__(self) -> None:
        self._require("train", 1)
        self._require("validation", 1)
        self._require("test", 0)
        self._require("size", 16, 512)
        self._require_room()
        self._require("seed", 0)
        self._require("scene_classes", 2, MOST_KINDS)
        self._require("object_classes", 2, MOST_OBJECTS)
        self._require("permutations", 2, factorial(TILES))
        self._require("object_share", 0, MOST_SHARE)

    def _require_room(self) -> None:
        images = self.train + self.validation + self.test
        taken = images * self.size**2 * 3
        if taken > BYTES_LIMIT:
            raise ConfigurationError(
                f"rendered scenes: {images:,} images of {self.size} x {self.size} take {taken >> 30:,} GiB; at most "
                f"{BYTES_LIMIT >> 30} GiB are rendered: ask for fewer images, or smaller ones"
            )

    def _require(self, name: str, low: float, high: float | None = None) -> None:
        value = getattr(self, name)
        if not value >= low or (high is not None and value > high):
            expected = f"at least {low}" if high is None else f"{low} to {high}"
            raise ConfigurationError(f"rendered scenes: {name} must be {expected}; got {value}")

    def dataset(self, task: str) -> Dataset:
        """The dataset of one task; the images of scene ``i`` are the same for all tasks, but for the jigsaw's order.

        Raises:
            UnknownNameError: If there is no such task.
        """
        if task not in TASKS:
            raise unknown_name("task", task, TASKS, "rendered scenes")
        counts = {"train": self.train, "validation": self.validation, "test": self.test}
        parts = {part: self._split(task, part, count) for part, count in counts.items() if count}
        return Dataset(task, self._objective(task), parts["train"], parts["validation"], parts.get("test"), NOTE)

    def _objective(self, task: str) -> Objective:
        objectives: dict[str, Objective] = {
            "class_scene": Classification(self.scene_classes),
            "class_object": Classification(self.object_classes),
            "room_layout": Regression(len(LAYOUT)),
            "jigsaw": Jigsaw(self.permutations),
            "segmentsemantic": Segmentation(len(LABELS)),
            "normal": Normals(),
            "autoencoder": Autoencoding(),
        }
        return objectives[task]

    def _split(self, task: str, part: str, count: int) -> Split:
        world = World(self.scene_classes, self.object_classes, self.object_share)
        views = _rendered(part, count, self.size, self.seed, world)
        if task == "jigsaw":
            which = self._order(part, count)
            return Split(shuffled(views.images, distant_permutations(self.permutations)[which]), which)
        return Split(views.images, _targets(task, views))

    def _order(self, part: str, count: int) -> IntArray:
        """Which permutation shuffles each image ``(count,)``."""
        streams = Streams(self.seed)
        return np.array([streams.rng("jigsaw", part, i).integers(self.permutations) for i in range(count)])


def _targets(task: str, views: Views) -> Targets:
    if task == "autoencoder":
        return views.images / np.float32(127.5) - 1
    found: dict[str, Targets] = {
        "class_scene": views.scene,
        "class_object": views.object,
        "room_layout": views.layout,
        "segmentsemantic": views.labels,
        "normal": views.normals,
    }
    return found[task]


@lru_cache(maxsize=6)
def _rendered(part: str, count: int, size: int, seed: int, world: World) -> Views:
    """Rendered once per process: the tasks of a search share the arrays."""
    return render_views(part, count, size=size, seed=seed, world=world)


def scene_dataset(
    task: str, *, train: int = 2000, validation: int = 500, test: int = 500, size: int = 64, seed: int = 0
) -> Dataset:
    """The dataset of one task of `TASKS`, with the numbers of classes that `Scenes` has by default.

    Args:
        task: Name of the task.
        train: Scenes to train on.
        validation: Scenes for validation.
        test: Scenes for the test; 0 for none.
        size: Height and width of the images, pixels.
        seed: Seed of the scenes.

    Raises:
        ConfigurationError: If a number is out of its range.
        UnknownNameError: If there is no such task.
    """
    return Scenes(train, validation, test, size, seed).dataset(task)
