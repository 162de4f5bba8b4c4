"""What rooms are made of: colours, patterns, and the classes of the task segmentsemantic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ktnas.datasets.scenes.draws import Draws
from ktnas.datasets.scenes.kinds import BANDS, CHECK, DOTS, PALETTES, PLAIN, STRIPES, TILES, Traits
from ktnas.datasets.scenes.solids import SHAPES, Solids
from ktnas.typing import FloatArray, IntArray

LABELS = (
    *("wall", "floor", "ceiling", "window", "door", "picture", "rug", "lamp", "skirting"),
    *(shape.name for shape in SHAPES),
)
"""The 17 classes of the task segmentsemantic, in order."""


LEFT, RIGHT, BACK, FRONT, FLOOR, CEILING = range(6)
"""Surfaces of a room: at the low and the high end of x, y and z."""


PANELS = ("window", "window", "door", "picture", "rug", "lamp")


PLACES = 6
"""Solids in a room, at most."""


FIRST_PANEL = 6


WINDOWS = slice(FIRST_PANEL, FIRST_PANEL + 2)


DOOR, _, RUG, LAMP = range(FIRST_PANEL + 2, FIRST_PANEL + len(PANELS))


FIRST_SOLID = FIRST_PANEL + len(PANELS)


SKIRTING = FIRST_SOLID + PLACES
"""Materials of a room: its surfaces, panels, solids, and the skirting board."""


TYPICAL = 0.75
"""Probability that a solid has the colour that is typical of its shape."""


SOLID_PATTERNS = np.array([PLAIN, BANDS, CHECK, DOTS, STRIPES])


@dataclass(frozen=True, slots=True, eq=False)
class Materials:
    """What the materials of ``n`` rooms look like.

    Attributes:
        colour: Two colours of a pattern ``(n, materials, 2, 3)``, 0 to 1.
        pattern: ``(n, materials)``.
        period: Of the pattern ``(n, materials)``, metres.
        glow: Share of the colour that needs no light ``(n, materials)``.
        label: Index into `LABELS` ``(n, materials)``.
    """

    colour: FloatArray
    pattern: IntArray
    period: FloatArray
    glow: FloatArray
    label: IntArray


def draw_materials(draws: Draws, traits: Traits, solids: Solids) -> Materials:
    """What the rooms with these traits and solids are made of."""
    n, count = len(traits.kind), SKIRTING + 1
    label = np.empty((n, count), dtype=np.int64)
    label[:, :FIRST_PANEL] = [LABELS.index(name) for name in ("wall",) * 4 + ("floor", "ceiling")]
    label[:, FIRST_PANEL:FIRST_SOLID] = [LABELS.index(name) for name in PANELS]
    label[:, FIRST_SOLID:SKIRTING] = LABELS.index(SHAPES[0].name) + solids.shape
    label[:, SKIRTING] = LABELS.index("skirting")
    pattern = np.full((n, count), PLAIN)
    pattern[:, :FLOOR], pattern[:, FLOOR] = traits.wall[:, None], traits.floor
    pattern[:, FIRST_PANEL:FIRST_SOLID] = [TILES, TILES, PLAIN, CHECK, STRIPES, PLAIN]
    pattern[:, FIRST_SOLID:SKIRTING] = SOLID_PATTERNS[solids.pattern]
    period = draws.uniform(0.7, 1.3, count)
    period[:, FIRST_PANEL:FIRST_SOLID] *= [0.5, 0.5, 1, 0.3, 0.5, 1]
    period[:, FIRST_SOLID:SKIRTING] *= 0.45
    period[:, :FLOOR] = period[:, :1] * 0.8
    glow = np.zeros((n, count))
    glow[:, FIRST_PANEL:FIRST_SOLID] = [0.8, 0.8, 0, 0, 0, 1]
    return Materials(_draw_colours(draws, traits, solids, count), pattern, period, glow, label)


def _draw_colours(draws: Draws, traits: Traits, solids: Solids, count: int) -> FloatArray:
    """Two colours per material ``(n, count, 2, 3)``: walls and floor from the palette, most others any."""
    low, high = np.array([[0, 0.1, 0.35], [1, 0.9, 0.95]])
    colour = draws.uniform(low, high, count, 3)
    hue, saturation, value = colour.transpose(2, 0, 1)  # views: what is written to them is written to colour
    colour[:, :FLOOR] = colour[:, :1]
    for material, offset in ((slice(0, FLOOR), 0.0), (slice(FLOOR, FLOOR + 1), 0.4)):
        hue[:, material] = (traits.palette / PALETTES + offset)[:, None] + 0.12 * (hue[:, material] - 0.5)
        saturation[:, material] *= 0.6
    value[:, :FLOOR] = 0.6 + 0.35 * value[:, :FLOOR]
    saturation[:, CEILING], value[:, CEILING] = 0.05, 0.8 + 0.2 * value[:, CEILING]
    hue[:, WINDOWS], value[:, WINDOWS] = 0.55, 1.0
    saturation[:, WINDOWS] *= 0.25
    saturation[:, FIRST_SOLID:SKIRTING] = 0.4 + 0.6 * saturation[:, FIRST_SOLID:SKIRTING]
    typical = solids.shape / len(SHAPES) + 0.125 * hue[:, FIRST_SOLID:SKIRTING]
    hue[:, FIRST_SOLID:SKIRTING] = np.where(draws.chance(TYPICAL, PLACES), typical, hue[:, FIRST_SOLID:SKIRTING])
    hue[:, DOOR], value[:, DOOR] = 0.08, 0.3 + 0.3 * value[:, DOOR]
    saturation[:, LAMP], value[:, LAMP] = 0.1, 1.0
    saturation[:, SKIRTING] = 0.1
    first = _rgb(hue, saturation, value)
    contrast = draws.uniform(0.5, 0.75, count)
    contrast[:, :FLOOR], contrast[:, WINDOWS] = contrast[:, :1], 0.5
    return np.stack([first, first * contrast[..., None]], axis=2)


def _rgb(hue: FloatArray, saturation: FloatArray, value: FloatArray) -> FloatArray:
    """Colours ``(..., 3)`` of hues (in turns), saturations and values, each ``(...)``."""
    away = np.abs((hue[..., None] + np.array([0, 2 / 3, 1 / 3])) % 1 * 6 - 3) - 1
    colour: FloatArray = value[..., None] * (1 - saturation[..., None] * (1 - np.clip(away, 0, 1)))
    return colour
