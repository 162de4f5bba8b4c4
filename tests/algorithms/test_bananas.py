import numpy as np
import pytest

from ktnas.algorithms.bananas import bananas
from ktnas.algorithms.random_search import RandomSearch
from ktnas.problem.budget import Budget
from ktnas.problem.task import Problem
from ktnas.runner.loop import run
from ktnas.spaces.operators import hamming


def test_rounds_of_ten_mutants_of_the_best(run_course):
    trajectory = run_course(bananas(), budget=40)
    assert {len(asked) for asked in trajectory.asked} == {20}
    for state, asked in zip(trajectory.states[1:], trajectory.asked[1:], strict=False):
        for proposal in asked:
            (parent,) = proposal.parents
            assert parent in {member.genotype for member in state.populations[proposal.task]}
            assert hamming(parent, proposal.genotype) == 1


def test_tasks_are_searched_apart(run_course):
    trajectory = run_course(bananas(), budget=40)
    assert all(trial.proposal.source_task is None for trial in trajectory.trials)


@pytest.mark.slow
@pytest.mark.table("nasbench201")
def test_the_surrogate_finds_better_cells_than_chance(nasbench201):
    benchmark = nasbench201.restricted(("cifar100",))
    problem = Problem(benchmark.space, benchmark.tasks)

    def regret(search):
        results = [run(problem, search, benchmark.evaluate, budget=Budget(60), seed=seed) for seed in range(2)]
        return np.mean([benchmark.best_fitness("cifar100") - r.tasks["cifar100"].best.fitness for r in results])

    assert regret(bananas()) < regret(RandomSearch()) / 2
