"""The default composition against the yardsticks, on real tables: few seeds, wide margins."""

from dataclasses import replace

import numpy as np
import pytest

from ktnas.algorithms.candidates.screening import NoScreening
from ktnas.algorithms.presets import ktnas, ktnas_paper
from ktnas.algorithms.random_search import RandomSearch
from ktnas.algorithms.regularized_evolution import RegularizedEvolution
from ktnas.problem.budget import Budget
from ktnas.problem.task import Problem
from ktnas.runner.loop import run
from ktnas.transfer.transfer_rank import TransferRank

YARDSTICK_SEEDS = range(20)


class Memory(dict):
    """A store of embeddings that lasts as long as a test."""

    def put(self, key, arrays):
        self[key] = arrays

    def reject(self, key, reason):
        raise AssertionError(reason)


def mean_rank(benchmark, search, seeds):
    """Mean of the true ranks of the best found with 50 evaluations per task, over tasks and seeds."""
    problem, ranks = Problem(benchmark.space, benchmark.tasks), []
    for seed in seeds:
        result = run(problem, search, benchmark.evaluate, budget=Budget(50), seed=seed)
        ranks += [benchmark.report(name, task.best.genotype).rank for name, task in result.tasks.items()]
    return np.mean(ranks)


def test_paper_is_what_the_paper_says():
    # method section 5, the column of the benchmark tables
    paper = ktnas_paper()
    assert (paper.population, paper.migrants, paper.ratio) == (10, 4, 0.2)
    assert paper.transfer == TransferRank(window=5)
    assert paper.screening == NoScreening()
    variation = paper.pool.variation
    assert (variation.tournament_size, variation.crossover_probability, variation.mutation_probability) == (5, 0, 1)
    assert paper.embedder.name == "node2vec"


def test_presets_have_their_names():
    assert (ktnas().name, ktnas_paper().name) == ("ktnas", "ktnas-paper")


@pytest.mark.slow
@pytest.mark.table("transnas101-micro")
def test_ktnas_beats_the_yardsticks_on_transnas(transnas_micro):
    benchmark = transnas_micro.restricted(("class_object", "class_scene", "room_layout"))
    found = mean_rank(benchmark, replace(ktnas(), store=Memory()), range(2))
    assert found < mean_rank(benchmark, RegularizedEvolution(), YARDSTICK_SEEDS) / 2
    assert found < mean_rank(benchmark, RandomSearch(), YARDSTICK_SEEDS) / 4


@pytest.mark.slow
@pytest.mark.table("nasbench201")
def test_ktnas_beats_the_yardsticks_on_nasbench201(nasbench201):
    found = mean_rank(nasbench201, replace(ktnas(), store=Memory()), range(1))
    assert found < mean_rank(nasbench201, RegularizedEvolution(), YARDSTICK_SEEDS) / 4
    assert found < mean_rank(nasbench201, RandomSearch(), YARDSTICK_SEEDS) / 20


@pytest.mark.table("nasbench201")
def test_regularized_evolution_beats_random_search(nasbench201):
    evolved = mean_rank(nasbench201, RegularizedEvolution(), YARDSTICK_SEEDS)
    assert evolved < mean_rank(nasbench201, RandomSearch(), YARDSTICK_SEEDS) / 2
