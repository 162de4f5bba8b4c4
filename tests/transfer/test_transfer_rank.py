from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktnas.errors import ConfigurationError
from ktnas.transfer.outcome import Outcome
from ktnas.transfer.selection import remembered
from ktnas.transfer.transfer_rank import NeighbourTies, RandomTies, TransferRank, transfer_rank

AXES = np.eye(9)
NEVER, ALWAYS = TransferRank(exploration=0.0), TransferRank(exploration=1.0)


def near(candidate, positive, generation=8):
    """A past transfer whose nearest candidate is this one, counted from 0."""
    return AXES[candidate], positive, generation


@pytest.fixture
def worked_example(make_candidates):
    """Method section 3: s1..s8 with their nearest candidates and labels; p1 is candidate 0."""
    nearest = (1, 1, 2, 4, 5, 5, 8, 8)
    positive = {3, 5, 7, 8}
    past = [near(p - 1, s in positive) for s, p in enumerate(nearest, start=1)]
    return make_candidates(AXES, past)


class TestWorkedExample:
    @pytest.mark.parametrize("seed", range(10))
    def test_two_are_p8_and_p2(self, worked_example, chosen, seed):
        assert chosen(NEVER, worked_example, 2, seed) == [7, 1]

    def test_one_is_p8(self, worked_example, chosen):
        assert chosen(NEVER, worked_example, 1) == [7]

    def test_the_third_is_drawn_from_the_zero_group(self, worked_example, chosen):
        thirds = Counter()
        for seed in range(500):
            *first, third = chosen(NEVER, worked_example, 3, seed)
            assert first == [7, 1]
            thirds[third + 1] += 1
        assert set(thirds) == {3, 5, 6, 7, 9}
        assert min(thirds.values()) > 60  # 100 expected, standard deviation 9

    def test_whole_groups_before_a_part_of_the_next(self, worked_example, chosen):
        for seed in range(30):
            assert set(chosen(NEVER, worked_example, 7, seed)) == {7, 1, 2, 4, 5, 6, 8}
            assert chosen(NEVER, worked_example, 8, seed)[7] == 3  # p4 with -1 before p1 with -2
            assert chosen(NEVER, worked_example, 20, seed)[7:] == [3, 0]

    def test_none_asked_for(self, worked_example, chosen):
        assert chosen(NEVER, worked_example, 0) == []


class TestRefusal:
    @pytest.mark.parametrize("labels", [(False,), (False, False, False), (True, False), (False, True, True, False)])
    def test_nothing_moves_if_no_rank_is_positive(self, make_candidates, chosen, labels):
        refused = make_candidates(AXES[:4], [near(2, label) for label in labels])
        assert chosen(NEVER, refused, 3) == []

    def test_exploration_draws_candidates_at_random(self, make_candidates, chosen):
        refused = make_candidates(AXES[:4], [near(2, False)])
        drawn = [chosen(ALWAYS, refused, 2, seed) for seed in range(40)]
        assert all(len(set(numbers)) == 2 for numbers in drawn)
        assert {number for numbers in drawn for number in numbers} == {0, 1, 2, 3}

    def test_exploration_has_its_probability(self, make_candidates, chosen):
        refused = make_candidates(AXES[:4], [near(2, False)])
        explored = sum(bool(chosen(TransferRank(exploration=0.25), refused, 1, seed)) for seed in range(800))
        assert 150 < explored < 250  # 200 expected, standard deviation 12

    @pytest.mark.parametrize("exploration", [0.0, 0.5, 1.0])
    def test_exploration_does_not_touch_a_positive_rank(self, make_candidates, chosen, exploration):
        accepted = make_candidates(AXES[:4], [near(2, True)])
        for seed in range(20):
            assert chosen(TransferRank(exploration=exploration), accepted, 1, seed) == [2]


class TestEmptyHistory:
    @pytest.mark.parametrize("transfer", [NEVER, ALWAYS, TransferRank(ties=NeighbourTies())])
    def test_random_candidates(self, make_candidates, chosen, transfer):
        empty = make_candidates(AXES, [])
        drawn = [chosen(transfer, empty, 4, seed) for seed in range(60)]
        assert all(len(set(numbers)) == 4 for numbers in drawn)
        assert {numbers[0] for numbers in drawn} == set(range(9))

    def test_no_candidates(self, make_candidates, chosen):
        assert chosen(NEVER, make_candidates([], [near(2, True)]), 4) == []
        assert chosen(NEVER, make_candidates([], []), 4) == []

    def test_all_forgotten_is_empty_too(self, make_candidates, chosen):
        assert len(chosen(NEVER, make_candidates(AXES, [near(2, False, generation=1)], generation=9), 4)) == 4


class TestWindow:
    @pytest.mark.parametrize("window", [1, 2, 5])
    def test_negatives_of_the_last_generations_count(self, make_candidates, chosen, window):
        transfer = TransferRank(window=window, exploration=0.0)
        # candidate 0 has one vote for it, long ago, and one against it, which is what the window decides about
        for age in range(1, 8):
            past = [near(0, True, generation=1), near(0, False, generation=20 - age)]
            remembered = age <= window
            assert chosen(transfer, make_candidates(AXES, past, generation=20), 1) == ([] if remembered else [0])

    @given(st.integers(1, 100), st.integers(1, 5))
    def test_positives_are_never_forgotten(self, age, window):
        old = Outcome(200 - age, (0,), "donor", positive=True)
        assert remembered((old,), 200, window) == (old,)


