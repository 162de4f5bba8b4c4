import numpy as np
import pytest

from ktnas.algorithms.random_search import RandomSearch
from ktnas.errors import ConfigurationError
from ktnas.spaces.base import genotypes


def test_never_repeats_and_covers_the_space(run_course, space):
    trajectory = run_course(RandomSearch(batch=50), budget=1024)
    for task in ("first", "second"):
        drawn = [t.genotype for t in trajectory.trials if t.task == task]
        assert len(drawn) == 1024
        assert set(drawn) == set(genotypes(space))
        assert not trajectory.result.tasks[task].exhausted


def test_tasks_and_seeds_draw_differently(run_course):
    trajectories = [run_course(RandomSearch(), budget=20, seed=seed) for seed in (0, 1)]
    drawn = [
        tuple(t.genotype for t in c.trials if t.task == task) for c in trajectories for task in ("first", "second")
    ]
    assert len(set(drawn)) == 4


def test_fitness_makes_no_difference(run_course, answer):
    plain = run_course(RandomSearch(), answer=answer)
    other = run_course(RandomSearch(), answer=lambda task, genotype: answer(task, genotype[::-1]))
    assert plain.asked == other.asked


def test_draws_are_uniform(run_course):
    trajectory = run_course(RandomSearch(batch=100), ("first",), budget=400, seed=3)
    counts = np.stack(
        [np.bincount(column, minlength=4) for column in zip(*(t.genotype for t in trajectory.trials), strict=True)]
    )
    assert counts.min() > 70  # 100 expected of each value at each position
    assert counts.max() < 130


def test_batches(run_course):
    trajectory = run_course(RandomSearch(batch=8), ("first",), budget=20)
    assert [len(asked) for asked in trajectory.asked] == [8, 8, 4]
    assert [told[0].generation for told in trajectory.told] == [0, 1, 2]


def test_refuses_empty_batches():
    with pytest.raises(ConfigurationError, match="batch of at least 1; got 0"):
        RandomSearch(batch=0)
