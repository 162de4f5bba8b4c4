import itertools

import pytest

from ktnas.algorithms.best_first import BestFirst
from ktnas.algorithms.local_search import LocalSearch
from ktnas.algorithms.regularized_evolution import RegularizedEvolution
from ktnas.algorithms.sequential import Sequential, chained
from ktnas.errors import ConfigurationError, UnknownNameError
from ktnas.problem.budget import Budget
from ktnas.problem.task import Problem, Task
from ktnas.problem.trial import Evaluation
from ktnas.runner.ledger import STALLED_AFTER
from ktnas.runner.loop import run

THREE = ("first", "second", "third")


def top(trajectory, task, count):
    fitness = {trial.genotype: trial.fitness for trial in trajectory.trials if trial.task == task}
    return sorted(fitness, key=fitness.get, reverse=True)[:count]


@pytest.mark.parametrize("inner", [BestFirst(), LocalSearch(), RegularizedEvolution(population=6)])
def test_begins_each_task_with_the_best_of_the_one_before(run_course, inner):
    trajectory = run_course(Sequential(inner, 3), THREE, budget=30)
    tasks = [trial.task for trial in trajectory.trials if not trial.repeat]
    assert tasks == [task for task in THREE for _ in range(30)]
    for before, task in itertools.pairwise(THREE):
        first = [trial for trial in trajectory.trials if trial.task == task][:3]
        assert [trial.genotype for trial in first] == top(trajectory, before, 3)
        assert [trial.proposal.source_task for trial in first] == [before] * 3
    later = [t for t in trajectory.trials if t.proposal.source_task is not None]
    assert len(later) == 6


def test_the_first_task_is_searched_as_without_the_others(run_course):
    alone, chain = run_course(BestFirst(), ("first",)), run_course(chained())
    assert [t.proposal for t in chain.trials if t.task == "first"] == [t.proposal for t in alone.trials]


def test_without_beginnings_every_task_is_searched_as_if_alone(run_course):
    chain = run_course(Sequential(BestFirst(), 0))
    assert all(trial.proposal.source_task is None for trial in chain.trials)
    (first,) = {asked[0].parents for asked in chain.asked if asked[0].task == "second"} & {()}
    assert first == ()


def test_order(run_course):
    def searched(trajectory):
        return list(dict.fromkeys(trial.task for trial in trajectory.trials))

    assert searched(run_course(Sequential(BestFirst(), order=("third", "first", "second")), THREE)) == [
        "third",
        "first",
        "second",
    ]
    assert searched(run_course(chained(), THREE, sources=("second",))) == ["second", "first", "third"]


def test_beginnings_come_from_donors_only(run_course):
    trajectory = run_course(chained(), THREE, sources=("first", "third"))
    moved = {(t.proposal.source_task, t.task) for t in trajectory.trials if t.proposal.source_task is not None}
    assert moved == {("third", "second")}


def test_a_task_that_waits_long_for_its_turn_is_not_given_up(run_course):
    trajectory = run_course(chained(), budget=STALLED_AFTER + 100)
    assert all(task.evaluations == STALLED_AFTER + 100 for task in trajectory.result.tasks.values())


def test_an_equal_task_is_solved_at_once(run_course, answer):
    trajectory = run_course(
        chained(),
        budget=200,
        answer=lambda task, genotype: answer("first", genotype),
        stop_at={"first": 363.0, "second": 363.0},
    )
    assert trajectory.result.tasks["first"].stop_reached_at > 10
    assert trajectory.result.tasks["second"].stop_reached_at == 1


def test_where_everything_failed_the_next_task_begins_at_random(run_course):
    def answer(task, genotype):
        return Evaluation.failed("no") if task == "first" else Evaluation(1.0)

    trajectory = run_course(chained(), budget=20, answer=answer)
    assert trajectory.result.tasks["second"].evaluations == 20
    assert all(trial.proposal.source_task is None for trial in trajectory.trials)


def test_refuses_an_order_that_is_none(space):
    problem = Problem(space, (Task("first"), Task("second")))

    def search(order):
        run(problem, Sequential(BestFirst(), order=order), lambda t, g: Evaluation(0.0), budget=Budget(3), seed=0)

    with pytest.raises(UnknownNameError, match="unknown task 'frist'"):
        search(("frist", "second"))
    with pytest.raises(ConfigurationError, match="must name each of first, second once"):
        search(("first",))
    with pytest.raises(ConfigurationError, match="0 or more beginnings; got -1"):
        Sequential(BestFirst(), -1)
