from dataclasses import replace

import numpy as np

from ktnas.algorithms.emt_nas import Shuffled, emt_nas
from ktnas.algorithms.mfea import FixedMating


def parents_tasks(trajectory):
    """Of every bred trial: its task, and for each parent the tasks whose population holds it."""
    for state, told in zip(trajectory.states, trajectory.told, strict=False):
        holders = {task: {member.genotype for member in population} for task, population in state.populations.items()}
        for trial in told:
            if trial.proposal.parents:
                yield trial.task, [{t for t, held in holders.items() if p in held} for p in trial.proposal.parents]


def crossings(trajectory):
    """Children whose parents cannot be of one task."""
    return [task for task, parents in parents_tasks(trajectory) if not set.intersection(*parents)]


def test_has_the_settings_of_its_source():
    search = emt_nas()
    assert (search.population, search.mutation_rate, search.mating) == (10, 0.02, FixedMating(0.3))


def test_without_mating_no_child_has_parents_of_two_tasks(run_course):
    trajectory = run_course(replace(emt_nas(), mating=FixedMating(0)), budget=300)
    assert len(list(parents_tasks(trajectory))) > 100
    assert not crossings(trajectory)
    assert crossings(run_course(emt_nas(), budget=300))


def test_a_child_of_one_task_can_go_to_another_even_then(run_course):
    trajectory = run_course(replace(emt_nas(), mating=FixedMating(0)), budget=300)
    assert any(task not in parents[0] for task, parents in parents_tasks(trajectory))


def test_children_go_to_their_parents_tasks_in_random_order():
    rng = np.random.default_rng(0)
    for mated in (True, False):
        drawn = [Shuffled().tasks(("a", "b"), mated, rng) for _ in range(200)]
        assert set(drawn) == {("a", "b"), ("b", "a")}
        assert 60 < drawn.count(("a", "b")) < 140


def test_an_architecture_moves_from_sources_to_targets_only(run_course):
    trajectory = run_course(emt_nas(), budget=200, sources=("first",))
    assert all("first" in parents[0] for task, parents in parents_tasks(trajectory) if task == "first")
    assert any("second" not in parents[0] for task, parents in parents_tasks(trajectory) if task == "second")
