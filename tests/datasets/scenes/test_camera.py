import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktnas.datasets.scenes.camera import HIGH, LAYOUT, LOW, Camera, layout


def camera(yaw=0.0, pitch=0.0, roll=0.0, tangent=1.0, position=(0.0, 0.0, 1.5)):
    angles = (np.radians([angle]) for angle in (yaw, pitch, roll))
    return Camera(np.array([position]), *angles, np.array([tangent]))


def test_straight_ahead_is_the_far_wall():
    right, up, back = camera().axes()[0]
    assert right.tolist() == [1, 0, 0]
    assert up.tolist() == [0, 0, 1]
    assert back.tolist() == [0, -1, 0]


@pytest.mark.parametrize(
    ("angles", "axis", "expected"),
    [
        ({"yaw": 90}, 2, [-1, 0, 0]),  # looks along x: backward is -x
        ({"pitch": 90}, 2, [0, 0, -1]),
        ({"pitch": 90}, 1, [0, -1, 0]),
        ({"roll": 90}, 0, [0, 0, -1]),  # clockwise: the right side is down
        ({"roll": 90}, 1, [1, 0, 0]),
    ],
)
def test_each_angle_turns_its_way(angles, axis, expected):
    assert camera(**angles).axes()[0, axis] == pytest.approx(expected, abs=1e-12)


@given(st.floats(-180, 180), st.floats(-89, 89), st.floats(-180, 180))
def test_axes_are_a_rotation(yaw, pitch, roll):
    axes = camera(yaw, pitch, roll).axes()[0]
    assert axes @ axes.T == pytest.approx(np.eye(3), abs=1e-12)
    assert np.cross(axes[0], axes[1]) == pytest.approx(axes[2], abs=1e-12)


def test_rays_go_through_the_centres_of_pixels_from_the_upper_left():
    rays = camera(tangent=0.5).rays(2)
    assert rays.dtype == np.float32
    expected = [[-0.25, 1, 0.25], [0.25, 1, 0.25], [-0.25, 1, -0.25], [0.25, 1, -0.25]]
    assert pytest.approx(np.array(expected)) == rays[:, 0].T


def test_rays_go_one_metre_forward_however_the_camera_is_turned():
    turned = camera(30, -20, 3, 0.8)
    forward = -turned.axes()[0, 2]
    assert forward @ turned.rays(5)[:, 0] == pytest.approx(np.ones(25), abs=1e-6)


def test_layout_maps_ranges_to_minus_one_to_one():
    assert len(LAYOUT) == len(LOW) == len(HIGH) == 9
    for numbers, expected in ((LOW, -1), (HIGH, 1), ((LOW + HIGH) / 2, 0)):
        found = layout(camera(*numbers[:3], position=numbers[3:6]), numbers[None, 6:])
        assert found.dtype == np.float32
        assert found == pytest.approx(np.full((1, 9), expected), abs=1e-6)
