"""From what pixels show to an image: patterns, light of a lamp and from everywhere, shade under solids, noise."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ktnas.datasets.dataset import ByteImages
from ktnas.datasets.scenes.camera import Floats
from ktnas.datasets.scenes.casting import Hits
from ktnas.datasets.scenes.kinds import BANDS, BRICKS, CHECK, DOTS, STRIPES, TILES
from ktnas.datasets.scenes.materials import FLOOR, PLACES, RUG
from ktnas.datasets.scenes.rooms import Rooms

REACH_M = 4.0
"""Distance at which the lamp's light has fallen to half."""


SHADE = 0.5
"""Share of light that is missing right under a solid."""


def paint(rooms: Rooms, rays: Floats, hits: Hits, noise: Floats) -> ByteImages:
    """Images ``(n, size, size, 3)``.

    Args:
        rooms: The ``n`` scenes.
        rays: Directions ``(3, n, pixels)``.
        hits: What they met.
        noise: Standard normal numbers ``(n, size, size, 3)``.
    """
    n, materials = rooms.materials.pattern.shape
    index = hits.material + materials * np.arange(n)[:, None]
    second = _is_second_colour(rooms.materials.pattern.take(index), hits, rooms.materials.period.take(index))
    glow = rooms.materials.glow.astype(np.float32).take(index)
    light = _light(rooms, rays, hits) * (1 - glow)
    colours = rooms.materials.colour.astype(np.float32).reshape(-1, 3)
    index = 2 * index + second
    channels = []
    for channel, tint in enumerate(rooms.light.tint.T.astype(np.float32)):
        channels.append(colours[:, channel].take(index) * (light * tint[:, None] + glow))
    image = np.stack(channels, axis=2).reshape(noise.shape)
    image += noise * rooms.light.noise.astype(np.float32)[:, None, None, None]
    pixels: ByteImages = (np.clip(image, 0, 1) * 255 + np.float32(0.5)).astype(np.uint8)
    return pixels


def _is_second_colour(
    pattern: npt.NDArray[np.int64], hits: Hits, period: npt.NDArray[np.float64]
) -> npt.NDArray[np.bool_]:
    """Where a pattern has the second of its two colours."""
    scale = (1 / period).astype(np.float32)
    along, up = hits.along * scale, hits.up * scale
    column, row = np.floor(along), np.floor(up)
    along -= column
    up -= row
    left, lower = along < 0.5, up < 0.5
    joint = up < 0.16
    odd_row = (row * 0.5) % 1 > 0
    from_middle = (along - 0.5) ** 2 + (up - 0.5) ** 2
    second: npt.NDArray[np.bool_] = (
        ((pattern == STRIPES) & left)
        | ((pattern == BANDS) & lower)
        | ((pattern == CHECK) & (left ^ lower))
        | ((pattern == TILES) & (joint | (along < 0.16)))
        | ((pattern == BRICKS) & (joint | (np.abs(along - 0.5 * odd_row) < 0.12)))
        | ((pattern == DOTS) & (from_middle < 0.08))
    )
    return second


def _light(rooms: Rooms, rays: Floats, hits: Hits) -> Floats:
    """Light on each pixel ``(n, pixels)``: Lambert's law for the lamp, and what comes from everywhere."""
    position, lamp = rooms.camera.position.T.astype(np.float32), rooms.light.position.T.astype(np.float32)
    point = position[..., None] + hits.depth * rays
    facing = np.zeros_like(hits.depth)
    squared = np.full_like(facing, 1e-3)
    for axis in range(3):
        to_lamp = lamp[axis, :, None] - point[axis]
        facing += to_lamp * hits.normal[axis]
        squared += to_lamp * to_lamp
    lit = np.maximum(facing, 0) / np.sqrt(squared) / (1 + squared / np.float32(REACH_M**2))
    power, ambient = (a.astype(np.float32)[:, None] for a in (rooms.light.power, rooms.light.ambient))
    on_floor = (hits.material == FLOOR) | (hits.material == RUG)
    light: Floats = (ambient + power * lit) * np.where(on_floor, _shade(rooms, point), np.float32(1))
    return light


def _shade(rooms: Rooms, point: Floats) -> Floats:
    """Share of the light ``(n, pixels)`` that solids leave on a floor around them."""
    left: Floats = np.ones_like(point[0])
    for place in range(PLACES):
        solids = rooms.solids
        foot, radius = solids.foot[:, place].astype(np.float32), solids.radius[:, place].astype(np.float32)
        squared = (point[0] - foot[:, :1]) ** 2 + (point[1] - foot[:, 1:]) ** 2
        near = squared / (radius * radius)[:, None]
        left *= 1 - SHADE * solids.present[:, place, None].astype(np.float32) / (1 + (near / 2) ** 2)
    return left
