import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktnas.problem.trial import Evaluation, Proposal, Trial
from ktnas.transfer.outcome import Outcome
from ktnas.transfer.selection import best_groups, cosine_similarity, draw, remembered


def outcome(generation, positive):
    return Outcome(generation, (generation, positive), "donor", positive)


def test_memory_keeps_every_positive_and_recent_negatives_in_order():
    past = tuple(outcome(generation, positive) for generation in range(1, 8) for positive in (True, False))
    kept = remembered(past, generation=8, window=3)
    assert [o.generation for o in kept if o.positive] == [1, 2, 3, 4, 5, 6, 7]
    assert [o.generation for o in kept if not o.positive] == [5, 6, 7]
    assert list(kept) == [o for o in past if o in kept]


class TestCosineSimilarity:
    def test_by_hand(self):
        found = cosine_similarity(np.array([[3.0, 4.0], [0.0, 0.0]]), np.array([[1.0, 0.0], [0.0, 2.0], [-3.0, -4.0]]))
        assert found == pytest.approx(np.array([[0.6, 0.8, -1.0], [0.0, 0.0, 0.0]]))

    @given(st.integers(1, 20), st.integers(2, 6), st.integers(0, 10))
    def test_codes_that_share_as_many_positions_are_exactly_as_similar(self, positions, values, seed):
        rng = np.random.default_rng(seed)
        codes = rng.integers(values, size=(30, positions))
        vectors = np.eye(values)[codes].reshape(30, -1)
        found = cosine_similarity(vectors[:10], vectors[10:])
        shared = (codes[:10, None] == codes[None, 10:]).sum(axis=2)
        assert all(len(np.unique(found[shared == count])) == 1 for count in np.unique(shared))


class TestDraw:
    trials = tuple(Trial(0, Proposal("a", (i,)), Evaluation(0.0)) for i in range(5))

    @given(st.integers(0, 8), st.integers(0, 20))
    def test_without_replacement(self, count, seed):
        drawn = draw(self.trials, count, np.random.default_rng(seed))
        assert len(drawn) == len({t.genotype for t in drawn}) == min(count, 5)
        assert all(t in self.trials for t in drawn)

    def test_every_order_occurs(self):
        rng = np.random.default_rng(0)
        assert len({tuple(t.genotype for t in draw(self.trials[:3], 3, rng)) for _ in range(100)}) == 6


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=12), st.integers(0, 14), st.integers(0, 5))
def test_best_groups_are_the_best(rank, count, seed):
    chosen = best_groups(np.array(rank), count, np.random.default_rng(seed))
    assert len(set(chosen)) == len(chosen) == min(count, len(rank))
    assert [rank[i] for i in chosen] == sorted(rank, reverse=True)[:count]


def test_best_groups_draw_evenly_within_a_group():
    rng = np.random.default_rng(0)
    counts = np.bincount([best_groups(np.array([0, 1, 0, 0]), 2, rng)[1] for _ in range(900)], minlength=4)
    assert counts[1] == 0
    assert counts[[0, 2, 3]].min() > 240
