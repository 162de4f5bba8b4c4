"""The settings of the table of rendered scenes, and those tried before."""

from experiments.machinery.scenes_training import digest
from experiments.training.scenes_settings import RECIPE, SCREENINGS
from ktnas.datasets.scenes import TASKS


def test_the_recipe_is_that_of_the_lines_measured_so_far():
    assert tuple(RECIPE) == TASKS
    assert digest(RECIPE) == "c0bbb12a242b"  # another one, and the table must be measured anew


def test_no_setting_is_tried_twice_on_a_task():
    tried = [(screening.setting.name, task) for screening in SCREENINGS for task in screening.tasks]
    assert len(set(tried)) == len(tried)
