"""Images of scenes with all that is known of them, drawn and rendered one batch after the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ktnas.datasets.dataset import ByteImages
from ktnas.datasets.scenes.camera import Floats, layout
from ktnas.datasets.scenes.casting import Hits, cast
from ktnas.datasets.scenes.materials import FIRST_SOLID, PLACES
from ktnas.datasets.scenes.painting import paint
from ktnas.datasets.scenes.rooms import NUMBERS, Rooms, draw_rooms
from ktnas.datasets.scenes.solids import SHAPES
from ktnas.rng import Streams
from ktnas.typing import IntArray

BATCH = 32
"""Scenes rendered at once: few enough for a CPU's cache."""


LEAST_SHARE = 0.05
"""Share of the pixels that the dominant solid of a scene covers at least, if nothing else is asked for."""


@dataclass(frozen=True, slots=True)
class World:
    """What there is to be seen.

    Attributes:
        scene_classes: Kinds of rooms.
        object_classes: Kinds of solids.
        object_share: Share of the pixels that the dominant solid of a scene covers at least; a scene in which none does
            is drawn again.
    """

    scene_classes: int
    object_classes: int
    object_share: float = LEAST_SHARE


@dataclass(frozen=True, slots=True, eq=False)
class Views:
    """``n`` scenes, and what is known of them.

    Attributes:
        images: ``(n, size, size, 3)``.
        labels: What each pixel shows ``(n, size, size)``, index into `ktnas.datasets.scenes.materials.LABELS`.
        normals: Unit normals ``(n, size, size, 3)`` in the camera's coordinates: right, up, backward. A surface that
            faces the camera straight on has (0, 0, 1).
        scene: Kind of room ``(n,)``.
        object: Kind of the solid that covers most pixels ``(n,)``.
        layout: ``(n, 9)``, see `ktnas.datasets.scenes.camera.layout`.
    """

    images: ByteImages
    labels: npt.NDArray[np.uint8]
    normals: Floats
    scene: IntArray
    object: IntArray
    layout: Floats


def render_views(part: str, count: int, *, size: int, seed: int, world: World) -> Views:
    """The first ``count`` scenes of a part of a dataset; each is the same, however many are asked for.

    Args:
        part: Name of the part; parts share no scenes.
        count: How many.
        size: Height and width of the images, pixels.
        seed: Seed of all scenes.
        world: What there is to be seen.
    """
    views = _empty(count, size)
    for start in range(0, count, BATCH):
        indices = np.arange(start, min(start + BATCH, count))
        attempt = 0
        while len(indices):
            indices = _render(views, indices, part, attempt, seed, world)
            attempt += 1
    return views


def _empty(count: int, size: int) -> Views:
    return Views(
        images=np.empty((count, size, size, 3), dtype=np.uint8),
        labels=np.empty((count, size, size), dtype=np.uint8),
        normals=np.empty((count, size, size, 3), dtype=np.float32),
        scene=np.empty(count, dtype=np.int64),
        object=np.empty(count, dtype=np.int64),
        layout=np.empty((count, 9), dtype=np.float32),
    )


def _render(views: Views, indices: IntArray, part: str, attempt: int, seed: int, world: World) -> IntArray:
    """Fill in some scenes; returns the indices of those that show too little."""
    streams, size = Streams(seed), views.images.shape[1]
    numbers = np.stack([streams.rng("scene", part, int(i), attempt).random(NUMBERS) for i in indices])
    rooms = draw_rooms(numbers, world.scene_classes, world.object_classes)
    rays = rooms.camera.rays(size)
    hits = cast(rooms, rays)
    covered = np.stack([(hits.material == FIRST_SOLID + place).sum(axis=1) for place in range(PLACES)], axis=1)
    noise = np.stack(
        [streams.rng("noise", part, int(i)).standard_normal((size, size, 3), dtype=np.float32) for i in indices]
    )
    dominant = covered.argmax(axis=1)[:, None]
    kind = rooms.solids.shape + len(SHAPES) * rooms.solids.pattern
    pixels = (len(indices), size, size)
    views.images[indices] = paint(rooms, rays, hits, noise)
    views.labels[indices] = np.take_along_axis(rooms.materials.label, hits.material, axis=1).reshape(pixels)
    views.normals[indices] = _seen(rooms, hits).reshape(*pixels, 3)
    views.scene[indices] = rooms.traits.kind
    views.object[indices] = np.take_along_axis(kind, dominant, axis=1)[:, 0]
    views.layout[indices] = layout(rooms.camera, rooms.traits.sides)
    failed: IntArray = indices[covered.max(axis=1) < world.object_share * size * size]
    return failed


def _seen(rooms: Rooms, hits: Hits) -> Floats:
    """Normals ``(n, pixels, 3)`` in the camera's coordinates."""
    axes = rooms.camera.axes().astype(np.float32)[..., None]
    x, y, z = hits.normal
    seen = np.empty((*x.shape, 3), dtype=np.float32)
    for i in range(3):
        seen[..., i] = axes[:, i, 0] * x + axes[:, i, 1] * y + axes[:, i, 2] * z
    return np.clip(seen, -1, 1, out=seen)
