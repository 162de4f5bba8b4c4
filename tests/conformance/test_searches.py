"""Every search keeps the promises of the protocol, and the checks notice one that does not."""

from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktnas.algorithms.bananas import bananas
from ktnas.algorithms.best_first import BestFirst
from ktnas.algorithms.candidates.joint_screening import JointScreening
from ktnas.algorithms.candidates.pool import Offspring, WholeSpace
from ktnas.algorithms.candidates.proxy_screening import ProxyScreening
from ktnas.algorithms.candidates.screening import NoScreening, Separately, SurrogateScreening
from ktnas.algorithms.candidates.variation import Variation
from ktnas.algorithms.emt_nas import emt_nas
from ktnas.algorithms.enumeration import Enumeration
from ktnas.algorithms.local_search import BestImprovement, LocalSearch
from ktnas.algorithms.mfea import MFEA, FixedMating
from ktnas.algorithms.mfea2 import mfea2
from ktnas.algorithms.mtnas import MTNAS
from ktnas.algorithms.multi_population.search import KTNAS
from ktnas.algorithms.pnas import ProgressiveSearch
from ktnas.algorithms.presets import gp_search, ktnas, ktnas_paper
from ktnas.algorithms.random_search import RandomSearch
from ktnas.algorithms.regularized_evolution import RegularizedEvolution
from ktnas.algorithms.rgpe import RankingWeighted
from ktnas.algorithms.sequential import Sequential, chained
from ktnas.algorithms.successive_halving import SuccessiveHalving
from ktnas.algorithms.weaknas import UniformAmongBest, weaknas
from ktnas.algorithms.zero_cost_evolution import ZeroCostEvolution
from ktnas.embedding.combined import Combined
from ktnas.embedding.one_hot import OneHot
from ktnas.embedding.path_operations import PathOperations
from ktnas.embedding.proxy_features import ProxyFeatures
from ktnas.errors import ConfigurationError
from ktnas.problem.task import Problem, Task
from ktnas.problem.trial import Evaluation, Proposal
from ktnas.spaces.categorical import Categorical
from ktnas.surrogate.random_forest import RandomForest
from ktnas.surrogate.ridge import Ridge
from ktnas.testing import check_search
from ktnas.transfer.nearest_positive import NearestPositive
from ktnas.transfer.no_transfer import NoTransfer
from ktnas.transfer.random_transfer import RandomTransfer
from ktnas.transfer.transfer_rank import NeighbourTies, TransferRank

SPACE = Categorical((3,) * 4)
NAMES = ("first", "second", "third")


def evaluate(task, genotype):
    """Related tasks, of which the third fails on some architectures."""
    if task == "third" and genotype[0] == genotype[1] == 2:
        return Evaluation.failed("does not converge")
    weights = {"first": (4, 3, 2, 1), "second": (4, 3, 1, 2), "third": (-4, 1, 3, 2)}[task]
    return Evaluation(float(sum(w * g for w, g in zip(weights, genotype, strict=True))))


def problem(count, sources=frozenset()):
    return Problem(SPACE, tuple(Task(name) for name in NAMES[:count]), sources)


def composed(**parts):
    """A small KTNAS, fast enough to run many times."""
    base = KTNAS("small", OneHot(), TransferRank(), NoScreening(), Offspring(), population=4, offspring=3, migrants=2)
    return replace(base, **parts)


@dataclass(frozen=True)
class Weighted:
    """A proxy that depends on the task, rates many architectures alike, and gives some of them up."""

    name = "weighted"

    def scores(self, space, task, genotypes):
        sign = 1 if task == "first" else -1
        return np.array([-np.inf if g[0] == g[-1] == 1 else sign * (g[0] + 2.0 * g[1]) for g in genotypes], float)


