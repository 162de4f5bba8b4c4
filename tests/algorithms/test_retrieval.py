"""Refinement by retrieval."""

import pytest

from ktnas.algorithms.knowledge import Knowledge, finished
from ktnas.algorithms.retrieval import Retrieval
from ktnas.embedding.one_hot import OneHot
from ktnas.errors import ConfigurationError
from ktnas.problem.budget import Budget
from ktnas.problem.task import Problem, Task
from ktnas.problem.trial import Evaluation
from ktnas.runner.loop import run
from ktnas.spaces.base import genotypes
from ktnas.spaces.categorical import Categorical
from ktnas.spaces.operators import hamming
from ktnas.testing import check_search

SPACE = Categorical((4,) * 4)
PROBLEM = Problem(SPACE, (Task("target"),))


def value(genotype):
    return 4.0 * genotype[0] + 3 * genotype[1] + 2 * genotype[2] + genotype[3]


def evaluate(task, genotype):
    return Evaluation(value(genotype))


def source(name, sign):
    return finished(name, SPACE.name, name, [(g, sign * value(g)) for g in genotypes(SPACE)[::3]])


def retrieval(*signs):
    sources = tuple(source(f"s{i}", sign) for i, sign in enumerate(signs))
    return Retrieval(Knowledge(sources), OneHot())


def test_it_keeps_its_promises():
    check_search(retrieval(1.0, -1.0), PROBLEM, evaluate, budget=9)


def test_an_alike_source_leads_to_the_best_at_once():
    found = run(PROBLEM, retrieval(1.0), evaluate, budget=Budget(3), seed=0)
    assert max(t.fitness for t in found.history) >= 28


def test_weights_leave_the_source_that_foretold_wrongly():
    search = retrieval(1.0, -1.0)
    found = run(PROBLEM, search, evaluate, budget=Budget(25), seed=0)
    own = {one.source.name: one.tasks["target"].weight for one in search.learned(PROBLEM, found.history, 0)}
    assert own["s0"] > 0.9
    assert sum(own.values()) == pytest.approx(1)


def test_every_step_is_a_small_one():
    trials = run(PROBLEM, retrieval(1.0), evaluate, budget=Budget(8), seed=0).history
    assert all(hamming(t.genotype, t.proposal.parents[0]) == 1 for t in list(trials)[1:])


def test_without_sources_it_says_what_to_do():
    with pytest.raises(ConfigurationError, match="--from DIR"):
        Retrieval().start(PROBLEM)
