"""Ray casting: what each pixel of a batch of scenes shows, how far away it is, and which way its surface faces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ktnas.datasets.scenes.camera import Floats
from ktnas.datasets.scenes.materials import FIRST_PANEL, FIRST_SOLID, FLOOR, PANELS, PLACES, SKIRTING
from ktnas.datasets.scenes.rooms import Panels, Rooms
from ktnas.datasets.scenes.solids import SHAPES, Shape, Solid

NORMALS = np.array([[1, -1, 0, 0, 0, 0], [0, 0, 1, -1, 0, 0], [0, 0, 0, 0, 1, -1]], dtype=np.float32)
"""Normals ``(3, surfaces)`` of the surfaces of a room, into it."""


SKIRTING_HEIGHT_M = 0.12


Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """What the pixels of ``n`` scenes show; casting fills it in.

    Attributes:
        depth: Distances ``(n, pixels)`` along the camera's view, metres.
        normal: Unit normals ``(3, n, pixels)`` in the room's coordinates.
        material: Index ``(n, pixels)`` into the room's materials.
        along: Coordinates ``(n, pixels)`` for patterns along a surface, metres.
        up: Coordinates ``(n, pixels)`` for patterns up a surface, metres.
    """

    depth: Floats
    normal: Floats
    material: Indices
    along: Floats
    up: Floats


def cast(rooms: Rooms, rays: Floats) -> Hits:
    """What each ray ``(3, n, pixels)`` meets first."""
    hits = _cast_room(rooms, rays)
    for place in range(PLACES):
        for i, shape in enumerate(SHAPES):
            (chosen,) = np.nonzero((rooms.solids.shape[:, place] == i) & rooms.solids.present[:, place])
            if len(chosen):
                _cast_solids(rooms, place, shape, chosen, rays, hits)
    return hits


def _cast_room(rooms: Rooms, rays: Floats) -> Hits:
    """The six surfaces of the room: a ray ends where it leaves the box."""
    sides, position = rooms.traits.sides, rooms.camera.position
    low = np.stack([-sides[:, 0] / 2, -sides[:, 1] / 2, np.zeros(len(sides))])
    high = np.stack([sides[:, 0] / 2, sides[:, 1] / 2, sides[:, 2]])
    to_low, to_high = (np.asarray(end - position.T, dtype=np.float32)[..., None] for end in (low, high))
    safe = np.where(np.abs(rays) < 1e-9, np.float32(1e-9), rays)
    ahead = safe > 0
    across, deep, tall = np.where(ahead, to_high, to_low) / safe
    first, second = across <= np.minimum(deep, tall), deep <= tall
    surface = np.where(first, ahead[0], np.where(second, 2 + ahead[1], FLOOR + ahead[2]))
    depth = np.minimum(np.minimum(across, deep), tall)
    x, y, z = position.T.astype(np.float32)[..., None] + depth * rays
    flat = surface >= FLOOR
    along, up = np.where(first, y, x), np.where(flat, y, z)
    material = np.where(~flat & (z < SKIRTING_HEIGHT_M), SKIRTING, surface)
    _hang_panels(rooms.panels, surface, along, up, material)
    return Hits(depth, NORMALS[:, surface], material, along, up)


def _hang_panels(panels: Panels, surface: Indices, along: Floats, up: Floats, material: Indices) -> None:
    """Write the panels over the surfaces' materials."""
    centre, half = (a.astype(np.float32)[..., None] for a in (panels.centre, panels.half))
    for panel in range(len(PANELS)):
        shown = surface == panels.surface[:, panel, None]
        shown &= np.abs(along - centre[:, panel, 0]) < half[:, panel, 0]
        shown &= np.abs(up - centre[:, panel, 1]) < half[:, panel, 1]
        material[shown] = FIRST_PANEL + panel


def _cast_solids(rooms: Rooms, place: int, shape: Shape, chosen: Indices, rays: Floats, hits: Hits) -> None:
    """Write the solids of one shape, in one place of the scenes ``chosen``, over what lies behind them."""
    solids = rooms.solids
    turn = solids.turn[chosen, place].astype(np.float32)[:, None]
    cos, sin = np.cos(turn), np.sin(turn)
    foot = np.concatenate([solids.foot[chosen, place], np.zeros((len(chosen), 1))], axis=1)
    origin = (rooms.camera.position[chosen] - foot).T.astype(np.float32)[..., None]
    origin, ray = (
        np.stack([cos * v[0] + sin * v[1], cos * v[1] - sin * v[0], v[2]]) for v in (origin, rays[:, chosen])
    )
    radius, height = (a[chosen, place].astype(np.float32)[:, None] for a in (solids.radius, solids.height))
    distance = shape.meet(Solid(origin, radius, height, shape.top), ray)
    row, pixel = np.nonzero(distance < hits.depth[chosen])
    depth = distance[row, pixel]
    point = origin[:, row, 0] + depth * ray[:, row, pixel]
    radius, height, cos, sin = (a[row, 0] for a in (radius, height, cos, sin))
    normal = shape.normal(Solid(point, radius, height, shape.top), point)
    normal /= np.sqrt((normal**2).sum(axis=0))
    where = chosen[row], pixel
    hits.depth[where], hits.material[where] = depth, FIRST_SOLID + place
    hits.normal[0][where], hits.normal[1][where] = cos * normal[0] - sin * normal[1], sin * normal[0] + cos * normal[1]
    hits.normal[2][where] = normal[2]
    hits.along[where] = point[0] + point[1] if shape.square else np.arctan2(point[1], point[0]) * radius
    hits.up[where] = point[2]
