import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from ktnas.algorithms.candidates.evidence import Evidence
from ktnas.algorithms.candidates.screening import NoScreening, SurrogateScreening, expected_improvement
from ktnas.embedding.one_hot import OneHot
from ktnas.spaces.base import genotypes
from ktnas.spaces.categorical import Categorical
from ktnas.surrogate.ridge import Ridge

SPACE = Categorical((3,) * 4)
EMBEDDER = OneHot().fit(SPACE, np.random.default_rng(0))
EVERYTHING = genotypes(SPACE)


def evidence(count, sign=1.0):
    drawn = [EVERYTHING[i] for i in np.random.default_rng(2).permutation(81)[:count]]
    return Evidence(tuple(drawn), np.array([sign * sum(g) for g in drawn]))


def scores(screening, seen, candidates):
    return screening.fit(seen, EMBEDDER, np.random.default_rng(0)).scores(candidates)


class TestExpectedImprovement:
    @given(st.floats(-3, 3), st.floats(0.05, 3), st.floats(-3, 3))
    def test_equals_the_integral(self, mean, std, best):
        integral, _ = quad(lambda y: (y - best) * norm.pdf(y, mean, std), best, max(best, mean) + 12 * std)
        (found,) = expected_improvement(np.array([mean]), np.array([std]), best)
        assert found == pytest.approx(integral, abs=1e-6)

    def test_without_uncertainty_it_is_the_gain(self):
        found = expected_improvement(np.array([-1.0, 0.0, 2.5]), np.zeros(3), 0.5)
        assert found == pytest.approx([0.0, 0.0, 2.0])

    @given(st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(0, 1e3)), min_size=1, max_size=20), st.floats(-1e3, 1e3))
    def test_is_never_negative_and_grows_with_mean_and_uncertainty(self, predictions, best):
        mean, std = np.array(predictions).T
        found = expected_improvement(mean, std, best)
        assert (found >= 0).all()
        assert np.isfinite(found).all()
        assert (expected_improvement(mean + 1, std, best) >= found - 1e-9).all()
        assert (expected_improvement(mean, std + 1, best) >= found - 1e-9).all()


class TestNoScreening:
    def test_all_are_equal(self):
        found = scores(NoScreening(), {"a": evidence(5)}, {"a": EVERYTHING[:4], "b": ()})
        assert found["a"].tolist() == [0.0] * 4
        assert found["b"].tolist() == []


class TestSurrogateScreening:
    screening = SurrogateScreening(Ridge())

    def test_each_task_by_its_own_evidence(self):
        found = scores(
            self.screening, {"up": evidence(40), "down": evidence(40, -1)}, {"up": EVERYTHING, "down": EVERYTHING}
        )
        assert EVERYTHING[found["up"].argmax()] == (2, 2, 2, 2)
        assert EVERYTHING[found["down"].argmax()] == (0, 0, 0, 0)

    def test_a_task_without_evidence_is_indifferent(self):
        found = scores(self.screening, {"up": evidence(40)}, {"down": EVERYTHING})
        assert found["down"].tolist() == [0.0] * 81

    def test_no_candidates(self):
        assert scores(self.screening, {"up": evidence(40)}, {"up": ()})["up"].shape == (0,)

    def test_nothing_known_at_all(self):
        assert scores(self.screening, {}, {"up": EVERYTHING[:2]})["up"].tolist() == [0.0, 0.0]

    def test_only_the_order_of_fitness_counts(self):
        seen = evidence(30)
        stretched = Evidence(seen.genotypes, np.exp(3 * seen.fitness))
        plain, other = (scores(self.screening, {"a": e}, {"a": EVERYTHING})["a"] for e in (seen, stretched))
        assert np.array_equal(plain, other)
