import numpy as np
import pytest

from ktnas.algorithms.candidates import pool as pool_module
from ktnas.algorithms.candidates.pool import BredAndRandom, Breeding, Offspring, WholeSpace
from ktnas.algorithms.candidates.variation import Variation
from ktnas.problem.trial import Evaluation, Proposal, Trial
from ktnas.spaces.base import ListedSpace, contains, genotypes
from ktnas.spaces.categorical import Categorical
from ktnas.spaces.operators import hamming

SPACE = Categorical((4,) * 5)
MEMBERS = [
    Trial(0, Proposal("a", g), Evaluation(-float(i))) for i, g in enumerate([(0,) * 5, (1,) * 5, (0, 0, 1, 1, 1)])
]


def candidates(pool, space=SPACE, known=frozenset(), count=4, seed=0):
    return pool.candidates(Breeding(space, MEMBERS, count, known.__contains__, "a"), np.random.default_rng(seed))


class TestOffspring:
    def test_as_many_as_are_asked_for_and_new(self):
        known = frozenset(t.genotype for t in MEMBERS)
        found = candidates(Offspring(per_evaluation=5), known=known)
        assert len(found.genotypes) == len(set(found.genotypes)) == 20
        assert not known & set(found.genotypes)

    def test_children_belong_to_their_genotypes(self):
        found = candidates(Offspring(Variation(crossover_probability=0.5), 5))
        for index, genotype in enumerate(found.genotypes):
            child = found.child(index)
            assert child.genotype == genotype
            assert set(child.parents) <= {t.genotype for t in MEMBERS}

    def test_none_where_everything_within_reach_is_known(self):
        assert list(candidates(Offspring(), known=frozenset(genotypes(SPACE))).genotypes) == []


class TestWholeSpace:
    def test_is_the_whole_space(self):
        assert set(candidates(WholeSpace()).genotypes) == set(genotypes(SPACE))

    def test_what_is_listed_of_a_space(self):
        listed = ListedSpace(SPACE, ((0, 0, 0, 0, 1), (2, 2, 2, 2, 2)))
        assert tuple(candidates(WholeSpace(), listed).genotypes) == listed.genotypes

    def test_parent_is_the_nearest_member_and_of_equally_near_ones_the_better(self):
        found = candidates(WholeSpace())
        for index, genotype in enumerate(found.genotypes):
            child = found.child(index)
            distances = [hamming(t.genotype, genotype) for t in MEMBERS]
            assert child.genotype == genotype
            assert child.parents == (MEMBERS[int(np.argmin(distances))].genotype,)

    @pytest.mark.parametrize("space", [Categorical((9,) * 30), SPACE])
    def test_too_large_a_space_offers_offspring_and_random_ones(self, monkeypatch, space):
        monkeypatch.setattr(pool_module, "WHOLE_SPACE_LIMIT", 1000)
        members = [Trial(0, Proposal("a", (i,) * len(space.cardinalities)), Evaluation(0.0)) for i in range(3)]
        known = frozenset(t.genotype for t in members)
        breeding = Breeding(space, members, 2, known.__contains__, "a")
        found = WholeSpace(immigrants=40).candidates(breeding, np.random.default_rng(0))
        offered = list(found.genotypes)
        assert len(set(offered)) == len(offered)
        assert not known & set(offered)
        assert all(contains(space, genotype) for genotype in offered)
        distances = [min(hamming(genotype, t.genotype) for t in members) for genotype in offered]
        assert min(distances) == 1
        if len(space.cardinalities) == 30:
            assert sum(distance > 10 for distance in distances) >= 40


class TestBredAndRandom:
    def test_both_kinds_even_of_a_space_that_could_be_listed(self):
        known = frozenset(t.genotype for t in MEMBERS)
        offered = candidates(BredAndRandom(Offspring(per_evaluation=10), 20), known=known, count=2).genotypes
        assert len(offered) == len(set(offered))
        assert 30 <= len(offered) <= 40  # of the random ones some may be known
        assert not known & set(offered)

    @pytest.mark.slow
    def test_is_what_the_whole_of_too_large_a_space_is_replaced_by(self, monkeypatch):
        monkeypatch.setattr(pool_module, "WHOLE_SPACE_LIMIT", 10)
        own, whole = candidates(BredAndRandom()), candidates(WholeSpace())
        assert list(own.genotypes) == list(whole.genotypes)
        assert own.child(3) == whole.child(3)


@pytest.mark.slow
@pytest.mark.parametrize("pool", [Offspring(per_evaluation=3), WholeSpace(), BredAndRandom()])
def test_equal_random_numbers_offer_the_same(pool):
    first, second = (candidates(pool, seed=4) for _ in range(2))
    assert list(first.genotypes) == list(second.genotypes)
