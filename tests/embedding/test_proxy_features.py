from dataclasses import dataclass, replace

import numpy as np
import pytest

from ktnas.algorithms.presets import ktnas
from ktnas.embedding.base import group_widths
from ktnas.embedding.cached import cache_key, cached
from ktnas.embedding.combined import Combined
from ktnas.embedding.one_hot import OneHot
from ktnas.embedding.path_encoding import PathEncoding
from ktnas.embedding.proxy_features import ProxyFeatures
from ktnas.errors import ConfigurationError
from ktnas.problem.proxy import Parameters
from ktnas.problem.task import Problem, Task
from ktnas.problem.trial import Evaluation
from ktnas.runner.loop import Budget, run
from ktnas.spaces.base import genotypes
from ktnas.spaces.categorical import Categorical
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.spaces.operators import sample_distinct
from ktnas.training.networks import Size
from ktnas.training.zero_cost.inputs import Noise
from ktnas.training.zero_cost.proxy import ZeroCost
from ktnas.training.zero_cost.synflow import Synflow

SPACE = NASBench201()
BOTH = ProxyFeatures((Parameters(), ZeroCost(Synflow(), Noise(shape=(8, 8, 3)), Size(2, 1))), corpus_size=20)


@dataclass(frozen=True)
class First:
    """The first position's value, times a scale, as a score."""

    scale: float = 1.0
    lowest: float = -np.inf
    name = "first"

    def scores(self, space, task, genotypes):
        values = np.array([g[0] for g in genotypes], dtype=float) * self.scale
        return np.where(values == 0, self.lowest, values)


class Memory(dict):
    def put(self, key, arrays):
        self[key] = arrays

    def reject(self, key, reason):
        raise AssertionError(reason)


def fit(embedder, space=SPACE):
    return embedder.fit(space, np.random.default_rng(0))


@pytest.mark.slow
def test_one_standardized_column_per_proxy():
    drawn = sample_distinct(SPACE, 40, np.random.default_rng(1))
    vectors = fit(BOTH).embed(drawn)
    assert vectors.shape == (40, 2)
    assert np.isfinite(vectors).all()
    assert np.abs(vectors).max() <= 4
    assert fit(BOTH).embed([]).shape == (0, 2)
    corpus = genotypes(Categorical((5, 2)))
    column = fit(ProxyFeatures((First(lowest=0.0),), corpus_size=100), Categorical((5, 2))).embed(corpus)
    assert column.mean() == pytest.approx(0)
    assert column.std() == pytest.approx(1)


def test_order_is_kept_and_minus_infinity_comes_last():
    vectors = fit(ProxyFeatures((First(),)), Categorical((5, 2))).embed([(0, 0), (1, 0), (2, 0), (4, 0)])[:, 0]
    assert (np.diff(vectors) > 0).all()
    assert vectors[0] == -4


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_scale_does_not_matter(scale):
    asked = [(1, 0), (3, 1), (4, 0)]
    vectors = fit(ProxyFeatures((First(scale),)), Categorical((5, 2))).embed(asked)
    assert vectors == pytest.approx(fit(ProxyFeatures((First(),)), Categorical((5, 2))).embed(asked))


@pytest.mark.parametrize("lowest", [-np.inf, 0.0])
def test_a_proxy_that_says_nothing_is_no_problem(lowest):
    vectors = fit(ProxyFeatures((First(0.0, lowest),)), Categorical((3, 2))).embed([(0, 0), (1, 1)])
    assert np.isfinite(vectors).all()
    assert np.ptp(vectors) == 0


def test_equal_architectures_have_equal_vectors_whatever_the_batch():
    fitted, pair = fit(BOTH), [(3, 0, 0, 1, 0, 0), (0, 3, 0, 1, 0, 0)]
    both = fitted.embed([*pair, (3,) * 6])
    assert both[0].tobytes() == both[1].tobytes()
    assert fitted.embed(pair[1:]).tobytes() == both[1:2].tobytes()


def test_restored_embeds_alike():
    fitted, drawn = fit(BOTH), sample_distinct(SPACE, 5, np.random.default_rng(2))
    restored = BOTH.restore(SPACE, fitted.state())
    assert restored.embed(drawn).tobytes() == fitted.embed(drawn).tobytes()
    with pytest.raises(ValueError, match="missing"):
        BOTH.restore(SPACE, {})
    with pytest.raises(ValueError, match="must be positive"):
        BOTH.restore(SPACE, {**fitted.state(), "spread": np.zeros(2)})


def test_it_is_cached_by_what_decides_the_scores_and_not_by_where_they_are_kept():
    def key(**parts):
        return cache_key(ProxyFeatures((replace(BOTH.proxies[1], **parts),)), SPACE)

    assert key() == key(store=Memory(), progress=print)
    assert len({key(), key(seed=1), key(size=Size(4, 1)), key(inputs=Noise())}) == 4


@pytest.mark.slow
def test_a_group_of_columns_beside_others_in_a_search():
    """The default search, its embedding cut down, with features that give the answer away: it finds the best soon."""
    problem = Problem(SPACE, (Task("size"), Task("smallness")))

    def evaluate(task, genotype):
        size = SPACE.parameters_m(genotype)
        return Evaluation(size if task == "size" else -size)

    parts = (OneHot(), PathEncoding(corpus_size=100))
    embedder = Combined((*parts, ProxyFeatures((Parameters(),))), corpus_size=100)
    memory = Memory()
    fitted = cached(embedder, SPACE, memory)
    dim = fitted.embed(genotypes(SPACE)[:1]).shape[1]
    assert group_widths(fitted, dim)[-1] == 1
    assert sum(group_widths(fitted, dim)) == dim
    result = run(problem, replace(ktnas(), embedder=embedder, store=memory), evaluate, budget=Budget(14), seed=0)
    best = {task: max(t.fitness for t in result.history.evaluated(task)) for task in problem.names}
    assert best["size"] == SPACE.parameters_m((3,) * 6)
    assert best["smallness"] == 0


@pytest.mark.parametrize("settings", [{"proxies": ()}, {"proxies": (Parameters(),), "corpus_size": 1}])
def test_refuses(settings):
    with pytest.raises(ConfigurationError, match="at least 1 proxy and 2 architectures"):
        ProxyFeatures(**settings)
