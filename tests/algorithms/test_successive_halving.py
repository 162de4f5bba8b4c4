"""Successive halving with a density model."""

import numpy as np
import pytest

from ktnas.algorithms.successive_halving import Densities, SuccessiveHalving, ladders
from ktnas.benchmarks.registry import load_benchmark
from ktnas.errors import ConfigurationError, DataError
from ktnas.problem.budget import Budget
from ktnas.problem.task import Problem, Task
from ktnas.problem.trial import Evaluation
from ktnas.runner.loop import run
from ktnas.spaces.categorical import Categorical

SPACE = Categorical((4,) * 5)


def evaluate(task, genotype):
    noise = 0.3 * (genotype[0] * genotype[1] % 7) if task.endswith("@1") else 0.0
    return Evaluation(sum(genotype) + noise)


def searched(names, budget, seed=0):
    problem = Problem(SPACE, tuple(map(Task, names)))
    return run(problem, SuccessiveHalving(), evaluate, budget=Budget(budget), seed=seed)


class TestLadders:
    def test_rungs_ascend_and_the_full_training_is_their_top(self):
        assert ladders(["b", "a", "a@90", "a@12", "c@x"]) == {
            "b": ("b",),
            "a": ("a@12", "a@90", "a"),
            "c@x": ("c@x",),
        }

    def test_one_in_three_moves_up_and_it_is_the_best(self):
        history = searched(["t@1", "t"], 9).history
        low, high = history.evaluated("t@1"), history.evaluated("t")
        first = max(low[:3], key=lambda t: t.fitness)
        assert high[0].genotype == first.genotype
        assert [t.proposal.parents for t in high] == [(t.genotype,) for t in high]
        assert {t.genotype for t in high} <= {t.genotype for t in low}

    def test_once_the_lowest_rung_has_used_its_own_the_others_go_on(self):
        history = searched(["t@1", "t"], 12).history
        assert len(history.evaluated("t")) == 12
        with_three = searched(["t@1", "t@2", "t"], 12).history
        assert len(with_three.evaluated("t")) == 12


def test_the_model_draws_near_what_is_good():
    good, bad = np.full((3, 5), 3), np.zeros((12, 5), dtype=np.int64)
    found = Densities((4,) * 5, good, bad).drawn(SPACE, 64, frozenset(), np.random.default_rng(0))
    assert sum(found) >= 12
    known = frozenset({found})
    assert Densities((4,) * 5, good, bad).drawn(SPACE, 64, known, np.random.default_rng(0)) != found


def test_it_finds_more_than_chance():
    best = [max(t.fitness for t in searched(["t"], 60, seed).history) for seed in range(3)]
    assert np.mean(best) >= 13


def test_settings():
    with pytest.raises(ConfigurationError, match="eta of at least 2"):
        SuccessiveHalving(eta=1)


@pytest.mark.table("nasbench201")
def test_epochs_of_a_table_are_rungs():
    table = load_benchmark("nasbench201", ["cifar10@12", "cifar10"])
    assert [task.name for task in table.tasks] == ["cifar10@12", "cifar10"]
    cell = table.genotypes[100]
    full, cheap = table.evaluate("cifar10", cell), table.evaluate("cifar10@12", cell)
    assert full.fitness != cheap.fitness
    assert cheap.cost_s == pytest.approx(full.cost_s * 12 / 200)
    assert table.report("cifar10", cell).rank == table.report("cifar10@12", cell).rank
    with pytest.raises(DataError, match="has no fitness after 13 epochs"):
        load_benchmark("nasbench201", ["cifar10@13"])
