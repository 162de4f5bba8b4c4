import numpy as np
import pytest

from experiments.training.zero_cost import agreements

pytestmark = [pytest.mark.table("nasbench201", "transnas101-micro")]


class Fitness:
    """A proxy that knows the answer, or its opposite; minus infinity for the worst cell."""

    name = "fitness"

    def __init__(self, benchmark, sign):
        self.rows = {genotype: row for row, genotype in enumerate(benchmark.genotypes)}
        self.benchmark, self.sign = benchmark, sign

    def scores(self, space, task, genotypes):
        fitness = self.benchmark.record(task).fitness[[self.rows[g] for g in genotypes]] * self.sign
        return np.where(fitness == fitness.min(), -np.inf, fitness)


@pytest.mark.parametrize("sign", [1, -1])
def test_agreement_of_a_proxy_that_knows(sign, nasbench201):
    rows = range(0, 15_625, 100)
    for found in agreements(nasbench201, Fitness(nasbench201, sign), rows, "-", 0):
        assert found.spearman == pytest.approx(sign)
        assert found.kendall == pytest.approx(sign)
        assert found.test * sign > 0.9
        assert (found.cells, found.best_rank) == (157, None)


def test_rank_of_the_best(nasbench201):
    rows = range(15_625)
    assert {one.best_rank for one in agreements(nasbench201, Fitness(nasbench201, 1), rows, "-", 0)} == {1}


@pytest.mark.slow
def test_smoke(smoke):
    found = smoke("training.zero_cost", again=False)
    assert {row["proxy"] for row in found.rows} == {
        *("parameters", "synflow", "flops", "naswot", "jacob_cov", "snip", "grasp"),
    }
    assert all(-1 <= float(row["spearman"]) <= 1 for row in found.rows)
    assert found.told["counts"] == {"rank correlations": len(found.rows)}
