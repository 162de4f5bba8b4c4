from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktnas.errors import ArchitectureError, ConfigurationError
from ktnas.spaces.base import ListedSpace, canonical, contains, genotypes, in_range, is_enumerable, require_member
from ktnas.spaces.categorical import Categorical
from ktnas.spaces.darts import DARTS
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.spaces.operators import crossover, hamming, mutate, neighbours, sample, sample_distinct

SPACE = Categorical((3, 2, 1))


@dataclass(frozen=True)
class Ascending(Categorical):
    """Unordered pairs of different values: several codes per architecture, and codes of none."""

    cardinalities: tuple[int, ...] = (4, 4)

    def is_valid(self, genotype):
        return genotype[0] != genotype[1]

    def normalize(self, genotype):
        return tuple(sorted(genotype))


@dataclass(frozen=True)
class Nothing(Categorical):
    cardinalities: tuple[int, ...] = (3, 3)

    def is_valid(self, genotype):
        return False


def rng(seed=0):
    return np.random.default_rng(seed)


class TestMembership:
    @pytest.mark.parametrize("genotype", [(0, 0), (0, 0, 0, 0), (3, 0, 0), (0, -1, 0), (0, 0, 1)])
    def test_out_of_range(self, genotype):
        assert not in_range(SPACE, genotype)
        assert not contains(SPACE, genotype)

    def test_message_says_what_was_expected(self):
        with pytest.raises(
            ArchitectureError, match=r"\(9, 0, 0\) is no architecture of 'categorical'; expected 3 int.*\(3, 2, 1\)$"
        ):
            require_member(SPACE, (9, 0, 0))

    def test_message_of_an_invalid_combination(self):
        with pytest.raises(ArchitectureError, match="and a valid combination"):
            require_member(Ascending(), (2, 2))

    def test_member_passes(self):
        require_member(SPACE, (2, 1, 0))


class TestEnumeration:
    def test_codes_in_order(self):
        assert genotypes(SPACE) == ((0, 0, 0), (0, 1, 0), (1, 0, 0), (1, 1, 0), (2, 0, 0), (2, 1, 0))

    def test_each_architecture_once(self):
        assert genotypes(Ascending()) == ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3))

    def test_too_large(self):
        assert not is_enumerable(DARTS())
        with pytest.raises(ConfigurationError, match=r"'darts' has about 6\.9e\+21 codes, more than 1,000,000"):
            genotypes(DARTS())

    def test_listed_part_of_a_large_space(self):
        listed = ListedSpace(DARTS(), sample_distinct(DARTS(), 5, rng()))
        assert is_enumerable(listed)
        assert genotypes(listed) == listed.genotypes


class TestSample:
    def test_uniform_over_valid_codes(self):
        draws = rng()
        counts = Counter(sample(Ascending(), draws) for _ in range(6_000))
        assert set(counts) == set(genotypes(Ascending()))
        assert all(850 < count < 1150 for count in counts.values())

    def test_uniform_over_what_is_listed(self):
        listed, draws = ListedSpace(SPACE, ((0, 0, 0), (2, 1, 0))), rng()
        counts = Counter(sample(listed, draws) for _ in range(1000))
        assert set(counts) == set(listed.genotypes)
        assert 400 < counts[0, 0, 0] < 600

    def test_nothing_valid(self):
        with pytest.raises(ConfigurationError, match="no valid architecture of 'categorical' in 4,096 random codes"):
            sample(Nothing(), rng())

    def test_same_generator_same_draw(self):
        assert sample(NASBench201(), rng(3)) == sample(NASBench201(), rng(3))


class TestSampleDistinct:
    @pytest.mark.parametrize("count", [0, 1, 5, 6])
    def test_count(self, count):
        drawn = sample_distinct(SPACE, count, rng())
        assert len(set(drawn)) == len(drawn) == count

    def test_as_many_as_there_are(self):
        assert sorted(sample_distinct(SPACE, 100, rng())) == sorted(genotypes(SPACE))

    def test_excluded_never_come(self):
        everything = genotypes(SPACE)
        assert sample_distinct(SPACE, 100, rng(), frozenset(everything[:5])) == everything[5:]
        assert sample_distinct(SPACE, 2, rng(), frozenset(everything)) == ()

    def test_last_one_of_a_large_space_is_found(self):
        everything = genotypes(NASBench201())
        assert sample_distinct(NASBench201(), 1, rng(), frozenset(everything[:-1])) == everything[-1:]


