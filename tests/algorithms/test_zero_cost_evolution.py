from dataclasses import dataclass

import numpy as np
import pytest

from ktnas.algorithms.zero_cost_evolution import ZeroCostEvolution
from ktnas.errors import ConfigurationError
from ktnas.problem.proxy import Parameters
from ktnas.problem.task import Problem, Task
from ktnas.spaces.operators import hamming, neighbours
from ktnas.testing import check_search


@dataclass(frozen=True)
class Total:
    name = "total"

    def scores(self, space, task, genotypes):
        return np.array([float(sum((i + 1) * g for i, g in enumerate(genotype))) for genotype in genotypes])


PROXY = Total()
SEARCH = ZeroCostEvolution(PROXY, warmup=1024, population=5, tournament_size=3)


def test_starts_with_the_best_of_the_warmup(run_course, space):
    trajectory = run_course(SEARCH, budget=5)
    first = [t.genotype for t in trajectory.trials if t.task == "first"]
    scores = PROXY.scores(space, "first", first).tolist()
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] >= 42  # a warm-up of 1,024 is the whole space: at most 3 below the highest, 45


def test_a_smaller_warmup_is_random(run_course):
    small = ZeroCostEvolution(PROXY, warmup=20, population=5)
    starts = {tuple(t.genotype for t in run_course(small, budget=5, seed=seed).trials[:5]) for seed in range(3)}
    assert len(starts) == 3


def test_moves_to_the_most_promising_unvisited_neighbour(run_course, space):
    trajectory = run_course(SEARCH, budget=40)
    moves = 0
    for state, asked in zip(trajectory.states, trajectory.asked, strict=False):
        for proposal in asked if state.generation else ():
            (parent,) = proposal.parents
            living = [t.genotype for t in state.living[proposal.task]]
            unvisited = [g for g in neighbours(space, parent) if state.history.find(proposal.task, g) is None]
            assert parent in living
            assert hamming(parent, proposal.genotype) == 1
            top = PROXY.scores(space, proposal.task, unvisited).max()
            assert PROXY.scores(space, proposal.task, [proposal.genotype])[0] == top
            moves += 1
    assert moves == 70


def test_population_ages(run_course):
    trajectory = run_course(SEARCH, ("first",), budget=30)
    assert trajectory.states[-1].living["first"] == tuple(trajectory.trials[-5:])


@pytest.mark.parametrize("budget", [3, 17, 200])
def test_keeps_its_promises(space, answer, budget):
    check_search(SEARCH, Problem(space, (Task("first"), Task("third"))), answer, budget=budget)


def test_uses_up_the_space(space, answer, run_course):
    trajectory = run_course(SEARCH, ("first",), budget=1024)
    assert len({t.genotype for t in trajectory.trials}) == 1024


def test_parameters_are_the_default():
    assert ZeroCostEvolution() == ZeroCostEvolution(Parameters(), 3000, 10, 5)


@pytest.mark.parametrize("settings", [{"population": 0}, {"tournament_size": 0}, {"warmup": 9}])
def test_refuses(settings):
    with pytest.raises(ConfigurationError, match="must be at least 1, the warm-up at least the population"):
        ZeroCostEvolution(**settings)
