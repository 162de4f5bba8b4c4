import numpy as np

from ktnas.datasets.scenes.draws import Draws
from ktnas.datasets.scenes.kinds import KEPT, MOST_KINDS, PROPORTIONS, WALL_PATTERNS, draw_traits


def traits(n, kinds):
    return draw_traits(Draws(np.random.Generator(np.random.PCG64(3)).random((n, 40))), kinds)


def test_no_two_kinds_have_all_habits_in_common():
    habits = {(k % 4, k // 4 % 4, k % 5, k % 7, k % 8) for k in range(MOST_KINDS)}
    assert len(habits) == MOST_KINDS == 47


def test_kinds_are_equally_frequent():
    counts = np.bincount(traits(4000, 16).kind, minlength=16)
    assert len(counts) == 16
    assert 200 < counts.min() <= counts.max() < 300


def test_a_room_keeps_a_habit_with_the_stated_probability():
    found = traits(6000, MOST_KINDS)
    for seen, habit, count in (
        (found.palette, found.kind // 4 % 4, 4),
        (found.wall, WALL_PATTERNS[found.kind % 5], 5),
        (found.floor, found.kind % 7, 7),
        (found.favourite, found.kind % 8, 8),
    ):
        assert abs((seen == habit).mean() - (KEPT + (1 - KEPT) / count)) < 0.025


def test_sides_lie_within_the_proportions():
    sides = traits(1000, 16).sides
    assert (sides >= PROPORTIONS[..., 0].min(axis=0)).all()
    assert (sides <= PROPORTIONS[..., 1].max(axis=0)).all()