SEARCHES = {
    "random search": RandomSearch(batch=3),
    "regularized evolution": RegularizedEvolution(population=4, tournament_size=2),
    "paper": composed(),
    "two parents": composed(pool=Offspring(Variation(tournament_size=2, crossover_probability=0.5), 4)),
    "no transfer": composed(transfer=NoTransfer()),
    "random transfer": composed(transfer=RandomTransfer()),
    "nearest positive": composed(transfer=NearestPositive()),
    "neighbour ties": composed(transfer=TransferRank(ties=NeighbourTies())),
    "ridge": composed(screening=SurrogateScreening(Ridge()), pool=Offspring(per_evaluation=5)),
    "forest, whole space": composed(screening=SurrogateScreening(RandomForest(trees=5)), pool=WholeSpace()),
    "joint": composed(screening=JointScreening(), pool=WholeSpace(), offspring=1, migrants=1),
    "local search": LocalSearch(),
    "local search, best": LocalSearch(BestImprovement(), initial=3),
    "best-first": BestFirst(),
    "best-first, all neighbours": BestFirst(BestImprovement(), initial=3),
    "enumeration": Enumeration(batch=4),
    "bananas": replace(bananas(), screening=SurrogateScreening(Ridge()), population=4, offspring=3),
    "weaknas": replace(weaknas(), screening=UniformAmongBest(Ridge(), 8), population=4, offspring=3),
    "pnas": ProgressiveSearch(beam=3, drawn=10, embedder=OneHot(), surrogate=Ridge()),
    "rgpe": composed(screening=RankingWeighted(Ridge(), draws=20, folds=2), pool=WholeSpace(), offspring=1),
    "bohb": SuccessiveHalving(drawn=8),
    "mfea": MFEA(population=4),
    "mfea, rare mutation": MFEA(FixedMating(1.0), population=4, mutation_rate=0.0),
    "mfea2": replace(mfea2(), population=4),
    "emt-nas": replace(emt_nas(), population=4),
    "mtnas": MTNAS(population=4, neighbours=3),
    "sequential": chained(),
    "sequential evolution": Sequential(RegularizedEvolution(population=4, tournament_size=2), 2),
    "zero-cost evolution": ZeroCostEvolution(Weighted(), warmup=20, population=4, tournament_size=2),
    "screened by a proxy": composed(pool=ProxyScreening(Weighted())),
    "whole space, screened by a proxy": composed(pool=ProxyScreening(Weighted(), WholeSpace())),
    "screened by a proxy, then by a surrogate": composed(
        pool=ProxyScreening(Weighted(), WholeSpace(), per_evaluation=5), screening=SurrogateScreening(Ridge())
    ),
    "proxies as features": composed(
        embedder=Combined((OneHot(), ProxyFeatures((Weighted(),), task="first")), corpus_size=30),
        screening=SurrogateScreening(Ridge()),
        pool=WholeSpace(),
    ),
    "separately": composed(screening=Separately(JointScreening()), pool=WholeSpace(), offspring=1),
}

PROBLEMS = {
    "one task": problem(1),
    "two tasks": problem(2),
    "three tasks": problem(3),
    "two sources": problem(3, frozenset({"first", "third"})),
}


@pytest.mark.parametrize("tasks", PROBLEMS)
@pytest.mark.parametrize("search", SEARCHES)
def test_search_keeps_its_promises(search, tasks):
    check_search(SEARCHES[search], PROBLEMS[tasks], evaluate, budget=17)


class Memory(dict):
    """A store of embeddings that lasts as long as a test."""

    def put(self, key, arrays):
        self[key] = arrays

    def reject(self, key, reason):
        raise AssertionError(reason)


@pytest.mark.parametrize("preset", [ktnas, ktnas_paper, gp_search])
def test_preset_keeps_its_promises(preset):
    check_search(replace(preset(), store=Memory()), PROBLEMS["two sources"], evaluate, budget=12)


