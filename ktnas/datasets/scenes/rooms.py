"""Rooms as numbers: what stands in them, what they are made of, where camera and lamp are.

Everything about scene ``i`` follows from row ``i`` of the numbers that it is drawn from.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ktnas.datasets.scenes.camera import HIGH, LOW, Camera
from ktnas.datasets.scenes.draws import Draws
from ktnas.datasets.scenes.kinds import FAVOURED, Traits, draw_traits
from ktnas.datasets.scenes.materials import (
    CEILING,
    FLOOR,
    FRONT,
    LEFT,
    PANELS,
    PLACES,
    RIGHT,
    SOLID_PATTERNS,
    Materials,
    draw_materials,
)
from ktnas.datasets.scenes.solids import SHAPES, Solids
from ktnas.typing import FloatArray, IntArray

NUMBERS = 256
"""Numbers that a scene is drawn from; not all are used."""


MOST_OBJECTS = len(SHAPES) * len(SOLID_PATTERNS)


@dataclass(frozen=True, slots=True, eq=False)
class Panels:
    """Rectangles on the surfaces of ``n`` rooms, of the kinds `PANELS`; later ones cover earlier ones.

    Attributes:
        surface: Where they hang ``(n, panels)``; -1 for one that is not there.
        centre: ``(n, panels, 2)``, metres along the surface and up (floor and ceiling: along x and y).
        half: Half of their sides ``(n, panels, 2)``, metres.
    """

    surface: IntArray
    centre: FloatArray
    half: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Light:
    """Light of ``n`` rooms.

    Attributes:
        position: Of the lamp ``(n, 3)``, metres.
        power: ``(n,)``.
        ambient: Light that comes from everywhere ``(n,)``.
        tint: Its colour ``(n, 3)``.
        noise: Standard deviation of a pixel ``(n,)``, as a share of white.
    """

    position: FloatArray
    power: FloatArray
    ambient: FloatArray
    tint: FloatArray
    noise: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Rooms:
    """``n`` scenes."""

    traits: Traits
    camera: Camera
    solids: Solids
    panels: Panels
    light: Light
    materials: Materials

    def __len__(self) -> int:
        return len(self.traits.kind)


def draw_rooms(numbers: FloatArray, kinds: int, objects: int) -> Rooms:
    """Scenes from random numbers.

    Args:
        numbers: Numbers ``(n, NUMBERS)`` from 0 to below 1.
        kinds: Kinds of rooms, at most `MOST_KINDS`.
        objects: Kinds of solids, at most `MOST_OBJECTS`: kind ``c`` has shape ``c mod 8`` and pattern ``c div 8``.
    """
    draws = Draws(numbers)
    traits = draw_traits(draws, kinds)
    camera = _draw_camera(draws, traits.sides)
    solids = _draw_solids(draws, traits, camera, objects)
    light = _draw_light(draws, traits.sides)
    panels = _draw_panels(draws, traits.sides, light)
    return Rooms(traits, camera, solids, panels, light, draw_materials(draws, traits, solids))


def _draw_camera(draws: Draws, sides: FloatArray) -> Camera:
    low, high = np.radians(LOW[:3]), np.radians(HIGH[:3])
    yaw, pitch, roll = draws.uniform(low, high, 3).T
    return Camera(
        position=np.stack(
            [
                draws.uniform(-0.35, 0.35) * sides[:, 0],
                draws.uniform(-0.45, -0.1) * sides[:, 1],
                draws.uniform(LOW[5], HIGH[5]),
            ],
            axis=1,
        ),
        yaw=yaw,
        pitch=pitch,
        roll=roll,
        tangent=np.tan(np.radians(draws.uniform(55, 85)) / 2),
    )


def _draw_solids(draws: Draws, traits: Traits, camera: Camera, objects: int) -> Solids:
    n = len(traits.kind)
    favoured = draws.chance(FAVOURED, PLACES)
    number = draws.choice(objects, PLACES)
    patterns = -(-(objects - traits.favourite) // len(SHAPES))  # that the favourite shape comes in; 0: it does not
    favourite = traits.favourite[:, None] + len(SHAPES) * (draws.uniform(0, 1, PLACES) * patterns[:, None]).astype(
        np.int64
    )
    number = np.where(favoured & (patterns > 0)[:, None], favourite, number)
    shape, pattern = number % len(SHAPES), number // len(SHAPES)
    low, high = np.array([s.radius for s in SHAPES])[shape].transpose(2, 0, 1)
    radius = draws.uniform(low, high, PLACES)
    low, high = np.array([s.height for s in SHAPES])[shape].transpose(2, 0, 1)
    height = radius * draws.uniform(low, high, PLACES)
    angle = camera.yaw[:, None] + draws.uniform(-0.65, 0.65, PLACES) * np.arctan(camera.tangent)[:, None]
    away = draws.uniform(1.3, 4.0, PLACES)
    foot = camera.position[:, None, :2] + away[..., None] * np.stack([np.sin(angle), np.cos(angle)], axis=2)
    reach = radius * np.maximum(1.0, np.array([s.top for s in SHAPES])[shape])
    room = traits.sides[:, None, :2] / 2 - np.sqrt(2) * reach[..., None]
    foot = np.clip(foot, -room, room)
    wanted = np.arange(PLACES) < 1 + PLACES * draws.uniform(0, 1, 1) ** 2  # few more often than many
    present = _without_collisions(foot, reach, camera.position[:, :2], wanted)
    return Solids(shape, pattern, foot, radius, height, draws.uniform(0, np.pi / 2, PLACES).reshape(n, -1), present)


def _without_collisions(
    foot: FloatArray, reach: FloatArray, camera: FloatArray, wanted: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Which solids are there: of two in one place the earlier, and none near the camera."""
    away = np.linalg.norm(foot - camera[:, None], axis=2)
    present: npt.NDArray[np.bool_] = wanted & (away > 1.5 * reach + 0.5)
    for later in range(1, PLACES):
        for earlier in range(later):
            apart = np.linalg.norm(foot[:, later] - foot[:, earlier], axis=1)
            clash = present[:, earlier] & (apart < 1.2 * (reach[:, later] + reach[:, earlier]))
            present[:, later] &= ~clash
    return present


