import numpy as np
import pytest

from ktnas.algorithms.candidates.evidence import Evidence
from ktnas.algorithms.random_search import RandomSearch
from ktnas.algorithms.weaknas import UniformAmongBest, weaknas
from ktnas.embedding.one_hot import OneHot
from ktnas.errors import ConfigurationError
from ktnas.problem.budget import Budget
from ktnas.problem.task import Problem
from ktnas.runner.loop import run
from ktnas.spaces.base import genotypes
from ktnas.spaces.categorical import Categorical
from ktnas.surrogate.ridge import Ridge

SPACE = Categorical((3,) * 4)
EVERYTHING = genotypes(SPACE)


def ranked(seed, best=5):
    """All architectures, the first to be evaluated first, where fitness is the sum of a code."""
    seen = EVERYTHING[::2]
    evidence = {"sum": Evidence(seen, np.array([float(sum(genotype)) for genotype in seen]))}
    embedder = OneHot().fit(SPACE, np.random.default_rng(0))
    ranking = UniformAmongBest(Ridge(), best).fit(evidence, embedder, np.random.default_rng(seed))
    scores = ranking.scores({"sum": EVERYTHING, "unseen": EVERYTHING[:2]})
    assert scores["unseen"].tolist() == [0, 0]
    return [EVERYTHING[i] for i in np.argsort(-scores["sum"], kind="stable").tolist()]


def test_the_best_by_prediction_come_first_in_an_order_drawn():
    one, other = ranked(0), ranked(1)
    assert sorted(sum(genotype) for genotype in one[:5]) == [7, 7, 7, 7, 8]
    assert set(one[:5]) == set(other[:5])
    assert one[:5] != other[:5]
    behind = [sum(genotype) for genotype in one[5:]]
    assert behind == sorted(behind, reverse=True)
    assert one == ranked(0)


def test_more_than_there_are_is_a_random_order_of_all():
    assert set(ranked(0, best=500)) == set(EVERYTHING)
    with pytest.raises(ConfigurationError, match="at least 1 candidate"):
        UniformAmongBest(best=0)


def test_rounds_of_ten_and_tasks_apart(run_course):
    trajectory = run_course(weaknas(), budget=40)
    assert {len(asked) for asked in trajectory.asked} == {20}
    assert all(trial.proposal.source_task is None for trial in trajectory.trials)


@pytest.mark.slow
@pytest.mark.table("nasbench201")
def test_it_finds_better_cells_than_chance(nasbench201):
    benchmark = nasbench201.restricted(("cifar100",))
    problem = Problem(benchmark.space, benchmark.tasks)

    def regret(search):
        results = [run(problem, search, benchmark.evaluate, budget=Budget(60), seed=seed) for seed in range(2)]
        return np.mean([benchmark.best_fitness("cifar100") - r.tasks["cifar100"].best.fitness for r in results])

    assert regret(weaknas()) < regret(RandomSearch())
