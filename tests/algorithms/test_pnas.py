import numpy as np
import pytest

from ktnas.algorithms.pnas import ProgressiveSearch, complexity
from ktnas.errors import ConfigurationError
from ktnas.problem.budget import Budget
from ktnas.problem.task import Problem, Task
from ktnas.problem.trial import Evaluation
from ktnas.runner.loop import run
from ktnas.spaces.categorical import Categorical
from ktnas.spaces.nasbench101 import NASBench101
from ktnas.spaces.operators import neighbours
from ktnas.surrogate.ridge import Ridge

SPACE = NASBench101()
SMALL = ProgressiveSearch(beam=6, drawn=60, surrogate=Ridge())


def searched(search, space, fitness, budget, seed=0):
    """Rounds of a search: the genotypes of each, and their parents."""
    result = run(
        Problem(space, (Task("only"),)),
        search,
        lambda task, genotype: Evaluation(float(fitness(genotype))),
        budget=Budget(budget),
        seed=seed,
    )
    rounds = {}
    for trial in result.history:
        rounds.setdefault(trial.generation, []).append(trial.proposal)
    return [rounds[i] for i in sorted(rounds)]


def test_rounds_go_from_simple_to_complex():
    rounds = searched(SMALL, SPACE, lambda genotype: genotype[21], 42)
    sizes = [[complexity(SPACE, proposal.genotype) for proposal in one] for one in rounds]
    assert min(sizes[0]) >= 1
    assert max(sizes[0]) <= 3
    least = [min(one) for one in sizes]
    grown = least[: least.index(max(least)) + 1]
    assert grown == sorted(grown)
    assert max(map(max, sizes)) == 5
    before = {proposal.genotype for proposal in rounds[0]}
    for proposal in rounds[1]:
        (origin,) = proposal.parents
        assert origin in before
        assert proposal.genotype in neighbours(SPACE, origin)
        assert complexity(SPACE, proposal.genotype) > complexity(SPACE, origin)


def test_the_predictor_chooses_among_extensions():
    """Of what can be had, the operation that was worth something before is taken."""

    def pools(genotype):
        return SPACE.graph(genotype).operations.count("maxpool3x3")

    found = searched(SMALL, SPACE, pools, 42)
    first, later = (
        np.mean([pools(p.genotype) / complexity(SPACE, p.genotype) for p in one]) for one in (found[0], found[3])
    )
    assert later > first


def test_where_nothing_grows_it_goes_on_around_the_best():
    space = Categorical((4,) * 5)
    rounds = searched(SMALL, space, sum, 60)
    last = [sum(proposal.genotype) for proposal in rounds[-1]]
    assert len(rounds) == 10
    assert all(len(proposal.parents) == 1 for one in rounds[1:] for proposal in one)
    assert np.mean(last) > np.mean([sum(proposal.genotype) for proposal in rounds[0]])


def test_settings_that_make_no_sense_are_refused():
    for settings in ({"beam": 0}, {"beam": 30, "drawn": 20}):
        with pytest.raises(ConfigurationError, match="a beam of at least 1"):
            ProgressiveSearch(**settings)