def _draw_light(draws: Draws, sides: FloatArray) -> Light:
    ambient, power = draws.uniform(0.3, 0.55), draws.uniform(0.7, 1.2)
    place = draws.uniform(-0.3, 0.3, 2) * sides[:, :2]
    warmth = draws.uniform(-1, 1)[:, None]
    return Light(
        position=np.concatenate([place, sides[:, 2:] - 0.15], axis=1),
        power=power,
        ambient=ambient,
        tint=1 + warmth * np.array([0.12, 0.0, -0.12]),
        noise=draws.uniform(0.01, 0.05),
    )


def _draw_panels(draws: Draws, sides: FloatArray, light: Light) -> Panels:
    n, count = len(sides), len(PANELS)
    walls = np.array([LEFT, RIGHT, FRONT, FRONT])[draws.choice(4, count)]
    surface = np.where(np.arange(count) < 4, walls, np.array([-1, -1, -1, -1, FLOOR, CEILING]))
    surface = np.where(draws.chance([0.6, 0.4, 0.6, 0.6, 0.5, 0.8], count), surface, -1)
    half = draws.uniform(
        [[0.4, 0.5], [0.4, 0.5], [0.4, 0.95], [0.2, 0.2], [0.6, 0.6], [0.25, 0.25]],
        [[0.9, 0.7], [0.9, 0.7], [0.55, 1.05], [0.6, 0.4], [1.3, 1.3], [0.5, 0.5]],
        *(count, 2),
    )
    length = np.where((walls == FRONT)[:, :4], sides[:, :1], sides[:, 1:2])
    centre = np.zeros((n, count, 2))
    centre[:, :4, 0] = draws.uniform(-0.5, 0.5, 4) * (length - 2 * half[:, :4, 0])
    centre[:, :4, 1] = draws.uniform([1.4, 1.4, 0.0, 1.3], [1.6, 1.6, 0.0, 1.7], 4)
    centre[:, 2, 1] = half[:, 2, 1]  # doors stand on the floor
    centre[:, 4] = draws.uniform(-0.2, 0.2, 2) * sides[:, :2]
    centre[:, 5] = light.position[:, :2]
    return Panels(surface, centre, half)