@pytest.mark.slow
@given(
    search=st.sampled_from(sorted(SEARCHES)),
    tasks=st.sampled_from(sorted(PROBLEMS)),
    budget=st.integers(1, 24),
    seed=st.integers(0, 5),
)
@settings(max_examples=40)
def test_search_keeps_its_promises_wherever_the_budget_ends(search, tasks, budget, seed):
    check_search(SEARCHES[search], PROBLEMS[tasks], evaluate, budget=budget, seed=seed)


@pytest.mark.slow
@pytest.mark.parametrize("search", sorted(set(SEARCHES) - {"joint", "separately"}))
def test_search_can_use_up_the_space(search):
    small = Categorical((3, 2, 2, 2))
    check_search(SEARCHES[search], replace(PROBLEMS["two tasks"], space=small), evaluate, budget=24)


ACROSS = Problem.across([Task("first", space=Categorical((3,) * 4)), Task("second", space=Categorical((2, 3, 3)))])
ALIKE = (
    *("random search", "regularized evolution", "local search, best", "best-first", "enumeration", "pnas", "joint"),
    *("paper", "nearest positive", "forest, whole space", "separately", "zero-cost evolution", "screened by a proxy"),
)
"""Searches that can be told tasks of different spaces."""


def evaluate_across(task, genotype):
    return Evaluation(float(sum(g == {"first": 2, "second": 1}[task] for g in genotype[1:])))


@pytest.mark.parametrize("search", ALIKE)
def test_search_of_different_spaces_keeps_its_promises(search):
    composed = SEARCHES[search]
    if isinstance(composed, KTNAS):
        composed = replace(composed, embedder=PathOperations(corpus_size=50))
    check_search(composed, ACROSS, evaluate_across, budget=9)


@pytest.mark.parametrize("search", ["rgpe", "mfea", "mfea2", "emt-nas", "mtnas", "sequential", "paper", "joint"])
def test_search_that_moves_codes_refuses_different_spaces(search):
    with pytest.raises(ConfigurationError, match="search space"):
        SEARCHES[search].start(ACROSS)


@dataclass(frozen=True)
class Broken:
    """Random search with one promise broken."""

    fault: str
    search: RandomSearch = field(default_factory=lambda: RandomSearch(batch=2))
    calls: list = field(default_factory=list)

    @property
    def name(self):
        return "" if self.fault == "nameless" else "broken"

    def start(self, problem):
        return self.search.start(problem)

    def ask(self, state, remaining, streams):
        self.calls.append(None)
        proposals = self.search.ask(state, remaining, streams)
        match self.fault:
            case "moody":
                return proposals[: 1 + len(self.calls) % 2]
            case "greedy":
                remaining.clear()
            case "silent" if state.generation == 3:
                return ()
            case "stray":
                return [replace(proposals[0], task="third")]
            case "outside":
                return [Proposal("first", (0, 0, 0, 3))]
            case "smuggler":
                return [replace(proposals[0], source_task="first")]
        return proposals

    def tell(self, state, trials):
        after = self.search.tell(state, trials)
        if self.fault == "backwards" and state.generation == 2:
            return replace(after, generation=1)
        if self.fault == "vandal":
            object.__setattr__(state, "drawn", after.drawn)
        if self.fault == "remembers what it asked":
            return replace(after, generation=len(self.calls))
        return after

    def generation(self, state):
        return state.generation + (self.fault == "from one")


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("nameless", "name is empty"),
        ("from one", "begin with 0"),
        ("moody", "asked twice"),
        ("greedy", "changes the remaining"),
        ("silent", "nothing is asked"),
        ("stray", "no evaluation left"),
        ("outside", "no architecture"),
        ("smuggler", "no donor"),
        ("backwards", "an earlier one"),
        ("vandal", "tell changes the state"),
        ("remembers what it asked", "replay"),
    ],
)
def test_check_search_names_the_broken_promise(fault, message):
    check_search(Broken("none"), PROBLEMS["two tasks"], evaluate)
    with pytest.raises(AssertionError, match=message):
        check_search(Broken(fault), PROBLEMS["two tasks"], evaluate)
