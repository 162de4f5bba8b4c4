import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ktnas.errors import ConfigurationError
from ktnas.report.statistics import (
    bootstrap_interval,
    holm,
    mean_ranks,
    paired_test,
    rank_biserial,
    reduced,
    spread,
    verdict,
)
from ktnas.rng import Streams


def rng():
    return Streams(0).rng("test")


class TestBootstrap:
    def test_against_scipy(self):
        values = np.random.default_rng(3).gamma(2.0, size=40)
        ours = bootstrap_interval(values, rng())
        theirs = stats.bootstrap((values,), np.mean, n_resamples=10_000, method="percentile", rng=4)
        assert ours.low == pytest.approx(theirs.confidence_interval.low, abs=0.02)
        assert ours.high == pytest.approx(theirs.confidence_interval.high, abs=0.02)

    def test_the_same_draws_for_the_same_stream(self):
        assert bootstrap_interval([1.0, 5.0, 9.0], rng()) == bootstrap_interval([1.0, 5.0, 9.0], rng())

    def test_of_a_median(self):
        interval = bootstrap_interval([1.0, 1.0, 1.0, 1.0, 100.0], rng(), statistic=np.median)
        assert (interval.low, interval.high) == (1.0, 100.0)
        assert bootstrap_interval([1.0] * 9 + [100.0], rng(), statistic=np.median).high == 1.0

    def test_equal_values_have_no_spread(self):
        interval = bootstrap_interval([2.5] * 7, rng())
        assert (interval.low, interval.high) == (2.5, 2.5)

    def test_less_coverage_is_narrower(self):
        values = list(range(30))
        wide, narrow = bootstrap_interval(values, rng()), bootstrap_interval(values, rng(), coverage=0.5)
        assert wide.low < narrow.low < narrow.high < wide.high

    @pytest.mark.parametrize("values", [[], [1.0, float("nan")], [[1.0], [2.0]]])
    def test_needs_finite_numbers(self, values):
        with pytest.raises(ConfigurationError, match="at least one finite number"):
            bootstrap_interval(values, rng())


class TestPaired:
    def test_against_scipy(self):
        generator = np.random.default_rng(1)
        first, second = generator.normal(0.4, 1, 20), generator.normal(0, 1, 20)
        found = paired_test(first, second, rng())
        assert found.p == stats.wilcoxon(first, second).pvalue
        assert found.difference == pytest.approx(first.mean() - second.mean())
        assert found.pairs == 20
        assert found.interval.low < found.difference < found.interval.high

    def test_exact_by_hand(self):
        # all five differences positive: 2 of the 2 ** 5 sign patterns are as extreme
        found = paired_test([2.0, 4.0, 6.0, 8.0, 10.0], [1.0, 2.0, 3.0, 4.0, 5.0], rng())
        assert found.p == pytest.approx(2 / 32)
        assert found.effect == 1.0
        assert found.difference == 3.0

    def test_equal_samples_differ_in_nothing(self):
        found = paired_test([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], rng())
        assert (found.p, found.effect, found.difference) == (1.0, 0.0, 0.0)

    def test_one_pair_is_never_significant(self):
        assert paired_test([1.0], [0.0], rng()).p == 1.0

    def test_samples_of_different_lengths(self):
        with pytest.raises(ConfigurationError, match="same length; got 2 and 1"):
            paired_test([1.0, 2.0], [1.0], rng())

    def test_effect_by_hand(self):
        # differences 1, -2, 3, 4: ranks 1 + 3 + 4 for, 2 against, of 10
        assert rank_biserial(np.array([1.0, -2.0, 3.0, 4.0])) == pytest.approx(0.6)
        # ties share: |1|, |1| have rank 1.5 each
        assert rank_biserial(np.array([1.0, -1.0, 5.0])) == pytest.approx(3 / 6)

    @given(st.lists(st.integers(-50, 50), min_size=1, max_size=30))
    def test_effect_changes_sign_with_the_order(self, differences):
        values = np.array(differences, dtype=float)
        assert rank_biserial(-values) == pytest.approx(-rank_biserial(values))
        assert -1 <= rank_biserial(values) <= 1


