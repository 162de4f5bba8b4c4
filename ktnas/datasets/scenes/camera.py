"""The camera in a room: its rays, its axes, and the nine numbers of the task room_layout.

A room is a box with its floor's centre at the origin: x runs along its width, y along its length, z up; metres. The
camera looks towards the wall at the far end of y, its yaw within 45 degrees of it: that is what makes "width" and
"length" of a box well defined.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ktnas.typing import FloatArray

Floats = npt.NDArray[np.float32]
"""A float32 array; the docstring of its owner gives the shape."""


LAYOUT = ("yaw", "pitch", "roll", "x", "y", "z", "width", "length", "height")
"""The numbers of room_layout, in order; see `layout`."""


LOW = np.array([-45, -25, -4, -2.8, -3.6, 1.1, 3.0, 3.5, 2.3])


HIGH = np.array([45, 3, 4, 2.8, -0.35, 1.7, 8.0, 8.0, 4.5])
"""The range of each number of `LAYOUT`: degrees and metres. What is drawn lies within it."""


@dataclass(frozen=True, slots=True, eq=False)
class Camera:
    """Cameras of ``n`` scenes.

    Attributes:
        position: Positions ``(n, 3)``, metres.
        yaw: Angles ``(n,)`` from the y axis towards the x axis, radians.
        pitch: Angles ``(n,)`` upwards, radians.
        roll: Angles ``(n,)`` by which the camera is turned clockwise about its own view, radians.
        tangent: Tangents ``(n,)`` of half the field of view.
    """

    position: FloatArray
    yaw: FloatArray
    pitch: FloatArray
    roll: FloatArray
    tangent: FloatArray

    def axes(self) -> FloatArray:
        """Right, up and backward of each camera ``(n, 3, 3)`` in the room's coordinates: a rotation's rows."""
        (sin_y, cos_y), (sin_p, cos_p) = (_turn(angle) for angle in (self.yaw, self.pitch))
        sin_r, cos_r = _turn(self.roll)
        right = np.stack([cos_y, -sin_y, np.zeros_like(sin_y)], axis=1)
        up = np.stack([-sin_y * sin_p, -cos_y * sin_p, cos_p], axis=1)
        back = -np.stack([sin_y * cos_p, cos_y * cos_p, sin_p], axis=1)
        c, s = cos_r[:, None], sin_r[:, None]
        return np.stack([c * right - s * up, s * right + c * up, back], axis=1)

    def rays(self, size: int) -> Floats:
        """Directions ``(3, n, size * size)`` through the centres of the pixels, row by row from the upper left.

        They are not of unit length: going along one by 1 goes 1 m forward.
        """
        right, up, back = self.axes().transpose(1, 2, 0)[..., None]
        centres = (np.arange(size) + 0.5) / size * 2 - 1
        x = np.tile(centres, size) * self.tangent[:, None]
        y = np.repeat(-centres, size) * self.tangent[:, None]
        return np.asarray(right * x + up * y - back, dtype=np.float32)


def layout(camera: Camera, size: FloatArray) -> Floats:
    """The target of room_layout ``(n, 9)``: each number of `LAYOUT` mapped from its range to -1 to 1.

    Taskonomy's room layout (Zamir et al., CVPR 2018), which TransNAS-Bench-101 uses, is the room's box as the camera
    stands to it: three angles, three coordinates, three lengths. Here: yaw, pitch and roll of the camera, its
    coordinates from the centre of the floor, and the sides of the room.

    Args:
        camera: Cameras of ``n`` scenes.
        size: Width, length and height ``(n, 3)`` of the rooms, metres.
    """
    angles = np.degrees(np.stack([camera.yaw, camera.pitch, camera.roll], axis=1))
    numbers = np.concatenate([angles, camera.position, size], axis=1)
    scaled: Floats = ((numbers - LOW) / (HIGH - LOW) * 2 - 1).astype(np.float32)
    return scaled


def _turn(angle: FloatArray) -> tuple[FloatArray, FloatArray]:
    return np.sin(angle), np.cos(angle)
