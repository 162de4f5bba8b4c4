import numpy as np
import pytest

from ktnas.datasets.scenes.camera import HIGH, LOW
from ktnas.datasets.scenes.materials import FLOOR, FRONT, SOLID_PATTERNS
from ktnas.datasets.scenes.rooms import MOST_OBJECTS, NUMBERS, draw_rooms
from ktnas.datasets.scenes.solids import SHAPES


def drawn(n, objects=16, seed=0):
    return draw_rooms(np.random.Generator(np.random.PCG64(seed)).random((n, NUMBERS)), 16, objects)


def test_what_room_layout_asks_for_stays_within_its_ranges():
    rooms = drawn(2000)
    camera = rooms.camera
    angles = np.degrees(np.stack([camera.yaw, camera.pitch, camera.roll], axis=1))
    numbers = np.concatenate([angles, camera.position, rooms.traits.sides], axis=1)
    assert (numbers >= LOW - 1e-9).all()
    assert (numbers <= HIGH + 1e-9).all()


def test_solids_stand_inside_apart_and_away_from_the_camera():
    rooms = drawn(500)
    solids = rooms.solids
    reach = solids.radius * np.maximum(1, np.array([shape.top for shape in SHAPES])[solids.shape])
    there = solids.present
    assert there.any(axis=1).mean() > 0.9
    assert ((abs(solids.foot) + reach[..., None] <= rooms.traits.sides[:, None, :2] / 2 + 1e-9).all(axis=2))[
        there
    ].all()
    assert (solids.height < rooms.traits.sides[:, 2:])[there].all()
    away = np.linalg.norm(solids.foot - rooms.camera.position[:, None, :2], axis=2)
    assert (away > np.sqrt(2) * reach)[there].all()
    for i, k in ((0, 1), (1, 2), (0, 3), (2, 5)):
        both = there[:, i] & there[:, k]
        apart = np.linalg.norm(solids.foot[:, i] - solids.foot[:, k], axis=1)
        assert (apart > reach[:, i] + reach[:, k])[both].all()


@pytest.mark.parametrize("objects", [2, 8, 11, 24, MOST_OBJECTS])
def test_only_the_asked_kinds_of_solids_are_drawn_and_all_of_them(objects):
    solids = drawn(600, objects).solids
    assert set((solids.shape + len(SHAPES) * solids.pattern).ravel().tolist()) == set(range(objects))


def test_a_room_favours_a_solid():
    rooms = drawn(1000)
    favoured = (rooms.solids.shape == rooms.traits.favourite[:, None]).mean()
    assert favoured == pytest.approx(0.35 + 0.65 / 8, abs=0.02)


def test_materials_follow_traits_and_solids():
    rooms = drawn(50)
    materials = rooms.materials
    assert (materials.pattern[:, FLOOR] == rooms.traits.floor).all()
    assert (materials.pattern[:, FRONT] == rooms.traits.wall).all()
    assert (materials.pattern[:, 12:18] == SOLID_PATTERNS[rooms.solids.pattern]).all()
    assert (materials.label[:, 12:18] == 9 + rooms.solids.shape).all()
    assert materials.label[0, :12].tolist() == [0, 0, 0, 0, 1, 2, 3, 3, 4, 5, 6, 7]
    assert (materials.label[:, 18] == 8).all()
    assert (materials.colour >= 0).all()
    assert (materials.colour <= 1).all()


def test_the_walls_of_a_room_are_alike():
    colour = drawn(20).materials.colour
    assert (colour[:, :4] == colour[:, :1]).all()


def test_a_scene_does_not_depend_on_the_others():
    numbers = np.random.Generator(np.random.PCG64(0)).random((9, NUMBERS))
    alone, together = draw_rooms(numbers[4:5], 16, 16), draw_rooms(numbers, 16, 16)
    assert (alone.solids.foot[0] == together.solids.foot[4]).all()
    assert (alone.materials.colour[0] == together.materials.colour[4]).all()
    assert (alone.camera.axes()[0] == together.camera.axes()[4]).all()
