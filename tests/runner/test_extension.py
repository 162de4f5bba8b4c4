"""A larger budget goes on from what was paid for: to the bit equal to a run of it, or the record says why not."""

import json
from collections import Counter
from dataclasses import replace

import pytest

from ktnas.algorithms.presets import ktnas
from ktnas.algorithms.random_search import RandomSearch
from ktnas.algorithms.regularized_evolution import RegularizedEvolution
from ktnas.benchmarks.functions import FunctionBenchmark
from ktnas.embedding.one_hot import OneHot
from ktnas.errors import ConfigurationError
from ktnas.problem.budget import Budget, EarlierBudget
from ktnas.problem.callback import Callback
from ktnas.problem.task import Problem
from ktnas.records.run_directory import CONFIG, SUMMARY, RunDirectory
from ktnas.records.trials import TRIALS, read_trials
from ktnas.runner import session
from ktnas.runner.experiment import Experiment
from ktnas.spaces.categorical import Categorical

SPACE = Categorical((4,) * 5)
EVOLUTION = RegularizedEvolution(population=7)


class Paid:
    """Two functions that count what they were asked."""

    def __init__(self):
        self.asked = Counter()

    def functions(self):
        def paid(name, function):
            def call(code):
                self.asked[name, code] += 1
                return function(code)

            return call

        return {"sum": paid("sum", sum), "threes": paid("threes", lambda code: code.count(3) - code[0] / 10)}


def search(path, budget, method=EVOLUTION, paid=None, callback=None):
    benchmark = FunctionBenchmark(SPACE, (paid or Paid()).functions())
    experiment = Experiment(benchmark, Problem(SPACE, benchmark.tasks), method, Budget(budget))
    return session.search_once(experiment, 0, RunDirectory(path), callback)


class StopAfter(Callback):
    def __init__(self, evaluations):
        self.left = evaluations

    def evaluation_begun(self, begun):
        self.left -= 1
        return self.left < 0


@pytest.mark.parametrize("first", [7, 10, 24], ids="budget {}".format)
@pytest.mark.parametrize(
    "method", [EVOLUTION, RandomSearch(), RegularizedEvolution(population=4)], ids=lambda m: m.name
)
def test_a_raised_budget_is_the_run_of_that_budget_to_the_bit_and_nothing_is_paid_twice(tmp_path, method, first):
    whole = search(tmp_path / "whole", 40, method)
    paid = Paid()
    search(tmp_path / "raised", first, method, paid)
    raised = search(tmp_path / "raised", 40, method, paid)
    assert (tmp_path / "raised" / TRIALS).read_bytes() == (tmp_path / "whole" / TRIALS).read_bytes()
    assert (tmp_path / "raised" / CONFIG).read_bytes() == (tmp_path / "whole" / CONFIG).read_bytes()
    assert {**raised, "seconds": None} == {**whole, "seconds": None}
    assert set(paid.asked.values()) == {1}


def test_what_the_smaller_budget_cut_off_is_asked_now_and_its_answers_are_kept(tmp_path):
    """The first populations have 7 members each; of the second task's, 3 were left out by the budget of 4."""
    paid = Paid()
    search(tmp_path, 7, paid=paid)
    before = len(read_trials(tmp_path))
    search(tmp_path, 9, paid=paid)
    assert sum(not trial.repeat for trial in read_trials(tmp_path)) == 18 > before
    assert paid.asked.total() == 18


def test_a_search_that_looks_at_what_is_left_goes_on_and_the_record_says_so(tmp_path):
    method = replace(ktnas(), embedder=OneHot())
    paid = Paid()
    search(tmp_path, 20, method, paid)
    content = (tmp_path / TRIALS).read_bytes()
    summary = search(tmp_path, 30, method, paid)
    assert (tmp_path / TRIALS).read_bytes().startswith(content)
    config = json.loads((tmp_path / CONFIG).read_text())
    assert (config["budget"], config["earlier_budgets"]) == (30, [{"evaluations": 20, "trials": content.count(b"\n")}])
    assert "raised from 20 evaluations per task" in " ".join(summary["notes"])
    assert {task["evaluations"] for task in summary["tasks"].values()} == {30}
    assert set(paid.asked.values()) == {1}
    again = search(tmp_path, 30, method, paid)
    assert again == summary  # and it is replayed under both budgets


def test_a_search_that_looks_at_what_is_left_is_the_larger_run_while_it_has_not_looked(tmp_path):
    method = replace(ktnas(), embedder=OneHot())
    search(tmp_path / "whole", 30, method)
    search(tmp_path / "raised", 29, method, callback=StopAfter(24))
    search(tmp_path / "raised", 30, method)
    assert (tmp_path / "raised" / TRIALS).read_bytes() == (tmp_path / "whole" / TRIALS).read_bytes()
    assert "earlier_budgets" not in json.loads((tmp_path / "raised" / CONFIG).read_text())


def test_a_run_that_is_cut_off_after_its_budget_was_raised_goes_on_to_the_same_bytes(tmp_path):
    method = replace(ktnas(), embedder=OneHot())
    for name, stop in (("whole", None), ("cut", StopAfter(7))):
        search(tmp_path / name, 20, method)
        search(tmp_path / name, 26, method, callback=stop)
        search(tmp_path / name, 26, method)
    assert (tmp_path / "cut" / TRIALS).read_bytes() == (tmp_path / "whole" / TRIALS).read_bytes()


def test_between_two_budgets_the_run_is_not_said_to_be_finished(tmp_path):
    search(tmp_path, 20)
    search(tmp_path, 30, callback=StopAfter(0))
    summary = json.loads((tmp_path / SUMMARY).read_text())
    assert summary["finished"] is False
    assert summary["budget"] == 30


def test_a_budget_is_raised_never_lowered(tmp_path):
    search(tmp_path, 20)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(ConfigurationError, match="can be raised, not lowered to 19"):
        search(tmp_path, 19)
    with pytest.raises(ConfigurationError, match="another configuration"):
        search(tmp_path, 30, RandomSearch())
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_the_budget_of_a_moment():
    budget = Budget(30, earlier=(EarlierBudget(10, 12), EarlierBudget(20, 25)))
    assert [budget.at(trials) for trials in (0, 11, 12, 24, 25, 99)] == [10, 10, 20, 20, 30, 30]
