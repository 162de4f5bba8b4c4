from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import spearmanr

from ktnas.algorithms.candidates.evidence import Evidence
from ktnas.algorithms.candidates.joint_screening import JointScreening, Plateaus
from ktnas.algorithms.candidates.screening import expected_improvement
from ktnas.embedding.one_hot import OneHot
from ktnas.errors import ConfigurationError
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


def computed(scores):
    """Numbers of the candidates whose improvement was computed."""
    return set(np.flatnonzero(scores >= 0).tolist())


class TestDetailed:
    """Of 81 architectures 30 are known."""

    def scores(self, **settings):
        return ranking({"up": seen(order(30))}, JointScreening(**settings)).scores({"up": EVERYTHING})["up"]

    @pytest.mark.parametrize(
        ("detailed", "others", "count"), [(1, 0, 1), (7, 0, 7), (7, 5, 12), (7, 300, 51), (90, 0, 51)]
    )
    def test_the_highest_means_of_what_is_left_and_others(self, detailed, others, count):
        found = computed(self.scores(detailed=detailed, others=others))
        assert len(found) == count
        assert not found & set(order(30))
        assert found >= computed(self.scores(detailed=detailed, others=0))

    def test_others_are_drawn_at_random_but_always_the_same(self):
        fits = [
            JointScreening(detailed=1, others=5).fit({"up": seen(order(30))}, EMBEDDER, np.random.default_rng(s))
            for s in (0, 0, 1)
        ]
        first, again, other = (computed(fit.scores({"up": EVERYTHING})["up"]) for fit in fits)
        assert first == again != other
        assert first == computed(fits[0].scores({"up": EVERYTHING})["up"])

    def test_others_are_held_to_the_same(self):
        """What is computed of a candidate does not depend on why it is."""
        everything, drawn = self.scores(detailed=90, others=0), self.scores(detailed=1, others=20)
        rows = sorted(computed(drawn))
        assert drawn[rows] == pytest.approx(everything[rows], abs=1e-6)


class TestPlateaus:
    """Codes of one sum stand for one network."""

    def evidence(self, **fitness):
        codes = {"a": (0, 0, 0, 1), "b": (0, 0, 1, 0), "c": (0, 1, 0, 0), "x": (2, 2, 0, 0), "y": (0, 2, 2, 0)}
        return Evidence(tuple(codes[name] for name in fitness), np.array(list(fitness.values())), network=sum)

    def left_out(self, evidence, screening=None):
        scores = ranking({"up": evidence}, screening).scores({"up": EVERYTHING})["up"]
        out = {EVERYTHING[i] for i in np.flatnonzero(scores < 0)} - set(evidence.genotypes)
        return {sum(genotype) for genotype in out}

    def test_a_network_that_two_codes_showed_is_left_out(self):
        assert self.left_out(self.evidence(a=1.0, b=1.0, x=2.0)) == {1}

    def test_not_on_the_word_of_one(self):
        assert self.left_out(self.evidence(a=1.0, x=2.0)) == set()

    def test_not_where_codes_of_it_differ(self):
        assert self.left_out(self.evidence(a=1.0, b=1.0, c=1.1)) == set()
        assert self.left_out(self.evidence(a=1.0, b=1.0000001)) == set()

    def test_not_where_two_networks_happen_to_agree(self):
        assert self.left_out(self.evidence(a=1.0, x=1.0)) == set()

    def test_as_many_as_asked_for(self):
        three = JointScreening(plateaus=Plateaus(3))
        assert self.left_out(self.evidence(a=1.0, b=1.0), three) == set()
        assert self.left_out(self.evidence(a=1.0, b=1.0, c=1.0), three) == {1}

    def test_nothing_where_it_is_switched_off(self):
        assert self.left_out(self.evidence(a=1.0, b=1.0, x=2.0), JointScreening(plateaus=None)) == set()

    def test_on_that_task_alone(self):
        evidence = {"up": self.evidence(a=1.0, b=1.0), "down": self.evidence(a=1.0, b=2.0)}
        scores = ranking(evidence).scores({"up": EVERYTHING, "down": EVERYTHING})
        assert scores["up"][EVERYTHING.index((1, 0, 0, 0))] < 0 <= scores["down"][EVERYTHING.index((1, 0, 0, 0))]

    def test_with_everything_settled_something_is_still_ranked(self):
        evidence = Evidence(((0, 0, 0, 1), (0, 0, 1, 0)), np.array([1.0, 1.0]), network=lambda _: 0)
        assert (ranking({"up": evidence}).scores({"up": EVERYTHING})["up"] == -1).all()

    def test_to_be_one_more_of_the_best_is_no_improvement(self):
        tied = Evidence(EVERYTHING[:6], np.array([0.0, 1.0, 2.0, 3.0, 3.0, 3.0]))
        mean = ranking({"up": tied}, JointScreening(plateaus=None)).scores({"up": EVERYTHING})["up"]
        alone = ranking({"up": tied}).scores({"up": EVERYTHING})["up"]
        assert (alone[6:] < mean[6:]).all()

    def test_one_proof_is_none(self):
        with pytest.raises(ConfigurationError, match=r"at least 2 codes.*got 1"):
            Plateaus(1)


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
        expected = expected_improvement(mean, observed, fitted.standings["up"].best)
        expected[order(30)] = -1.0
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
