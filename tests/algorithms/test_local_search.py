import itertools

import numpy as np
import pytest

from ktnas.algorithms.local_search import BestImprovement, FirstImprovement, LocalSearch, best_improvement
from ktnas.errors import ConfigurationError
from ktnas.problem.budget import Budget
from ktnas.problem.task import Problem, Task
from ktnas.problem.trial import Evaluation
from ktnas.rng import Streams
from ktnas.runner.loop import run
from ktnas.spaces.operators import hamming, neighbours

IMPROVEMENTS = [FirstImprovement(), BestImprovement()]


def deceptive(task, genotype):
    """A ridge towards zeros that is a local optimum, and a better architecture far from it."""
    return Evaluation(100.0 if genotype == (3,) * 5 else -float(sum(genotype)))


def fitness(trajectory, task="first"):
    return {trial.genotype: trial.fitness for trial in trajectory.trials if trial.task == task}


@pytest.mark.parametrize("improvement", IMPROVEMENTS)
class TestWalk:
    def test_asks_for_unknown_neighbours_of_one_point_or_for_a_restart(self, run_course, space, improvement):
        trajectory = run_course(LocalSearch(improvement, initial=3), ("first",), budget=300, answer=deceptive)
        known = set()
        for asked in trajectory.asked:
            assert not known & {p.genotype for p in asked}
            known |= {p.genotype for p in asked}
            (parents,) = {p.parents for p in asked}
            for proposal in asked if parents else ():
                assert hamming(proposal.genotype, parents[0]) == 1

    def test_only_moves_to_what_is_better(self, run_course, improvement):
        trajectory = run_course(LocalSearch(improvement), ("first",), budget=300)
        known = fitness(trajectory)
        points = [asked[0].parents for asked in trajectory.asked]
        moves = [(a[0], b[0]) for a, b in itertools.pairwise(points) if a and b and a != b]
        assert moves
        assert all(known[after] > known[before] for before, after in moves)

    def test_restarts_only_where_no_neighbour_is_unknown(self, run_course, space, improvement):
        trajectory = run_course(LocalSearch(improvement), ("first",), budget=400, answer=deceptive)
        known, restarts = set(), 0
        for i, asked in enumerate(trajectory.asked):
            if not asked[0].parents and i:
                restarts += 1
                point = trajectory.states[i].points["first"]
                assert set(neighbours(space, point)) <= known
            known |= {p.genotype for p in asked}
        assert restarts > 0

    def test_restarts_leave_a_local_optimum(self, run_course, improvement):
        trajectory = run_course(
            LocalSearch(improvement), ("first",), budget=1024, answer=deceptive, stop_at={"first": 100.0}
        )
        assert trajectory.result.tasks["first"].stop_reached_at is not None

    def test_failed_architectures_are_left_and_never_entered(self, run_course, improvement):
        def answer(task, genotype):
            return Evaluation.failed("no") if genotype[0] == 0 else deceptive(task, genotype)

        trajectory = run_course(LocalSearch(improvement), ("first",), budget=200, answer=answer)
        known = fitness(trajectory)
        points = [asked[0].parents for asked in trajectory.asked]
        moves = [(a[0], b[0]) for a, b in itertools.pairwise(points) if a and b and a != b]
        assert all(known[after] is not None for _, after in moves)


def test_first_improvement_moves_at_the_first_better_neighbour(run_course):
    trajectory = run_course(LocalSearch(), ("first",), budget=200)
    known = fitness(trajectory)
    for i, asked in enumerate(trajectory.asked[:-1]):
        assert len(asked) == 1
        if asked[0].parents and known[asked[0].genotype] > known[asked[0].parents[0]]:
            assert trajectory.states[i + 1].points["first"] == asked[0].genotype


def test_best_improvement_moves_to_the_best_of_the_neighbourhood(run_course, space):
    trajectory = run_course(best_improvement(), ("first",), budget=200)
    known = fitness(trajectory)
    assert {p.genotype for p in trajectory.asked[1]} == set(neighbours(space, trajectory.asked[0][0].genotype))
    for i, asked in enumerate(trajectory.asked[:-1]):
        if asked[0].parents:
            best = max((asked[0].parents[0], *(p.genotype for p in asked)), key=known.get)
            assert trajectory.states[i + 1].points["first"] == best


def test_begins_from_the_best_of_the_first(run_course):
    trajectory = run_course(LocalSearch(initial=8), ("first",), budget=60)
    known = fitness(trajectory)
    assert len(trajectory.asked[0]) == 8
    assert trajectory.asked[1][0].parents == (max((p.genotype for p in trajectory.asked[0]), key=known.get),)


def test_begins_from_given_architectures(space):
    problem, beginnings = Problem(space, (Task("first"),)), ((1, 1, 1, 1, 1), (2, 0, 0, 0, 0))
    search = LocalSearch()
    asked = search.ask(search.started_from(problem, beginnings), {"first": 100}, Streams(0))
    assert [p.genotype for p in asked] == list(beginnings)


def test_refuses_to_start_from_nothing():
    with pytest.raises(ConfigurationError, match="at least 1 architecture to start from; got 0"):
        LocalSearch(initial=0)


@pytest.mark.table("nasbench201")
def test_first_improvement_needs_the_published_number_of_evaluations(nasbench201):
    # method section 6: 76 and 71 evaluations until the best cell, by a rerun of the source
    benchmark = nasbench201.restricted(("cifar10", "cifar100"))
    problem = Problem(benchmark.space, benchmark.tasks)
    budget = Budget(2000, {task.name: benchmark.best_fitness(task.name) for task in benchmark.tasks})
    results = [run(problem, LocalSearch(), benchmark.evaluate, budget=budget, seed=s).tasks for s in range(40)]
    for task, published in (("cifar10", 76), ("cifar100", 71)):
        counts = [result[task].stop_reached_at for result in results]
        assert abs(np.mean(counts) - published) < 4 * np.std(counts) / np.sqrt(len(counts))
