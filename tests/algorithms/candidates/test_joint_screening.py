from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import spearmanr

from ktnas.algorithms.candidates.joint_screening import JointScreening
from ktnas.algorithms.candidates.screening import Evidence, expected_improvement
from ktnas.embedding.one_hot import OneHot
from ktnas.spaces.base import genotypes
from ktnas.spaces.categorical import Categorical

SPACE = Categorical((3,) * 4)
EMBEDDER = OneHot().fit(SPACE, np.random.default_rng(0))
EVERYTHING = genotypes(SPACE)


def seen(rows, sign=1.0):
    known = [EVERYTHING[i] for i in rows]
    return Evidence(tuple(known), np.array([sign * (sum(g) + 0.1 * g[0]) for g in known]))


def order(count, seed=2):
    return np.random.default_rng(seed).permutation(81)[:count].tolist()


def ranking(evidence, screening=None):
    return (screening or JointScreening()).fit(evidence, EMBEDDER, np.random.default_rng(0))


def quality(scores):
    """How well the order of scores agrees with the sum of genes (Spearman)."""
    return spearmanr(scores, [sum(g) for g in EVERYTHING]).statistic


def test_finds_the_best_of_each_task():
    found = ranking({"up": seen(order(40)), "down": seen(order(40), -1)}).scores({"up": EVERYTHING, "down": EVERYTHING})
    assert sum(EVERYTHING[found["up"].argmax()]) >= 7
    assert sum(EVERYTHING[found["down"].argmax()]) <= 1


def test_a_related_task_helps():
    few, many = {"target": seen(order(5))}, {"source": seen(order(60, seed=3))}
    alone, helped = (ranking(evidence).scores({"target": EVERYTHING})["target"] for evidence in (few, {**few, **many}))
    assert quality(helped) > quality(alone) + 0.05


def test_candidates_shared_by_tasks_or_not_are_scored_alike():
    fitted = ranking({"up": seen(order(30)), "down": seen(order(30), -1)})
    together = fitted.scores({"up": EVERYTHING, "down": EVERYTHING})
    apart = fitted.scores({"up": list(EVERYTHING), "down": list(EVERYTHING)})
    for task in together:
        assert together[task] == pytest.approx(apart[task], abs=1e-6)


def test_order_of_the_candidates_does_not_matter():
    fitted = ranking({"up": seen(order(30))})
    plain, turned = (fitted.scores({"up": c})["up"] for c in (EVERYTHING, EVERYTHING[::-1]))
    assert plain == pytest.approx(turned[::-1], abs=1e-6)


@pytest.mark.parametrize("detailed", [1, 7, 1000])
def test_candidates_of_low_mean_rank_below_the_detailed_ones(detailed):
    scores = ranking({"up": seen(order(30))}, JointScreening(detailed=detailed)).scores({"up": EVERYTHING})["up"]
    computed = np.sort(scores)[::-1][:detailed]
    assert (computed >= 0).all()
    assert (np.sort(scores)[::-1][detailed:] < computed.min()).all()


@pytest.mark.parametrize("evidence", [{}, {"other": seen(order(20))}])
def test_a_task_without_evidence_is_indifferent(evidence):
    found = ranking(evidence).scores({"up": EVERYTHING[:3], "none": ()})
    assert found["up"].tolist() == [0.0] * 3
    assert found["none"].shape == (0,)


def test_one_architecture_seen():
    found = ranking({"up": seen([7])}).scores({"up": EVERYTHING})["up"]
    assert np.isfinite(found).all()
    assert found.argmax() != 7


def test_only_the_order_of_fitness_counts():
    plain = seen(order(30))
    stretched = Evidence(plain.genotypes, np.exp(plain.fitness))
    scores = [ranking({"up": e}).scores({"up": EVERYTHING})["up"] for e in (plain, stretched)]
    assert np.array_equal(*scores)


class TestLastEvaluations:
    def scores(self, remaining, final=15):
        evidence = {"up": replace(seen(order(30)), remaining=remaining), "down": seen(order(30), -1)}
        return ranking(evidence, JointScreening(final=final)).scores({"up": EVERYTHING, "down": EVERYTHING})

    @pytest.mark.parametrize("remaining", [0, 1, 15])
    def test_noise_counts(self, remaining):
        fitted = ranking({"up": seen(order(30)), "down": seen(order(30), -1)})
        (mean,), (std,) = fitted.fitted.predict(fitted.embedder.embed(EVERYTHING), [0], 200)
        observed = np.sqrt(std**2 + fitted.fitted.settings.noise)
        assert fitted.fitted.settings.noise > 0
        expected = expected_improvement(mean, observed, fitted.best["up"])
        assert self.scores(remaining)["up"] == pytest.approx(expected, abs=1e-6)

    def test_not_before_and_not_on_other_tasks(self):
        before, last = self.scores(16), self.scores(15)
        assert not np.allclose(before["up"], last["up"])
        assert np.array_equal(before["down"], last["down"])
        assert np.array_equal(before["up"], self.scores(1, final=0)["up"])

    def test_leans_to_candidates_of_high_means(self):
        fitted = ranking({"up": seen(order(30))})
        (mean,), _ = fitted.fitted.predict(fitted.embedder.embed(EVERYTHING), [0], 0)
        few = [replace(seen(order(30)), remaining=left) for left in (50, 5)]
        chosen = [ranking({"up": e}).scores({"up": EVERYTHING})["up"] for e in few]
        agreement = [spearmanr(scores, mean).statistic for scores in chosen]
        assert agreement[1] > agreement[0]
