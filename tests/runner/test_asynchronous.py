"""An asynchronous search is a function of its seed and of the order of its calls, whatever the method."""

import numpy as np
import pytest

from ktnas.algorithms.random_search import RandomSearch
from ktnas.algorithms.regularized_evolution import RegularizedEvolution
from ktnas.algorithms.steady import Generational, steadily
from ktnas.errors import ConfigurationError
from ktnas.problem import Budget, Evaluation, Problem, Task
from ktnas.runner.asynchronous import Asynchronous, replay
from ktnas.runner.ledger import STALLED_AFTER
from ktnas.runner.loop import run
from ktnas.spaces.categorical import Categorical
from tests.conformance.test_searches import PROBLEMS, SEARCHES, Broken, evaluate

SLOW = {"forest, whole space", "ridge", "bananas", "weaknas", "rgpe", "separately", "proxies as features"}
QUICK = sorted(set(SEARCHES) - SLOW - {"screened by a proxy, then by a surrogate"})
TWO = PROBLEMS["two tasks"]


def drive(search, problem, *, budget=17, workers=3, order=0, seed=0, steps=None):
    """Ask and tell in an order by chance, as workers of different speed do; the search, and its two records."""
    asked, told, out = [], [], []
    machine = Asynchronous(problem, search, Budget(budget), seed, told=told.extend, asked=asked.append)
    rng = np.random.default_rng(order)
    while not machine.ended and (steps is None or len(told) < steps):
        while len(out) < workers and (one := machine.ask()) is not None:
            out.append(one)
        if not out:
            break
        one = out.pop(int(rng.integers(len(out))))
        machine.tell(one.number, evaluate(*one.question))
    return machine, asked, told


@pytest.mark.parametrize("workers", [1, 3, 30])
@pytest.mark.parametrize("search", QUICK)
def test_every_method_uses_its_budget_and_evaluates_nothing_twice(search, workers):
    machine, _, told = drive(SEARCHES[search], PROBLEMS["two sources"], workers=workers)
    assert machine.ended
    assert {p.evaluations for p in machine.results().values()} == {17}
    paid = [(t.task, t.genotype) for t in told if not t.repeat]
    assert len(set(paid)) == len(paid) == 3 * 17


@pytest.mark.slow
@pytest.mark.parametrize("search", sorted(SLOW))
def test_slower_methods_too(search):
    machine, asked, told = drive(SEARCHES[search], TWO, budget=9)
    again = Asynchronous(TWO, SEARCHES[search], Budget(9), 0)
    replay(again, asked, told)
    assert list(again.history) == list(machine.history)


@pytest.mark.parametrize("search", QUICK)
def test_a_record_brings_the_search_back_wherever_it_was_cut_off(search):
    whole, _, _ = drive(SEARCHES[search], TWO)
    for steps in (0, 1, 5, 16):
        machine, asked, told = drive(SEARCHES[search], TWO, steps=steps)
        again = Asynchronous(TWO, SEARCHES[search], Budget(17), 0)
        replay(again, asked, told)
        assert again.pending == machine.pending
        assert list(again.history) == list(machine.history)
        assert again.ask() == machine.ask()
    assert list(whole.history)[: len(told)] == told


@pytest.mark.parametrize("search", sorted(set(QUICK) - {"random search", "enumeration"}))
def test_it_begins_with_the_architectures_of_a_synchronous_search(search):
    first = run(TWO, SEARCHES[search], evaluate, budget=Budget(17), seed=3).history
    beginning = [trial.proposal for trial in first if trial.generation == 0]
    machine = Asynchronous(TWO, SEARCHES[search], Budget(17), 3)
    asked = [machine.ask().proposal for _ in {(p.task, p.genotype) for p in beginning}]
    assert asked == list({(p.task, p.genotype): p for p in beginning}.values())


def test_the_order_of_arrival_decides_and_nothing_else():
    search = SEARCHES["paper"]
    one, two, other = (drive(search, TWO, order=order)[0].history for order in (1, 1, 2))
    assert list(one) == list(two)
    assert list(one) != list(other)


