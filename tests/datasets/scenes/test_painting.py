import numpy as np
import pytest

from ktnas.datasets.scenes.casting import cast
from ktnas.datasets.scenes.kinds import BANDS, BRICKS, CHECK, DOTS, PLAIN, STRIPES, TILES
from ktnas.datasets.scenes.painting import paint

WHITE, BLACK = (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)


@pytest.fixture
def lit_room(empty_room, furnish):
    """White where a pattern is not, black where it is, lit by itself: pixels show the pattern alone."""
    colour = np.zeros_like(empty_room.materials.colour)
    colour[:, :, 0] = WHITE
    plain, ones = np.full_like(empty_room.materials.pattern, PLAIN), np.ones_like(empty_room.materials.glow)
    rooms = furnish(empty_room, "materials", colour=colour, pattern=plain, glow=ones, period=ones)
    light = {"power": np.zeros(1), "ambient": np.ones(1), "tint": np.ones((1, 3)), "noise": np.zeros(1)}
    return furnish(rooms, "light", position=np.array([[0.0, 0.0, 2.9]]), **light)


def painted(rooms, *rays):
    """Grey levels, 0 to 255, that rays ``(x, y, z)`` show."""
    rays = np.array(rays, dtype=np.float32).T[:, None]
    noise = np.zeros((1, 1, rays.shape[2], 3), dtype=np.float32)
    return paint(rooms, rays, cast(rooms, rays), noise)[0, 0]


@pytest.mark.parametrize(
    ("pattern", "dark"),
    [
        # the wall ahead at along, up = (.2, 1.7), (.7, 1.7), (.2, 1.2), (.7, 1.2), (.05, 1.8), (.5, 1.5)
        (PLAIN, [0, 0, 0, 0, 0, 0]),
        (STRIPES, [1, 0, 1, 0, 1, 0]),
        (BANDS, [0, 0, 1, 1, 0, 0]),
        (CHECK, [1, 0, 0, 1, 1, 0]),
        (TILES, [0, 0, 0, 0, 1, 0]),
        (BRICKS, [0, 0, 0, 0, 0, 1]),
        (DOTS, [1, 1, 1, 1, 0, 1]),
    ],
)
def test_patterns_by_hand(lit_room, furnish, pattern, dark):
    rooms = furnish(lit_room, "materials", pattern=np.full_like(lit_room.materials.pattern, pattern))
    points = [(0.2, 1.7), (0.7, 1.7), (0.25, 1.25), (0.7, 1.3), (0.05, 1.85), (0.5, 1.55)]
    if pattern == DOTS:
        points = [(0.5, 1.5), (0.4, 1.4), (0.6, 1.6), (0.5, 1.25), (0.1, 1.1), (0.6, 1.45)]
    grey = painted(lit_room if pattern == PLAIN else rooms, *((x / 3, 1, (z - 1.5) / 3) for x, z in points))
    assert (grey[:, 0] == 0).astype(int).tolist() == dark


def test_the_lamp_follows_lamberts_law_and_loses_strength(lit_room, furnish):
    rooms = furnish(lit_room, "materials", glow=np.zeros_like(lit_room.materials.glow))
    light = {"power": np.ones(1), "ambient": np.full(1, 0.1), "position": np.array([[0.0, 0.0, 2.0]])}
    rooms = furnish(rooms, "light", **light)
    below, aside, ceiling = painted(rooms, (0, 0.001, -1), (0, 1, -1), (0, 1, 1))[:, 0] / 255
    assert below == pytest.approx(0.1 + 1 / (1 + 4 / 16), abs=0.003)
    assert aside == pytest.approx(0.1 + 2 / 2.5 / (1 + 6.25 / 16), abs=0.003)
    assert ceiling == pytest.approx(0.1 + 1 / 3.25**0.5 / (1 + 3.25 / 16), abs=0.003)
    above = furnish(rooms, "light", position=np.array([[0.0, 0.0, 4.0]]))
    assert painted(above, (0, 1, 1))[0, 0] / 255 == pytest.approx(0.1, abs=0.003)


def test_light_has_a_tint_and_glowing_things_none(lit_room, furnish):
    tinted = furnish(lit_room, "light", tint=np.array([[0.8, 0.6, 0.4]]))
    assert painted(tinted, (0, 1, 0)).tolist() == [[255, 255, 255]]
    dull = furnish(tinted, "materials", glow=np.zeros_like(lit_room.materials.glow))
    assert painted(dull, (0, 1, 0)).tolist() == [[204, 153, 102]]


def test_the_floor_is_darker_under_solids(lit_room, furnish):
    rooms = furnish(lit_room, "materials", glow=np.zeros_like(lit_room.materials.glow))
    present, foot, radius = (getattr(rooms.solids, name).copy() for name in ("present", "foot", "radius"))
    present[0, 0], foot[0, 0], radius[0, 0] = True, (0, 2), 0.2
    shaded = furnish(rooms, "solids", present=present, foot=foot, radius=radius)
    ray = (0.3 / 2, 1, -1.5 / 2)  # meets the floor 0.3 m beside the solid's foot
    before, after = painted(rooms, ray)[0, 0], painted(shaded, ray)[0, 0]
    assert before == 255
    assert after / 255 == pytest.approx(1 - 0.5 / (1 + (2.25 / 2) ** 2), abs=0.003)


def test_noise_is_scaled_and_pixels_stay_in_range(lit_room, furnish):
    rooms = furnish(lit_room, "light", noise=np.full(1, 0.1))
    rays = np.array([[0.0], [1.0], [0.0]], dtype=np.float32)[:, None].repeat(3, axis=2)
    noise = np.array([0.5, -1, -20], dtype=np.float32).reshape(1, 1, 3, 1).repeat(3, axis=3)
    found = paint(rooms, rays, cast(rooms, rays), noise)
    assert found.dtype == np.uint8
    assert found[0, 0, :, 0].tolist() == [255, 230, 0]
