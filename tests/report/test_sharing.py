"""What sharing gave a task, against the same search of it alone."""

import pytest

from ktnas.report.comparison import Measure
from ktnas.report.sharing import sharing


def summary(seed, rank, *, reached=None, tasks=("source", "target"), fitness=0.5):
    best = None if fitness is None else {"rank": rank, "fitness": fitness}
    task = {"best": best, "optimum_reached_at": reached, "evaluations": 50}
    return {"seed": seed, "budget": 50, "tasks": dict.fromkeys(tasks, task)}


def test_ranks_are_compared_seed_by_seed():
    together = [summary(seed, 1) for seed in range(20)]
    alone = [summary(seed, 4, tasks=("target",)) for seed in reversed(range(20))]
    found = sharing("target", together, alone)
    assert (found.measure, found.seeds, found.better, found.equal) == (Measure.RANK, 20, 20, 0)
    assert (found.together, found.alone) == (1.0, 4.0)
    assert found.verdict == "better"
    assert found.others == ("source",)
    assert "number 1.0 (geometric mean), alone number 4.0" in str(found)
    assert sharing("target", alone, together).verdict == "worse"


def test_a_tie_is_not_significant():
    runs = [summary(seed, 3) for seed in range(20)]
    found = sharing("target", runs, runs)
    assert (found.equal, found.p, found.verdict) == (20, 1.0, "not significant")


def test_few_seeds_get_no_verdict():
    together, alone = ([summary(seed, rank) for seed in range(19)] for rank in (1, 9))
    found = sharing("target", together, alone)
    assert found.verdict == "too few seeds"
    assert "too few seeds to tell" in str(found)


def test_where_tasks_stop_at_the_best_evaluations_count():
    together = [summary(seed, 1, reached=10) for seed in range(20)]
    alone = [summary(seed, 2, reached=None) for seed in range(20)]
    found = sharing("target", together, alone, until_best=True)
    assert (found.measure, found.together, found.alone) == (Measure.EVALUATIONS, pytest.approx(10), pytest.approx(50))


def test_without_ranks_fitness_counts():
    together, alone = ([summary(seed, None, fitness=value) for seed in range(20)] for value in (0.7, 0.6))
    found = sharing("target", together, alone)
    assert (found.measure, found.verdict) == (Measure.FITNESS, "better")
    assert "the best fitness found is 0.7" in str(found)


def test_runs_that_found_nothing_are_left_out():
    together = [summary(0, 1), summary(1, None, fitness=None)]
    assert sharing("target", together, [summary(0, 1), summary(1, 1)]).seeds == 1
    assert sharing("target", together[1:], [summary(1, 1)]) is None