class TestPending:
    def test_what_is_pending_is_not_handed_out_again(self):
        machine = Asynchronous(TWO, RandomSearch(), Budget(40), 0)
        questions = [machine.ask().question for _ in range(80)]
        assert len(set(questions)) == 80
        assert machine.ask() is None
        assert not machine.ended

    def test_equal_proposals_wait_for_one_evaluation(self):
        space = Categorical((2, 1, 1, 1))  # of two architectures, evolution soon breeds one that is pending
        problem = Problem(space, (Task("first"),))
        machine = Asynchronous(problem, RegularizedEvolution(population=2, tournament_size=1), Budget(2), 1)
        given = []
        while (one := machine.ask()) is not None:
            given.append(one)
        trials = [trial for one in given for trial in machine.tell(one.number, Evaluation(1.0))]
        assert len(given) == len({one.question for one in given})
        assert [t.repeat for t in trials if t.genotype == given[0].proposal.genotype].count(False) == 1

    def test_a_task_that_finds_nothing_new_is_exhausted(self):
        problem = Problem(Categorical((3, 1, 1, 1)), (Task("first"),))
        machine, _, told = drive(RegularizedEvolution(), problem, budget=3, workers=2)
        assert machine.ended
        assert sum(not trial.repeat for trial in told) <= 3
        assert len(told) < 3 * STALLED_AFTER

    @pytest.mark.parametrize("number", [7, -1])
    def test_an_answer_to_nothing_is_refused(self, number):
        machine = Asynchronous(TWO, RandomSearch(), Budget(5), 0)
        machine.ask()
        with pytest.raises(ConfigurationError, match=r"not pending.*pending: 0"):
            machine.tell(number, Evaluation(1.0))

    def test_an_answer_told_twice_is_refused(self):
        machine = Asynchronous(TWO, RandomSearch(), Budget(5), 0)
        machine.tell(machine.ask().number, Evaluation(1.0))
        with pytest.raises(ConfigurationError, match="told already"):
            machine.tell(0, Evaluation(1.0))


def test_a_task_that_reached_its_fitness_is_asked_no_more():
    machine = Asynchronous(TWO, RandomSearch(), Budget(30, {"first": 1.0}), 0)
    given = [machine.ask() for _ in range(6)]
    first = [one for one in given if one.task == "first"]
    machine.tell(first[1].number, Evaluation(5.0))
    later = []
    while (one := machine.ask()) is not None:
        later.append(one)
    assert {one.task for one in later} == {"second"}
    assert [len(machine.tell(one.number, Evaluation(0.0))) for one in (first[0], first[2])] == [1, 1]
    assert machine.results()["first"].evaluations == 3


class TestForeign:
    """A search without a steady form is told its generations whole."""

    def test_it_waits_at_the_end_of_a_generation(self):
        search = Broken("none")
        assert isinstance(steadily(search), Generational)
        machine = Asynchronous(TWO, search, Budget(6), 0)
        given = [machine.ask() for _ in range(4)]
        assert machine.ask() is None
        for one in reversed(given):
            machine.tell(one.number, evaluate(*one.question))
        assert machine.ask() is not None

    def test_it_finds_what_it_finds_synchronously(self):
        search = SEARCHES["mfea"]
        synchronous = run(TWO, search, evaluate, budget=Budget(17), seed=0).history
        foreign = Disguised(search)
        machine, _, _ = drive(foreign, TWO, workers=4)
        assert questions(synchronous) == questions(machine.history)


class Disguised:
    """A method that nobody knows a steady form of."""

    def __init__(self, search):
        self.name, self.start, self.ask = search.name, search.start, search.ask
        self.tell, self.generation = search.tell, search.generation


def questions(history):
    return sorted((t.task, t.genotype, t.repeat) for t in history)


class TestReplay:
    def test_a_record_of_another_seed_is_refused(self):
        _, asked, told = drive(SEARCHES["paper"], TWO)
        with pytest.raises(ConfigurationError, match=r"hands out .* is recorded"):
            replay(Asynchronous(TWO, SEARCHES["paper"], Budget(17), 1), asked, told)

    def test_trials_nobody_asked_for_are_refused(self):
        _, asked, told = drive(RandomSearch(), TWO, workers=1)
        with pytest.raises(ConfigurationError, match=r"trial 1 of the record, .* never asked"):
            replay(Asynchronous(TWO, RandomSearch(), Budget(17), 0), asked, told[5:])

    def test_a_record_that_lacks_trials_is_refused(self):
        _, asked, told = drive(RandomSearch(), TWO)
        with pytest.raises(ConfigurationError, match="incomplete"):
            replay(Asynchronous(TWO, RandomSearch(), Budget(17), 0), asked, told[:3])