class TestHolm:
    def test_by_hand(self):
        # sorted .005 .01 .03 .04: times 4, 3, 2, 1, then never falling
        assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])

    def test_never_above_one(self):
        assert holm([0.6, 0.9]) == [1.0, 1.0]

    def test_a_family_of_one_or_none(self):
        assert holm([0.2]) == [0.2]
        assert holm([]) == []

    @given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
    def test_never_smaller_and_in_the_same_order(self, p_values):
        adjusted = holm(p_values)
        assert all(a >= p for a, p in zip(adjusted, p_values, strict=True))
        order = sorted(range(len(p_values)), key=p_values.__getitem__)
        assert [adjusted[i] for i in order] == sorted(adjusted)

    def test_against_statsmodels(self):
        multitest = pytest.importorskip("statsmodels.stats.multitest")
        p_values = [0.02, 0.5, 0.001, 0.04, 0.04]
        assert holm(p_values) == pytest.approx(multitest.multipletests(p_values, method="holm")[1].tolist())


@pytest.mark.parametrize(
    ("effect", "p", "expected"),
    [(0.9, 0.05, "not significant"), (0.9, 0.049, "better"), (-0.2, 0.001, "worse"), (0.0, 1.0, "not significant")],
)
def test_verdict(effect, p, expected):
    assert verdict(effect, p) == expected


class TestMeanRanks:
    scores = np.array([[1.0, 2.0, 3.0], [1.0, 3.0, 2.0], [1.0, 2.0, 3.0], [1.5, 1.5, 9.0]])

    def test_by_hand_and_against_scipy(self):
        found = mean_ranks(["a", "b", "c"], self.scores)
        assert found.names == ("a", "b", "c")
        assert found.ranks == (4.5 / 4, 8.5 / 4, 11 / 4)
        assert found.p == stats.friedmanchisquare(*self.scores.T).pvalue
        assert found.blocks == 4

    def test_best_first_with_their_comparisons(self):
        found = mean_ranks(["c", "a", "b"], self.scores[:, [2, 0, 1]])
        assert found.names == ("a", "b", "c")
        assert [found.pairwise[i][i] for i in range(3)] == [1.0] * 3
        assert found.pairwise[0][2] < found.pairwise[0][1]
        assert found.pairwise[0][2] == found.pairwise[2][0]

    def test_a_clear_difference_is_significant_and_equal_arms_are_not(self):
        scores = np.array([[1.0, 2.0, 3.0]] * 12)
        assert mean_ranks(["a", "b", "c"], scores).pairwise[0][2] < 0.001
        equal = mean_ranks(["a", "b", "c"], np.ones((5, 3)))
        assert equal.p == 1.0
        assert equal.ranks == (2.0, 2.0, 2.0)

    @pytest.mark.parametrize("shape", [(5, 2), (1, 4)])
    def test_too_few(self, shape):
        with pytest.raises(ConfigurationError, match="at least 3 arms and 2 blocks"):
            mean_ranks([f"arm {i}" for i in range(shape[1])], np.random.default_rng(0).random(shape))

    def test_says_what_to_install(self, monkeypatch):
        monkeypatch.setitem(__import__("sys").modules, "scikit_posthocs", None)
        with pytest.raises(ConfigurationError, match=r"ktnas\[stats\]"):
            mean_ranks(["a", "b", "c"], self.scores)


class TestHugeValues:
    """The largest number that there is stands for a diverged training in many tables; a sum of two overflows."""

    def test_spread(self):
        over = spread([sys.float_info.max, sys.float_info.max, 0.5])
        assert over.mean == pytest.approx(sys.float_info.max / 3 * 2)
        assert (over.median, over.low, over.high) == (sys.float_info.max, 0.5, sys.float_info.max)

    def test_interval_stays_within_the_values(self):
        interval = bootstrap_interval([1.7e308, 1.6e308, 0.25, 1.5e308], np.random.default_rng(0))
        assert 0.25 <= interval.low < interval.high <= 1.7e308

    def test_others_are_as_they_were(self):
        values = np.random.default_rng(0).normal(size=7)
        assert reduced(np.mean, values) == np.mean(values)
