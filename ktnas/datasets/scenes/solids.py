"""Solids on the floor, and where rays meet them: ellipsoids, and round and square frustums.

All solids of a batch that have the same form are met at once. Only surfaces that a camera above the floor and outside
of the solid can see are found.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ktnas.datasets.scenes.camera import Floats
from ktnas.typing import FloatArray, IntArray

Meeting: TypeAlias = Callable[["Solid", Floats], Floats]


Normal: TypeAlias = Callable[["Solid", Floats], Floats]


@dataclass(frozen=True, slots=True)
class Shape:
    """What a solid looks like.

    Attributes:
        name: Its name.
        meet: Distances ``(m, pixels)`` along rays to solids of this form, infinite where a ray passes by.
        normal: Normals ``(3, hits)``, not of unit length, at points ``(3, hits)``.
        height: Lowest and highest height, as multiples of the radius.
        top: Radius at the top over radius at the floor; for ellipsoids, height of the centre over the height.
        radius: Lowest and highest radius, metres, so that no shape is much larger than another.
        square: Whether its plan is a square, with sides of twice the radius, rather than a circle.
    """

    name: str
    meet: Meeting
    normal: Normal
    height: tuple[float, float]
    top: float
    radius: tuple[float, float]
    square: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Solid:
    """Solids of one form, each with rays in coordinates of its own: its foot is the origin.

    Attributes:
        origin: Where rays start ``(3, m, 1)``, metres; for single points ``(3, hits)``.
        radius: ``(m, 1)`` or ``(hits,)``, metres.
        height: ``(m, 1)`` or ``(hits,)``, metres.
        top: As of `Shape`.
    """

    origin: Floats
    radius: Floats
    height: Floats
    top: float


@dataclass(frozen=True, slots=True, eq=False)
class Solids:
    """The solids of ``n`` scenes, the same number of places each.

    Attributes:
        shape: Indices ``(n, places)`` into `SHAPES`.
        pattern: Indices ``(n, places)`` into the patterns of solids.
        foot: Where they stand ``(n, places, 2)``, metres.
        radius: ``(n, places)``, metres.
        height: ``(n, places)``, metres.
        turn: Angles ``(n, places)`` about the vertical, radians.
        present: Whether there is one ``(n, places)``.
    """

    shape: IntArray
    pattern: IntArray
    foot: FloatArray
    radius: FloatArray
    height: FloatArray
    turn: FloatArray
    present: npt.NDArray[np.bool_]


def meet_ellipsoid(solid: Solid, ray: Floats) -> Floats:
    """Where rays ``(3, m, pixels)`` meet ellipsoids first."""
    squash, centre = _ellipsoid(solid)
    x, y, z = solid.origin[0], solid.origin[1], (solid.origin[2] - centre) * squash
    dz = ray[2] * squash
    a = ray[0] ** 2 + ray[1] ** 2 + dz**2
    b = x * ray[0] + y * ray[1] + z * dz
    root = b * b - a * (x * x + y * y + z * z - solid.radius**2)
    # from outside of it, an ellipsoid lies ahead or behind as a whole
    return np.where((root > 0) & (b < 0), -(b + np.sqrt(np.maximum(root, 0))) / a, np.float32(np.inf))


def normal_of_ellipsoid(solid: Solid, point: Floats) -> Floats:
    """Normals at points of ellipsoids."""
    squash, centre = _ellipsoid(solid)
    return np.stack([point[0], point[1], (point[2] - centre) * squash**2])


def _ellipsoid(solid: Solid) -> tuple[Floats, Floats]:
    """By how much heights are scaled to make it a sphere, and the height of its centre."""
    centre: Floats = solid.height * solid.top
    squash: Floats = solid.radius / (solid.height - centre)
    return squash, centre


def meet_round(solid: Solid, ray: Floats) -> Floats:
    """Where rays ``(3, m, pixels)`` meet cylinders and frustums of cones first."""
    x, y, z = solid.origin
    slope = _slope(solid)
    width = solid.radius + slope * z
    widening = slope * ray[2]
    a = _not_zero(ray[0] ** 2 + ray[1] ** 2 - widening**2)
    b = x * ray[0] + y * ray[1] - width * widening
    c = x * x + y * y - width * width
    root = b * b - a * c
    # the two distances are q / a and c / q: no difference of nearly equal numbers where a is nearly 0
    q = _not_zero(-(b + np.copysign(np.sqrt(np.maximum(root, 0)), b)))
    passes, nearest = root <= 0, _lid(solid, ray)
    for distance in (q / a, c / q):
        height = z + distance * ray[2]
        misses = passes | (height < 0) | (height > solid.height) | (distance < 0)
        nearest = np.minimum(nearest, np.where(misses, np.float32(np.inf), distance))
    return nearest


def normal_of_round(solid: Solid, point: Floats) -> Floats:
    """Normals at points of cylinders and frustums of cones."""
    slope = _slope(solid)
    side = np.stack([point[0], point[1], -slope * (solid.radius + slope * point[2])])
    return _with_lid(solid, point, side)


def meet_square(solid: Solid, ray: Floats) -> Floats:
    """Where rays ``(3, m, pixels)`` meet boxes and frustums of pyramids first."""
    slope = _slope(solid)
    z, dz = solid.origin[2], _not_zero(ray[2])
    falls, to_top = dz < 0, (solid.height - z) / dz
    enter = np.where(falls, to_top, np.float32(-np.inf))
    leave = np.where(falls, -z / dz, to_top)
    above = solid.radius + slope * z
    for axis in (0, 1):
        for sign in (1, -1):
            speed = _not_zero(sign * ray[axis] - slope * dz)
            distance = (above - sign * solid.origin[axis]) / speed
            towards = speed < 0
            enter = np.where(towards, np.maximum(enter, distance), enter)
            leave = np.where(towards, leave, np.minimum(leave, distance))
    return np.where((enter < leave) & (enter > 0), enter, np.float32(np.inf))


def normal_of_square(solid: Solid, point: Floats) -> Floats:
    """Normals at points of boxes and frustums of pyramids."""
    across = np.abs(point[0]) > np.abs(point[1])
    zero = np.zeros_like(point[0])
    side = np.stack(
        [
            np.where(across, np.sign(point[0]), zero),
            np.where(across, zero, np.sign(point[1])),
            zero - _slope(solid),
        ]
    )
    return _with_lid(solid, point, side)


def _slope(solid: Solid) -> Floats:
    return solid.radius * (solid.top - 1) / solid.height


def _lid(solid: Solid, ray: Floats) -> Floats:
    """Where rays from above meet the round top."""
    distance = (solid.height - solid.origin[2]) / _not_zero(ray[2])
    x, y = solid.origin[0] + distance * ray[0], solid.origin[1] + distance * ray[1]
    met = (x * x + y * y < (solid.radius * solid.top) ** 2) & (ray[2] < 0) & (distance > 0)
    return np.where(met, distance, np.float32(np.inf))


def _with_lid(solid: Solid, point: Floats, side: Floats) -> Floats:
    """Normals of sides, but upwards where a point lies on the top rather than on a side."""
    lid = (solid.height - point[2] < 1e-4) & (solid.top > 0)
    up = np.array([[0], [0], [1]], dtype=np.float32)
    return np.where(lid, up, side)


def _not_zero(numbers: Floats) -> Floats:
    return np.where(np.abs(numbers) < 1e-9, np.float32(1e-9), numbers)


SHAPES = (
    Shape("ball", meet_ellipsoid, normal_of_ellipsoid, (2.0, 2.0), 0.5, (0.32, 0.6)),
    Shape("dome", meet_ellipsoid, normal_of_ellipsoid, (0.9, 1.3), 0.0, (0.38, 0.7)),
    Shape("egg", meet_ellipsoid, normal_of_ellipsoid, (2.8, 3.6), 0.5, (0.25, 0.45)),
    Shape("box", meet_square, normal_of_square, (1.2, 2.4), 1.0, (0.28, 0.48), square=True),
    Shape("pyramid", meet_square, normal_of_square, (1.8, 3.0), 0.0, (0.4, 0.65), square=True),
    Shape("cylinder", meet_round, normal_of_round, (1.2, 3.0), 1.0, (0.28, 0.5)),
    Shape("cone", meet_round, normal_of_round, (1.8, 3.4), 0.0, (0.38, 0.65)),
    Shape("bucket", meet_round, normal_of_round, (1.6, 3.0), 1.6, (0.22, 0.4)),
)
"""Shapes of solids, in the order of their classes."""
