"""A room that tests furnish by hand: 4 m wide, 6 m long, 3 m high, empty, with the camera in its middle."""

from dataclasses import replace

import numpy as np
import pytest

from ktnas.datasets.scenes.camera import Camera
from ktnas.datasets.scenes.rooms import NUMBERS, draw_rooms


@pytest.fixture
def empty_room():
    drawn = draw_rooms(np.full((1, NUMBERS), 0.5), 16, 16)
    zero = np.zeros(1)
    return replace(
        drawn,
        traits=replace(drawn.traits, sides=np.array([[4.0, 6.0, 3.0]])),
        camera=Camera(np.array([[0.0, 0.0, 1.5]]), zero, zero, zero, np.ones(1)),
        solids=replace(drawn.solids, present=np.zeros_like(drawn.solids.present)),
        panels=replace(drawn.panels, surface=np.full_like(drawn.panels.surface, -1)),
    )


@pytest.fixture
def furnish():
    """Changes a part of the rooms: ``furnish(rooms, "solids", present=...)``."""
    return lambda rooms, part, **changes: replace(rooms, **{part: replace(getattr(rooms, part), **changes)})
