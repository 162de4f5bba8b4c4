import numpy as np
import pytest

from ktnas.datasets.scenes.casting import cast
from ktnas.datasets.scenes.materials import (
    CEILING,
    FIRST_PANEL,
    FIRST_SOLID,
    FLOOR,
    FRONT,
    LEFT,
    PANELS,
    PLACES,
    RIGHT,
    SKIRTING,
)
from ktnas.datasets.scenes.rooms import NUMBERS, draw_rooms
from ktnas.datasets.scenes.solids import SHAPES


def along(rooms, *rays):
    """What rays ``(x, y, z)`` meet."""
    return cast(rooms, np.array(rays, dtype=np.float32).T[:, None])


def test_an_empty_room_by_hand(empty_room):
    hits = along(empty_room, (0, 1, 0), (0, 1, -1), (0, 1, 1), (-1, 1, 0), (1, 1, 0), (0, 1, -0.49))
    assert hits.depth[0] == pytest.approx([3, 1.5, 1.5, 2, 2, 3])
    assert hits.material[0].tolist() == [FRONT, FLOOR, CEILING, LEFT, RIGHT, SKIRTING]
    expected = [[0, -1, 0], [0, 0, 1], [0, 0, -1], [1, 0, 0], [-1, 0, 0], [0, -1, 0]]
    assert hits.normal[:, 0].T.tolist() == expected
    assert hits.along[0] == pytest.approx([0, 0, 0, 2, 2, 0])
    assert hits.up[0] == pytest.approx([1.5, 1.5, 1.5, 1.5, 1.5, 0.03], abs=1e-6)


def test_the_wall_ahead_seen_through_the_camera(empty_room):
    # half the field of view is 45 degrees: at 3 m the wall of 4 m x 3 m fills 2/3 and half of the picture
    hits = cast(empty_room, empty_room.camera.rays(12))
    material = hits.material.reshape(12, 12)
    facing = (hits.normal[1] == -1).reshape(12, 12)
    assert facing.sum() == 8 * 6
    assert facing[3:9, 2:10].all()
    assert hits.depth.reshape(12, 12)[facing] == pytest.approx(np.full(48, 3.0))
    assert (material[:3, 5] == CEILING).all()
    assert (material[9:, 5] == FLOOR).all()


def test_panels_hang_where_they_are_said_to(empty_room, furnish):
    surface = np.full((1, len(PANELS)), -1)
    centre, half = np.zeros((1, len(PANELS), 2)), np.full((1, len(PANELS), 2), 0.3)
    surface[0, :3], centre[0, 0], centre[0, 1] = [FRONT, LEFT, FRONT], [0.5, 1.5], [1.0, 1.5]
    centre[0, 2] = [0.7, 1.5]
    rooms = furnish(empty_room, "panels", surface=surface, centre=centre, half=half)
    hits = along(
        rooms, (0.3 / 3, 1, 0), (0.6 / 3, 1, 0), (0.1 / 3, 1, 0), (0.3 / 3, 1, 0.11), (-1, 0.5, 0), (-1, -0.5, 0)
    )
    assert hits.material[0].tolist() == [FIRST_PANEL, FIRST_PANEL + 2, FRONT, FRONT, FIRST_PANEL + 1, LEFT]


def stood(rooms, furnish, **changes):
    """The first place of solids filled in."""
    filled = {}
    for name, value in {"present": True, "radius": 0.5, "height": 1.0, "turn": 0.0, **changes}.items():
        filled[name] = getattr(rooms.solids, name).copy()
        filled[name][0, 0] = value
    return furnish(rooms, "solids", **filled)


def shape(name):
    return [shape.name for shape in SHAPES].index(name)


def test_a_ball_before_the_wall_by_hand(empty_room, furnish):
    rooms = stood(empty_room, furnish, shape=shape("ball"), foot=(0, 2))
    hits = along(rooms, (0, 1, -0.5), (0, 1, 0.3), (0, -1, 0))
    # the middle of the ball is 2 m ahead and 1 m down: the ray through it ends half a metre before
    assert hits.depth[0] == pytest.approx([2 - 0.5 / 1.25**0.5, 3, 3])
    assert hits.material[0].tolist() == [FIRST_SOLID, FRONT, 2]
    assert hits.normal[:, 0, 0] == pytest.approx([0, -1 / 1.25**0.5, 0.5 / 1.25**0.5], abs=1e-6)


def test_a_box_is_turned_about_the_vertical(empty_room, furnish):
    rooms = stood(empty_room, furnish, shape=shape("box"), foot=(0, 2), turn=np.pi / 4, height=2.0)
    hits = along(rooms, (0.001, 1, 0), (-0.001, 1, 0))
    assert hits.depth[0] == pytest.approx([2 - 0.5**0.5] * 2, abs=0.01)
    across = 0.5**0.5
    assert pytest.approx(np.array([[across, -across, 0], [-across, -across, 0]]), abs=1e-6) == hits.normal[:, 0].T


def test_what_is_behind_the_camera_or_the_wall_or_not_there_is_not_seen(empty_room, furnish):
    for changes in ({"foot": (0, -2)}, {"foot": (0, 4)}, {"foot": (0, 2), "present": False}):
        for name in ("ball", "box", "cone", "cylinder"):
            rooms = stood(empty_room, furnish, shape=shape(name), height=2.0, **changes)
            assert along(rooms, (0, 1, 0), (0, 1, -0.1)).depth[0] == pytest.approx([3, 3])


def test_the_nearer_of_two_solids_is_seen_whatever_their_order(empty_room, furnish):
    for first, second in (((0, 1.5), (0, 2.4)), ((0, 2.4), (0, 1.5))):
        solids = {
            name: getattr(empty_room.solids, name).copy() for name in ("shape", "foot", "radius", "height", "present")
        }
        for place, foot in enumerate((first, second)):
            for name, value in (
                ("shape", shape("cylinder")),
                ("foot", foot),
                ("radius", 0.4),
                ("height", 2.0),
                ("present", True),
            ):
                solids[name][0, place] = value
        hits = along(furnish(empty_room, "solids", **solids), (0, 1, 0))
        assert hits.depth[0] == pytest.approx([1.1])
        assert hits.material[0] == FIRST_SOLID + (first[1] > second[1])


def test_all_that_is_seen_faces_the_camera_and_lies_in_the_room():
    rooms = draw_rooms(np.random.Generator(np.random.PCG64(5)).random((40, NUMBERS)), 16, 40)
    rays = rooms.camera.rays(24)
    hits = cast(rooms, rays)
    assert np.sqrt((hits.normal**2).sum(axis=0)) == pytest.approx(np.ones((40, 576)), abs=1e-5)
    assert ((hits.normal * rays).sum(axis=0) < 1e-4).all()
    points = rooms.camera.position.T[..., None] + hits.depth * rays
    sides = rooms.traits.sides.T[..., None]
    assert (abs(points[:2]) <= sides[:2] / 2 + 1e-4).all()
    assert (points[2] >= -1e-4).all()
    assert (points[2] <= sides[2] + 1e-4).all()
    assert set(np.unique(hits.material)) <= set(range(FIRST_SOLID + PLACES + 1))
