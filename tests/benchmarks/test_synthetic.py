import numpy as np
import pytest
from scipy.stats import spearmanr

from ktnas.benchmarks.synthetic import SYNTHETIC, CorrelatedTasks, with_correlated_task
from ktnas.errors import ConfigurationError, UnknownNameError
from ktnas.spaces.operators import neighbours

BASE = ("nasbench-graph", "cora")


def correlation(benchmark):
    first, second = (record.fitness for record in benchmark.records)
    return float(spearmanr(first, second).statistic)


@pytest.mark.parametrize("wanted", [-0.75, -0.3, 0.0, 0.25, 0.9])
def test_correlation_is_the_one_asked_for(wanted):
    benchmark = CorrelatedTasks(*BASE, wanted).load()
    assert correlation(benchmark) == pytest.approx(wanted, abs=0.02)


def test_the_extremes_are_exact():
    assert correlation(CorrelatedTasks(*BASE, 1.0).load()) == pytest.approx(1.0, abs=1e-12)
    assert correlation(CorrelatedTasks(*BASE, -1.0).load()) == pytest.approx(-1.0, abs=1e-12)


@pytest.mark.table("transnas101-micro")
@pytest.mark.parametrize("seed", range(3))
def test_on_a_small_table(seed):
    assert correlation(CorrelatedTasks("transnas101-micro", "class_scene", 0.5, seed).load()) == pytest.approx(
        0.5, abs=0.06
    )


class TestBenchmark:
    def test_the_real_task_stays_as_it_is(self, nasbench_graph):
        base = nasbench_graph.restricted(("cora",))
        found = with_correlated_task(base, "cora", 0.3, seed=0)
        assert [task.name for task in found.tasks] == [SYNTHETIC, "cora"]
        assert found.record("cora") is base.record("cora")
        assert found.space == base.space
        assert "correlation +0.30" in found.name
        assert found.notes[-1] == "Task 'synthetic' is made up: Spearman's correlation with 'cora' is +0.30 (seed 0)."

    def test_a_seed_is_a_landscape(self):
        first, again, other = (CorrelatedTasks(*BASE, 0.0, seed).load().records[0].fitness for seed in (0, 0, 1))
        np.testing.assert_array_equal(first, again)
        assert abs(spearmanr(first, other).statistic) < 0.9

    def test_neighbours_are_alike_so_that_it_can_be_searched(self):
        benchmark = CorrelatedTasks(*BASE, 0.0).load()
        fitness = dict(zip(benchmark.genotypes, benchmark.records[0].fitness.tolist(), strict=True))
        pairs = [
            (fitness[g], fitness[n]) for g in benchmark.genotypes[::200] for n in neighbours(benchmark.space, g)[:3]
        ]
        assert np.corrcoef(np.array(pairs).T)[0, 1] > 0.3  # of two architectures drawn at random it is 0


@pytest.mark.parametrize("wanted", [-1.01, 1.5, float("nan")])
def test_no_correlation(wanted):
    with pytest.raises(ConfigurationError, match="between -1 and 1"):
        CorrelatedTasks(*BASE, wanted).load()


def test_unknown_task():
    with pytest.raises(UnknownNameError):
        CorrelatedTasks("nasbench-graph", "core", 0.0).load()


def test_a_task_with_holes(nasbench_graph):
    whole = nasbench_graph.whole
    assert whole is not None
    with pytest.raises(ConfigurationError, match="no fitness for some"):
        with_correlated_task(whole, "proteins", 0.5, seed=0)