class TestVotes:
    def test_direction_counts_and_not_length(self, make_candidates, chosen):
        past = [(np.array([0.1, 0.02]), True, 8)]
        assert chosen(NEVER, make_candidates([[0.0, 5.0], [3.0, 0.0], [0.5, 0.5]], past), 1) == [1]

    def test_of_equally_similar_candidates_the_first_receives_the_vote(self, make_candidates, chosen):
        past = [([1.0, 0.0], True, 8)]
        assert chosen(NEVER, make_candidates([[0.0, 1.0], [2.0, 0.0], [1.0, 0.0]], past), 1) == [1]

    def test_equal_but_for_rounding_is_equal(self, make_candidates, chosen):
        # both candidates share five of twenty positions with the past one; their cosines differ in the last bit
        rng = np.random.default_rng(0)
        for seed in range(20):
            code = rng.integers(9, size=20)
            codes = [np.where(np.isin(np.arange(20), rng.permutation(20)[:5]), code, (code + 1) % 9) for _ in "ab"]
            vectors = [np.eye(9)[c].ravel() for c in (code, *codes)]
            assert chosen(NEVER, make_candidates(vectors[1:], [(vectors[0], True, 8)]), 1, seed) == [0]

    @given(
        st.lists(st.tuples(st.integers(0, 5), st.sampled_from([-1, 1])), min_size=1, max_size=30),
    )
    def test_sum_of_labels(self, votes):
        nearest, labels = [list(column) for column in zip(*votes, strict=True)]
        expected = [sum(label for vote, label in votes if vote == candidate) for candidate in range(6)]
        assert transfer_rank(np.eye(6)[nearest], np.array(labels)).tolist() == expected


class TestNeighbourTies:
    def test_the_four_areas_in_order(self):
        # rows: four remembered transfers; columns: candidates; the three most similar of each are looked at
        labels = np.array([1, 1, -1, -1])
        similarity = np.array(
            [
                [0.9, 0.9, 0.2, 0.1],
                [0.8, 0.1, 0.8, 0.2],
                [0.1, 0.8, 0.9, 0.9],
                [0.2, 0.7, 0.1, 0.8],
            ]
        )
        inside = similarity.copy()
        inside[:, 0] = [0.9, 0.8, 0.1, 0.2]
        assert NeighbourTies(neighbours=2).order(inside, labels).tolist() == [3, 2, 1, 0]
        assert NeighbourTies(neighbours=3).order(similarity, labels).tolist() == [2, 2, 1, 1]

    def test_the_nearest_alone_knows_two_areas(self):
        assert NeighbourTies(1).order(np.array([[0.9, 0.1], [0.1, 0.9]]), np.array([1, -1])).tolist() == [3, 0]

    def test_more_neighbours_than_are_remembered(self):
        assert NeighbourTies(5).order(np.array([[0.9, 0.1]]), np.array([-1])).tolist() == [0, 0]

    def test_it_orders_what_has_equal_rank(self, make_candidates, chosen):
        # candidate 0 has the only vote; 1 lies near the positive transfers, 2 near the negative one
        vectors = [[1.0, 0.0], [0.8, 0.6], [0.0, 1.0], [-0.6, 0.8]]
        past = [([1.0, 0.1], True, 8), ([1.0, 0.05], True, 8), ([-0.6, 0.9], False, 8)]
        ties = TransferRank(exploration=0.0, ties=NeighbourTies(neighbours=2))
        orders = {tuple(chosen(ties, make_candidates(vectors, past), 3, seed)) for seed in range(30)}
        assert orders == {(0, 1, 2)}
        random = {tuple(chosen(NEVER, make_candidates(vectors, past), 3, seed)) for seed in range(30)}
        assert random == {(0, 1, 2), (0, 2, 1)}

    def test_it_never_overrules_the_rank(self, make_candidates, chosen):
        def at(degrees):
            return [np.cos(np.radians(degrees)), np.sin(np.radians(degrees))]

        # 0 has rank 1, but its nearest neighbours are negative; 1 has rank 0 and lies inside a positive area
        vectors = [at(0), at(185), at(11), at(180)]
        past = [(at(degrees), degrees not in {10, 12}, 8) for degrees in (-30, 10, 12, 179, 181)]
        ties = TransferRank(exploration=0.0, ties=NeighbourTies(neighbours=2))
        assert chosen(ties, make_candidates(vectors, past), 4) == [3, 0, 1, 2]

    def test_refuses_no_neighbours(self):
        with pytest.raises(ConfigurationError, match="at least 1 neighbour"):
            NeighbourTies(0)


@pytest.mark.parametrize("settings", [{"window": 0}, {"exploration": -0.1}, {"exploration": 1.1}])
def test_refuses(settings):
    with pytest.raises(ConfigurationError, match="window of at least 1"):
        TransferRank(**settings)


def test_names():
    assert TransferRank(ties=RandomTies()).name == "transfer-rank"
    assert TransferRank(ties=NeighbourTies()).name == "transfer-rank-knn"
