"""Kinds of rooms: the classes of the task class_scene.

Kind ``k`` has habits: proportions ``k mod 4``, colours ``(k div 4) mod 4``, pattern of the walls ``k mod 5``, pattern
of the floor ``k mod 7``, favourite solid ``k mod 8``. No two of the first 47 kinds share all of them, many share some,
and a room keeps each of its kind's habits with probability `KEPT` only: no single sight gives a room away.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ktnas.datasets.scenes.draws import Draws
from ktnas.datasets.scenes.solids import SHAPES
from ktnas.typing import FloatArray, IntArray

MOST_KINDS = 47
"""As many as TransNAS-Bench-101 has classes of scenes."""


KEPT = 0.8
"""Probability that a room keeps a habit of its kind; otherwise that trait is drawn from those of all kinds."""


FAVOURED = 0.35
"""Probability that a solid has the shape that its room favours."""


PROPORTIONS = np.array(
    [
        [[3.0, 4.5], [3.5, 5.0], [2.3, 2.8]],  # a small room
        [[3.0, 4.0], [6.0, 8.0], [2.4, 3.0]],  # a corridor
        [[6.0, 8.0], [3.5, 5.0], [2.4, 3.2]],  # a wide room
        [[5.0, 7.5], [5.5, 8.0], [3.3, 4.5]],  # a hall
    ]
)
"""Lowest and highest width, length and height ``(proportions, 3, 2)``, metres."""


PALETTES = 4


PATTERNS = ("plain", "striped", "banded", "chequered", "tiled", "brick", "dotted")


PLAIN, STRIPES, BANDS, CHECK, TILES, BRICKS, DOTS = range(len(PATTERNS))
"""Patterns of surfaces (`ktnas.datasets.scenes.painting`)."""


WALL_PATTERNS = np.array([PLAIN, STRIPES, BANDS, BRICKS, DOTS])


FLOOR_PATTERNS = np.array([PLAIN, STRIPES, BANDS, CHECK, TILES, BRICKS, DOTS])


@dataclass(frozen=True, slots=True, eq=False)
class Traits:
    """What ``n`` rooms are like.

    Attributes:
        kind: Their kinds ``(n,)``: the target of class_scene.
        sides: Width, length and height ``(n, 3)``, metres.
        palette: Colours of walls and floor ``(n,)``, 0 to 3.
        wall: Patterns of the walls ``(n,)``.
        floor: Patterns of the floors ``(n,)``.
        favourite: Index into `SHAPES` ``(n,)`` of the most frequent solid.
    """

    kind: IntArray
    sides: FloatArray
    palette: IntArray
    wall: IntArray
    floor: IntArray
    favourite: IntArray


def draw_traits(draws: Draws, kinds: int) -> Traits:
    """Rooms of ``kinds`` kinds, all equally frequent."""
    kind = draws.choice(kinds)
    low_high = PROPORTIONS[_habit(draws, kind % len(PROPORTIONS), len(PROPORTIONS))]
    return Traits(
        kind=kind,
        sides=draws.uniform(low_high[..., 0], low_high[..., 1], 3),
        palette=_habit(draws, kind // 4 % PALETTES, PALETTES),
        wall=WALL_PATTERNS[_habit(draws, kind % len(WALL_PATTERNS), len(WALL_PATTERNS))],
        floor=FLOOR_PATTERNS[_habit(draws, kind % len(FLOOR_PATTERNS), len(FLOOR_PATTERNS))],
        favourite=_habit(draws, kind % len(SHAPES), len(SHAPES)),
    )


def _habit(draws: Draws, habit: IntArray, count: int) -> IntArray:
    return np.where(draws.chance(KEPT), habit, draws.choice(count))
