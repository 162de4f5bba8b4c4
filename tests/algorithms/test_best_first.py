import numpy as np
import pytest

from ktnas.algorithms.best_first import BestFirst
from ktnas.algorithms.local_search import BestImprovement
from ktnas.errors import ConfigurationError
from ktnas.problem.budget import Budget
from ktnas.problem.task import Problem, Task
from ktnas.problem.trial import Evaluation
from ktnas.rng import Streams
from ktnas.runner.loop import run
from ktnas.spaces.base import ListedSpace
from ktnas.spaces.categorical import Categorical
from ktnas.spaces.operators import neighbours

SEARCHES = [BestFirst(initial=3), BestFirst(BestImprovement(), initial=3)]


@pytest.mark.slow
@pytest.mark.parametrize("search", SEARCHES)
def test_always_expands_the_best_that_has_unvisited_neighbours(run_course, space, search):
    trajectory = run_course(search, ("first",), budget=500)
    known = {}
    for asked, told in zip(trajectory.asked, trajectory.told, strict=True):
        if asked[0].parents:
            open_ = [g for g in known if any(n not in known for n in neighbours(space, g))]
            assert {p.parents for p in asked} == {(max(open_, key=known.get),)}
        known.update((trial.genotype, trial.fitness) for trial in told)
    assert not any(trial.repeat for trial in trajectory.trials)


def test_looks_again_after_one_neighbour_or_after_all(run_course, space):
    one, all_ = (run_course(search, ("first",), budget=100) for search in SEARCHES)
    assert {len(asked) for asked in one.asked[1:]} == {1}
    best = all_.asked[1][0].parents[0]
    assert {p.genotype for p in all_.asked[1]} == set(neighbours(space, best)) - {p.genotype for p in all_.asked[0]}


def test_passes_a_local_optimum_by(run_course):
    def answer(task, genotype):
        return Evaluation(100.0 if genotype == (3,) * 5 else -float(sum(genotype)))

    trajectory = run_course(BestFirst(), ("first",), budget=1024, answer=answer, stop_at={"first": 100.0})
    assert trajectory.result.tasks["first"].stop_reached_at is not None
    assert all(asked[0].parents for asked in trajectory.asked[1:])  # without a restart


def test_failed_architectures_are_expanded_last(run_course):
    def answer(task, genotype):
        return Evaluation.failed("no") if genotype[0] < 2 else Evaluation(float(sum(genotype)))

    trajectory = run_course(BestFirst(initial=20), ("first",), budget=520, answer=answer)
    failed = {trial.genotype for trial in trajectory.trials if trial.fitness is None}
    expanded = [asked[0].parents[0] in failed for asked in trajectory.asked[1:]]
    assert expanded == sorted(expanded)


def test_restarts_where_nothing_is_connected():
    islands = Categorical((2,) * 4)
    twins = [(0, 0, 0, 0), (0, 0, 0, 1), (1, 1, 1, 0), (1, 1, 1, 1)]
    problem = Problem(ListedSpace(islands, tuple(twins)), (Task("first"),))
    result = run(problem, BestFirst(), lambda task, g: Evaluation(float(sum(g))), budget=Budget(4), seed=0)
    assert {trial.genotype for trial in result.history} == set(twins)


def test_begins_with_given_architectures(space):
    problem, beginnings = Problem(space, (Task("first"),)), ((1, 1, 1, 1, 1), (2, 0, 0, 0, 0))
    search = BestFirst()
    asked = search.ask(search.started_from(problem, beginnings), {"first": 100}, Streams(0))
    assert [p.genotype for p in asked] == list(beginnings)


def test_refuses_to_begin_with_nothing():
    with pytest.raises(ConfigurationError, match="at least 1 architecture to begin with; got 0"):
        BestFirst(initial=0)


@pytest.mark.slow
@pytest.mark.table("nasbench201")
def test_needs_the_published_number_of_evaluations(nasbench201):
    # method section 6: 67 and 212 evaluations until the best cell
    benchmark = nasbench201.restricted(("cifar100", "imagenet16"))
    problem = Problem(benchmark.space, benchmark.tasks)
    budget = Budget(2000, {task.name: benchmark.best_fitness(task.name) for task in benchmark.tasks})
    results = [run(problem, BestFirst(), benchmark.evaluate, budget=budget, seed=s).tasks for s in range(30)]
    for task, published in (("cifar100", 67), ("imagenet16", 212)):
        counts = [result[task].stop_reached_at for result in results]
        assert abs(np.mean(counts) - published) < 4 * np.std(counts) / np.sqrt(len(counts))
