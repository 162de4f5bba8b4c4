import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktnas.algorithms.candidates.variation import Variation
from ktnas.errors import ConfigurationError
from ktnas.problem.trial import Evaluation, Proposal, Trial
from ktnas.spaces.categorical import Categorical
from ktnas.spaces.operators import hamming

SPACE = Categorical((4,) * 6)


def members(*genotypes):
    return [Trial(0, Proposal("a", g), Evaluation(float(-i))) for i, g in enumerate(genotypes)]


PAIR = members((0,) * 6, (3,) * 6)


def bred(variation, count=40, parents=PAIR, known=lambda genotype: False, seed=0):
    return variation.offspring(SPACE, parents, count, known, np.random.default_rng(seed))


@given(crossover=st.sampled_from([0.0, 0.5, 1.0]), mutation=st.sampled_from([0.0, 0.3, 1.0]), seed=st.integers(0, 30))
def test_children_are_new_different_and_say_whose_they_are(crossover, mutation, seed):
    forbidden = {(0, 0, 0, 0, 0, 1), (3, 3, 3, 3, 3, 2)}
    parents = members((0,) * 6, (1, 2, 3, 0, 1, 2), (3,) * 6)
    known = forbidden | {t.genotype for t in parents}
    children = bred(Variation(2, crossover, mutation), 15, parents, known.__contains__, seed)
    assert len({child.genotype for child in children}) == len(children) <= 15
    for child in children:
        assert child.genotype not in known
        assert set(child.parents) <= {t.genotype for t in parents}
        inherited = sum(any(p[i] == child.genotype[i] for p in child.parents) for i in range(6))
        assert inherited >= 5  # at most one position is mutated


def test_mutation_alone_changes_one_position():
    for child in bred(Variation(1)):
        assert len(child.parents) == 1
        assert hamming(child.genotype, child.parents[0]) == 1


def test_crossover_alone_mixes():
    children = bred(Variation(1, crossover_probability=1.0, mutation_probability=0.0))
    mixed = [child for child in children if len(child.parents) == 2 and set(child.genotype) == {0, 3}]
    assert len(mixed) > 10
    # of both parents in equal shares
    assert 0.4 < np.mean([child.genotype.count(3) / 6 for child in mixed]) < 0.6


def test_a_child_that_equals_a_parent_is_mutated():
    lone = members((1,) * 6)
    children = bred(Variation(1, crossover_probability=1.0, mutation_probability=0.0), 18, lone)
    assert children
    assert all(hamming(child.genotype, (1,) * 6) == 1 and child.parents == ((1,) * 6,) for child in children)


def test_probability_of_crossover():
    parents = members(*((value,) * 6 for value in range(4)))
    first = [bred(Variation(1, crossover_probability=0.5), 1, parents, seed=seed)[0] for seed in range(600)]
    share = np.mean([len(child.parents) == 2 for child in first])
    assert 0.3 < share < 0.45  # one half, less the quarter of those that meet themselves


def test_the_better_parent_has_more_children():
    children = bred(Variation(tournament_size=3), 30, members((0,) * 6, (3,) * 6))
    counts = [sum(child.parents == (parent,) for child in children) for parent in ((0,) * 6, (3,) * 6)]
    assert counts[0] > counts[1]


@pytest.mark.parametrize("left", [0, 1, 5])
def test_fewer_where_the_neighbourhood_is_used_up(left):
    lone = members((0,) * 6)
    free = {tuple(1 if i == j else 0 for j in range(6)) for i in range(left)}
    children = bred(Variation(1), 10, lone, lambda genotype: genotype not in free)
    assert {child.genotype for child in children} == free


@pytest.mark.parametrize(
    "settings", [{"tournament_size": 0}, {"crossover_probability": 1.5}, {"mutation_probability": -0.1}]
)
def test_refuses(settings):
    with pytest.raises(ConfigurationError, match="tournament of at least 1"):
        Variation(**settings)
