from dataclasses import dataclass

import numpy as np
import pytest

from ktnas.algorithms.enumeration import Enumeration
from ktnas.benchmarks.complexity_proxy import tabulated
from ktnas.errors import ConfigurationError
from ktnas.problem.budget import Budget
from ktnas.problem.task import Problem, Task
from ktnas.runner.loop import run
from ktnas.spaces.base import genotypes
from ktnas.spaces.darts import DARTS


@dataclass(frozen=True)
class Weighed:
    """Rates an architecture by its first position, on the second task the other way round."""

    name: str = "weighed"

    def scores(self, space, task, genotypes):
        sign = -1.0 if task == "second" else 1.0
        return np.array([sign * genotype[0] for genotype in genotypes])


def test_the_most_promising_first_and_equal_ones_in_the_order_of_the_space(run_course, space):
    trajectory = run_course(Enumeration(Weighed(), batch=7), budget=1024)
    listed = list(genotypes(space))
    for task, sign in (("first", -1), ("second", 1)):
        asked = [trial.genotype for trial in trajectory.trials if trial.task == task]
        assert asked == sorted(listed, key=lambda genotype: sign * genotype[0])


def test_neither_fitness_nor_seed_matters(run_course, answer):
    plain = run_course(Enumeration(Weighed()), seed=0)
    other = run_course(Enumeration(Weighed()), seed=1, answer=lambda task, genotype: answer(task, genotype[::-1]))
    assert plain.asked == other.asked


def test_needs_a_space_that_can_be_listed():
    with pytest.raises(ConfigurationError, match="cannot be enumerated"):
        Enumeration(Weighed()).start(Problem(DARTS(), (Task("first"),)))
    with pytest.raises(ConfigurationError, match="batch of at least 1; got 0"):
        Enumeration(batch=0)


@pytest.mark.table("nasbench201")
def test_parameters_lead_to_the_best_cells_early(nasbench201):
    # method section 6 gives 39 / 8 / 243: parameters after pruning, first place among equals (docs/baselines.md)
    problem = Problem(nasbench201.space, nasbench201.tasks)
    budget = Budget(15625, {task.name: nasbench201.best_fitness(task.name) for task in nasbench201.tasks})
    result = run(problem, Enumeration(tabulated(nasbench201)), nasbench201.evaluate, budget=budget, seed=0)
    found = [result.tasks[task].stop_reached_at for task in problem.names]
    for record, rank in zip(nasbench201.records, found, strict=True):
        size = record.complexity["params_M"]
        best = size[int(np.nanargmax(record.fitness))]
        assert (size > best).sum() < rank <= (size >= best).sum()
    assert max(found) < 500