class TestNeighbours:
    def test_one_changed_position_in_order(self):
        assert neighbours(SPACE, (1, 0, 0)) == ((0, 0, 0), (2, 0, 0), (1, 1, 0))

    def test_normalized_valid_and_each_once(self):
        # (0,1): position 0 to 1 invalid, 2 -> (1,2), 3 -> (1,3); position 1 to 0 invalid, 2 -> (0,2), 3 -> (0,3)
        assert neighbours(Ascending(), (0, 1)) == ((1, 2), (1, 3), (0, 2), (0, 3))

    def test_number_in_nasbench201(self):
        assert len(neighbours(NASBench201(), (0,) * 6)) == 24

    def test_listed_neighbours_first(self):
        listed = ListedSpace(SPACE, ((0, 0, 0), (1, 0, 0), (2, 1, 0)))
        assert neighbours(listed, (0, 0, 0)) == ((1, 0, 0),)

    def test_sparse_listing_falls_back_to_the_nearest(self):
        space = Categorical((3, 3, 3))
        listed = ListedSpace(space, ((0, 0, 0), (1, 1, 1), (0, 2, 2), (2, 2, 0)))
        assert neighbours(listed, (0, 0, 0)) == ((0, 2, 2), (2, 2, 0))
        assert neighbours(listed, (1, 1, 1)) == ((0, 0, 0), (0, 2, 2), (2, 2, 0))

    def test_alone_in_its_listing(self):
        assert neighbours(ListedSpace(SPACE, ((0, 0, 0),)), (0, 0, 0)) == ()

    def test_of_an_architecture_that_is_not_listed(self):
        assert neighbours(ListedSpace(SPACE, ((0, 0, 0),)), (1, 1, 0)) == ((0, 0, 0),)


class TestMutate:
    def test_uniform_over_positions_then_values(self):
        draws = rng()
        counts = Counter(mutate(SPACE, (0, 0, 0), draws) for _ in range(4000))
        assert set(counts) == {(1, 0, 0), (2, 0, 0), (0, 1, 0)}
        assert 1800 < counts[0, 1, 0] < 2200
        assert 850 < counts[1, 0, 0] < 1150

    def test_sparse_listing(self):
        listed = ListedSpace(Categorical((9, 9, 9)), ((0, 0, 0), (8, 8, 8)))
        assert mutate(listed, (0, 0, 0), rng()) == (8, 8, 8)

    def test_rare_neighbour_is_found(self):
        listed = ListedSpace(Categorical((500, 500), separator="_"), ((0, 0), (0, 499)))
        assert mutate(listed, (0, 0), rng()) == (0, 499)

    def test_no_neighbour_at_all(self):
        with pytest.raises(ConfigurationError, match="architecture '000' of 'categorical' has no neighbour"):
            mutate(ListedSpace(SPACE, ((0, 0, 0),)), (0, 0, 0), rng())


class TestCrossover:
    @given(st.lists(st.integers(0, 4), min_size=6, max_size=6), st.lists(st.integers(0, 4), min_size=6, max_size=6))
    def test_every_position_comes_from_a_parent(self, first, second):
        child = crossover(NASBench201(), tuple(first), tuple(second), rng())
        assert all(value in pair for value, pair in zip(child, zip(first, second, strict=True), strict=True))

    def test_mixes_both_parents_alike(self):
        draws = rng()
        children = np.array([crossover(NASBench201(), (0,) * 6, (1,) * 6, draws) for _ in range(2000)])
        assert np.all(np.abs(children.mean(axis=0) - 0.5) < 0.05)

    def test_parent_where_no_mixture_is_listed(self):
        listed, draws = ListedSpace(NASBench201(), ((0,) * 6, (1,) * 6)), rng()
        children = Counter(crossover(listed, (0,) * 6, (1,) * 6, draws) for _ in range(100))
        assert set(children) == set(listed.genotypes)

    def test_valid_where_most_mixtures_are_not(self):
        draws = rng()
        parents = sample_distinct(DARTS(), 20, draws)
        assert all(contains(DARTS(), crossover(DARTS(), a, b, draws)) for a in parents for b in parents)


class TestListedSpace:
    LISTED = ListedSpace(NASBench201(), ((0,) * 6, (1,) * 6))

    def test_only_listed_are_valid(self):
        assert contains(self.LISTED, (1,) * 6)
        assert not contains(self.LISTED, (2,) * 6)

    def test_everything_else_is_its_bases(self):
        base = NASBench201()
        assert (self.LISTED.name, self.LISTED.cardinalities) == (base.name, base.cardinalities)
        assert self.LISTED.graph((1,) * 6) == base.graph((1,) * 6)
        assert self.LISTED.parse(self.LISTED.format((1,) * 6)) == (1,) * 6
        assert self.LISTED.codes.tolist() == [[0] * 6, [1] * 6]

    def test_compared_by_identity(self):
        twin = ListedSpace(NASBench201(), self.LISTED.genotypes)
        assert twin != self.LISTED
        assert len({twin, self.LISTED}) == 2


def test_canonical_is_shared_by_equivalent_cells_only():
    space = NASBench201()
    # none on (0>1) makes whatever follows node 1 irrelevant
    assert canonical(space, (0, 3, 4, 1, 2, 1)) == canonical(space, (0, 3, 0, 1, 0, 1))
    assert canonical(space, (0, 3, 0, 1, 0, 1)) != canonical(space, (0, 3, 0, 1, 0, 2))


def test_hamming():
    assert hamming((1, 2, 3), (1, 0, 4)) == 2
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        hamming((1, 2), (1,))
