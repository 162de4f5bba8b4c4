from itertools import pairwise

import pytest

from ktnas.algorithms.regularized_evolution import RegularizedEvolution
from ktnas.errors import ConfigurationError
from ktnas.problem.trial import Evaluation
from ktnas.spaces.operators import hamming


@pytest.mark.parametrize("size", [1, 4, 9])
def test_the_oldest_dies_however_good_it_is(run_course, size):
    trajectory = run_course(RegularizedEvolution(population=size), ("first",), budget=60)
    born = []
    for told, state in zip(trajectory.told, trajectory.states[1:], strict=True):
        born.extend(told)
        assert list(state.living["first"]) == born[-size:]


def test_the_best_is_lost_where_it_is_old(run_course):
    trajectory = run_course(RegularizedEvolution(population=3, tournament_size=1), ("first",), budget=60)
    best = [max(t.fitness for t in state.living["first"]) for state in trajectory.states[1:]]
    assert any(later < earlier for earlier, later in pairwise(best))


def test_a_child_is_one_mutation_from_a_living_parent(run_course):
    trajectory = run_course(RegularizedEvolution(population=5), budget=40)
    assert all(p.parents == () for p in trajectory.asked[0])
    for state, asked in zip(trajectory.states[1:], trajectory.asked[1:], strict=False):
        for proposal in asked:
            (parent,) = proposal.parents
            assert parent in {t.genotype for t in state.living[proposal.task]}
            assert hamming(parent, proposal.genotype) == 1


def test_a_tournament_of_everybody_breeds_from_the_best(run_course):
    trajectory = run_course(RegularizedEvolution(population=5, tournament_size=200), ("first",), budget=40)
    for state, asked in zip(trajectory.states[1:], trajectory.asked[1:], strict=False):
        best = max(state.living["first"], key=lambda t: t.fitness)
        assert asked[0].parents == (best.genotype,)


def test_a_tournament_of_one_breeds_from_anybody(run_course):
    trajectory = run_course(RegularizedEvolution(population=5, tournament_size=1), ("first",), budget=300, seed=1)
    places = []
    for state, asked in zip(trajectory.states[1:], trajectory.asked[1:], strict=False):
        order = sorted({t.genotype for t in state.living["first"]}, key=lambda g: -sum(g))
        places.append(order.index(asked[0].parents[0]))
    assert set(places) == {0, 1, 2, 3, 4}


def test_a_repeat_is_born_again_with_its_known_fitness(run_course):
    trajectory = run_course(RegularizedEvolution(population=3, tournament_size=9), ("first",), budget=200)
    repeats = [t for t in trajectory.trials if t.repeat]
    assert repeats
    known = {t.genotype: t.evaluation for t in trajectory.trials if not t.repeat}
    assert all(t.evaluation == known[t.genotype] for t in repeats)
    assert trajectory.result.tasks["first"].evaluations == 200


def test_failures_live_and_lose(run_course, answer):
    def often_failing(task, genotype):
        return Evaluation.failed("diverged") if genotype[-1] else answer(task, genotype)

    trajectory = run_course(
        RegularizedEvolution(population=6, tournament_size=50), ("first",), budget=50, answer=often_failing
    )
    failed = {t.genotype for t in trajectory.trials if t.fitness is None}
    assert failed
    for state, asked in zip(trajectory.states[1:], trajectory.asked[1:], strict=False):
        if any(t.fitness is not None for t in state.living["first"]):
            assert asked[0].parents[0] not in failed


def test_all_failing_goes_on(run_course):
    trajectory = run_course(RegularizedEvolution(), budget=30, answer=lambda task, genotype: Evaluation.failed("no"))
    assert trajectory.result.tasks["first"].failed == 30


def test_tasks_do_not_touch_each_other(run_course):
    together = run_course(RegularizedEvolution(), ("first", "third"), budget=50)
    alone = run_course(RegularizedEvolution(), ("third",), budget=50)
    assert [t for t in together.trials if t.task == "third"][:40] == alone.trials[:40]


def test_budget_within_the_first_population(run_course):
    assert run_course(RegularizedEvolution(population=10), budget=4).result.tasks["first"].evaluations == 4


@pytest.mark.parametrize("settings", [{"population": 0}, {"tournament_size": 0}])
def test_refuses(settings):
    with pytest.raises(ConfigurationError, match="at least 1"):
        RegularizedEvolution(**settings)
