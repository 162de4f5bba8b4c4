"""The summary: its schema, and what stands in it at the edges."""

import pytest

from ktnas.algorithms.random_search import RandomSearch
from ktnas.benchmarks.functions import FunctionBenchmark
from ktnas.problem.budget import Budget
from ktnas.problem.progress import NewBest, TaskProgress, progress_of
from ktnas.problem.task import Problem
from ktnas.problem.trial import Evaluation, Proposal, Trial
from ktnas.records.summary import Ending, summarize
from ktnas.report.statistics import spread
from ktnas.runner.loop import run
from ktnas.spaces.categorical import Categorical

SECONDS = {"total": 1.0, "search": 0.5}


def failing(code):
    raise RuntimeError("no memory")


BENCHMARK = FunctionBenchmark(
    Categorical((3, 3, 3)), {"sum": sum, "loss": lambda code: sum(code) - 1.5, "never": failing}, frozenset({"loss"})
)


@pytest.fixture(scope="module")
def summary():
    problem = Problem(BENCHMARK.space, BENCHMARK.tasks, frozenset({"sum"}))
    result = run(problem, RandomSearch(), BENCHMARK.evaluate, budget=Budget(27), seed=0)
    return summarize(BENCHMARK, problem, Ending(result.tasks, SECONDS), method="random-search", seed=0, budget=27)


def test_the_schema_of_the_issue(summary):
    assert {"benchmark", "space", "method", "seed", "budget", "version", "seconds", "tasks"} <= set(summary)
    assert set(summary["seconds"]) == {"total", "search"}
    for task in summary["tasks"].values():
        assert {"role", "metric", "evaluations", "failed", "best", "optimum_reached_at", "transfers"} <= set(task)
        assert set(task["transfers"]) == {"proposed", "positive", "negative", "skipped_generations"}
        if task["best"] is not None:
            assert {"architecture", "fitness", "rank", "regret", "evaluations_to_best", "report"} <= set(task["best"])


def test_roles_and_counts(summary):
    assert {name: task["role"] for name, task in summary["tasks"].items()} == {
        "sum": "source",
        "loss": "target",
        "never": "target",
    }
    assert all(task["evaluations"] == 27 for task in summary["tasks"].values())
    assert summary["tasks"]["never"]["failed"] == 27
    assert summary["tasks"]["never"]["best"] is None


def test_a_minimized_metric_has_its_own_sign_beside_the_fitness(summary):
    best = summary["tasks"]["loss"]["best"]
    assert (best["fitness"], best["value"]) == (1.5, -1.5)
    assert best["architecture"] == BENCHMARK.space.format((0, 0, 0))


def test_nothing_is_known_of_ranks_where_nothing_is_listed(summary):
    best = summary["tasks"]["sum"]["best"]
    assert (best["rank"], best["regret"], best["report"]) == (None, None, {})
    assert summary["tasks"]["sum"]["optimum_reached_at"] is None


def test_the_optimum_counts_where_it_is_listed(nasbench_graph):
    benchmark = nasbench_graph.restricted(("cora",))
    problem = Problem(benchmark.space, benchmark.tasks)
    optimum = benchmark.best_fitness("cora")
    genotype = next(g for g in benchmark.genotypes if benchmark.evaluate("cora", g).fitness == optimum)
    trial = Trial(0, Proposal("cora", genotype), Evaluation(optimum))
    ending = Ending({"cora": TaskProgress(9, 0, (NewBest(4, trial, trial.fitness),))}, SECONDS, finished=False)
    summary = summarize(benchmark, problem, ending, method="m", seed=1, budget=9)
    task = summary["tasks"]["cora"]
    assert (task["optimum_reached_at"], task["best"]["rank"], task["best"]["regret"]) == (4, 1, 0.0)
    assert task["best"]["architecture"] == benchmark.label(genotype)
    assert task["best"]["report"]["test_accuracy"] > 0
    assert summary["finished"] is False


def test_incumbents_count_evaluations_only():
    def trial(fitness, task="a", **fields):
        answer = Evaluation.failed("x") if fitness is None else Evaluation(fitness)
        return Trial(0, Proposal(task, (0,)), answer, **fields)

    trials = [trial(None), trial(1.0), trial(9.0, "b"), trial(0.5), trial(5.0, repeat=True), trial(2.0)]
    progress = progress_of(trials, "abc")
    assert progress["a"].incumbents() == [None, 1.0, 1.0, 2.0]
    assert progress["c"].incumbents() == []


def test_the_spread_of_nothing_is_none():
    assert spread([None, None]) is None
    assert spread([2]).median == 2.0
