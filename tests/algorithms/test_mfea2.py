import numpy as np
import pytest

from ktnas.algorithms.mfea import MFEA, FixedMating
from ktnas.algorithms.mfea2 import AtHome, LearnedMating, mfea2
from ktnas.errors import ConfigurationError
from ktnas.problem.trial import Evaluation, Proposal, Trial
from ktnas.spaces.categorical import Categorical

SIZES = (2, 2)


def members(task, *genotypes):
    return tuple(Trial(0, Proposal(task, genotype), Evaluation(0.0)) for genotype in genotypes)


def learned(*populations, sizes=SIZES):
    return LearnedMating().probabilities(populations, sizes)


def test_equal_populations_mate_always_and_opposed_ones_never():
    zeros, ones = members("a", (0, 0), (0, 0)), members("b", (1, 1), (1, 1))
    assert learned(zeros, members("b", (0, 0), (0, 0)))[0, 1] == 1.0
    assert learned(zeros, ones)[0, 1] == 0.0


def test_the_most_likely_probability_by_hand():
    # One position; task a holds nine 0 and one 1, task b the reverse; ten per cent noise. A 0 of a has .9 * 8/9 + .05
    # = .85 by the other nine of its task and .9 * .1 + .05 = .14 by b; its 1 has .05 and .86. With N = 2 the weight is
    # w = p / 4; 9 log(1 - w (1 - .14 / .85)) + log(1 + w (.86 / .05 - 1)) is highest at w = .064.
    a, b = members("a", *[(0,)] * 9, (1,)), members("b", (0,), *[(1,)] * 9)
    assert learned(a, b, sizes=(2,))[0, 1] == pytest.approx(0.26)
    assert learned(a, b, (), sizes=(2,))[0, 1] == pytest.approx(0.19)  # N = 3: the weight is p / 3


def test_pairs_have_probabilities_of_their_own():
    zeros, again, ones = (members(t, (v, v), (v, v)) for t, v in (("a", 0), ("b", 0), ("c", 1)))
    found = learned(zeros, again, ones)
    assert np.array_equal(found, found.T)
    assert (found[0, 1], found[0, 2], found[1, 2]) == (1.0, 0.0, 0.0)


def test_an_empty_population_mates_with_nobody():
    assert learned((), members("b", (0, 0)))[0, 1] == 0.0
    assert learned((), ())[0, 1] == 0.0


@pytest.mark.parametrize("seed", range(3))
def test_rises_for_equal_tasks_and_falls_for_opposed_ones(run_course, seed):
    def answer(task, genotype):
        return Evaluation(float(sum(genotype)) * (-1 if task == "third" else 1))

    search = mfea2()
    trajectory = run_course(search, ("first", "second", "third"), budget=250, seed=seed, answer=answer)
    late = np.mean([search.mating_probabilities(state) for state in trajectory.states[-8:]], axis=0)
    assert late[0, 1] > 0.5
    assert late[0, 2] < 0.05
    assert late[1, 2] < 0.05


def test_unmated_parents_mate_at_home(run_course, space):
    rng, own = np.random.default_rng(0), members("a", (0, 0), (1, 1))
    children = {AtHome().child(Categorical((2, 2)), own[0], own, rng) for _ in range(60)}
    assert {child.genotype for child in children} == {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert {child.parents for child in children} == {((0, 0), (1, 1))}
    assert AtHome().child(Categorical((2, 2)), own[0], own[:1], rng).parents == ((0, 0),)
    trajectory = run_course(MFEA(FixedMating(0), AtHome()), budget=200)
    assert {len(trial.proposal.parents) for trial in trajectory.trials if trial.proposal.parents} >= {2}


def test_noise_is_a_share():
    with pytest.raises(ConfigurationError, match=r"in \(0, 1\]; got 0"):
        LearnedMating(noise=0)
