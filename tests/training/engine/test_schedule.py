import pytest

from ktnas.training.engine.schedule import drop_path, learning_rate
from ktnas.training.recipe import Recipe


def rates(recipe, steps):
    return [learning_rate(recipe, step, steps) for step in range(steps)]


def test_a_cosine_by_hand():
    assert rates(Recipe(learning_rate=0.2), 4) == pytest.approx([0.2, 0.1 * (1 + 0.5**0.5), 0.1, 0.1 * (1 - 0.5**0.5)])


def test_a_warm_up_rises_to_the_full_rate_and_the_cosine_starts_there():
    assert rates(Recipe(learning_rate=0.4, warmup=0.5), 4) == pytest.approx([0.2, 0.4, 0.4, 0.2])


def test_a_single_step_has_the_full_rate():
    assert rates(Recipe(learning_rate=0.1, warmup=0.9), 1) == pytest.approx([0.1])


def test_drop_path_rises_from_nothing_to_the_recipes():
    recipe = Recipe(epochs=3, drop_path=0.2)
    assert [drop_path(recipe, epoch) for epoch in (1, 2, 3)] == pytest.approx([0, 0.1, 0.2])


def test_drop_path_of_a_single_epoch_is_nothing():
    assert drop_path(Recipe(epochs=1, drop_path=0.2), 1) == 0
