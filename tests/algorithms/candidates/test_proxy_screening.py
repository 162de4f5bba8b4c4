from dataclasses import dataclass, replace

import numpy as np
import pytest

from ktnas.algorithms.candidates.pool import Breeding, Offspring, WholeSpace
from ktnas.algorithms.candidates.proxy_screening import ProxyScreening
from ktnas.algorithms.presets import ktnas_paper
from ktnas.errors import ConfigurationError
from ktnas.problem.task import Problem, Task
from ktnas.problem.trial import Evaluation, Proposal, Trial
from ktnas.spaces.base import genotypes
from ktnas.spaces.categorical import Categorical
from ktnas.testing import check_search

SPACE = Categorical((4,) * 5)
MEMBERS = [Trial(0, Proposal("a", (0,) * 5), Evaluation(1.0)), Trial(0, Proposal("a", (1,) * 5), Evaluation(0.0))]


@dataclass(frozen=True)
class Total:
    """The sum of the code, with a sign for one task."""

    name = "total"

    def scores(self, space, task, genotypes):
        return np.array([float(sum(g)) * (-1 if task == "small" else 1) for g in genotypes])


def breeding(count=3, known=frozenset(), task="a"):
    return Breeding(SPACE, MEMBERS, count, known.__contains__, task)


def chosen(pool, **settings):
    return pool.candidates(breeding(**settings), np.random.default_rng(0))


def test_keeps_the_most_promising_of_what_is_bred():
    bred = chosen(Offspring(per_evaluation=10)).genotypes
    assert len(bred) > 3
    found = chosen(ProxyScreening(Total())).genotypes
    assert list(found) == sorted(bred, key=sum, reverse=True)[:3]


def test_children_keep_their_parents():
    found = chosen(ProxyScreening(Total()))
    for index, genotype in enumerate(found.genotypes):
        child = found.child(index)
        assert child.genotype == genotype
        assert child.parents in {((0,) * 5,), ((1,) * 5,)}
        assert sum(a != b for a, b in zip(genotype, child.parents[0], strict=True)) == 1


def test_known_architectures_take_no_place():
    best = (3,) * 5
    screening = ProxyScreening(Total(), WholeSpace())
    assert list(chosen(screening, count=1).genotypes) == [best]
    assert sum(chosen(screening, count=1, known=frozenset({best})).genotypes[0]) == 14


def test_the_proxy_is_asked_about_the_task():
    screening = ProxyScreening(Total(), WholeSpace())
    assert list(chosen(screening, count=1, task="small").genotypes) == [(0,) * 5]


def test_more_may_be_left_to_a_screening_behind_it():
    assert len(chosen(ProxyScreening(Total(), WholeSpace(), per_evaluation=20)).genotypes) == 60


def test_nothing_within_reach():
    assert list(chosen(ProxyScreening(Total()), known=frozenset(genotypes(SPACE))).genotypes) == []


def test_in_the_papers_search(make_paper, run_course):
    plain = make_paper()
    check_search(
        replace(plain, pool=ProxyScreening(Total())),
        Problem(SPACE, (Task("first"), Task("second"))),
        lambda task, genotype: Evaluation(float(sum(genotype))),
        budget=30,
    )
    screened = run_course(replace(plain, pool=ProxyScreening(Total())))

    def bred(trajectory):
        return np.mean([sum(t.genotype) for t in trajectory.trials if t.proposal.parents])

    assert bred(screened) > bred(run_course(plain)) + 1


def test_replaces_the_pool_of_a_preset():
    assert replace(ktnas_paper(), pool=ProxyScreening(Total())).pool.proxy == Total()


def test_refuses():
    with pytest.raises(ConfigurationError, match="at least 1 candidate must be kept per evaluation; got 0"):
        ProxyScreening(Total(), per_evaluation=0)
