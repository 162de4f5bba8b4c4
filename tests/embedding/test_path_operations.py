from dataclasses import dataclass

import numpy as np
import pytest

from ktnas.algorithms.presets import ktnas
from ktnas.embedding.path_encoding import paths
from ktnas.embedding.path_operations import PathOperations, path_counts
from ktnas.errors import ConfigurationError
from ktnas.spaces.base import ListedSpace, genotypes, identities
from ktnas.spaces.categorical import Categorical
from ktnas.spaces.darts import DARTS
from ktnas.spaces.graph import INPUT, OUTPUT, OperationGraph
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.spaces.nasbench_graph import NASBenchGraph
from ktnas.spaces.operators import sample_distinct
from ktnas.spaces.transnas_micro import TransNASMicro

CELLS = NASBench201()


def fit(space, **settings):
    return PathOperations(**settings).fit(space, np.random.default_rng(0))


def counted(graph, identity=()):
    """The same by listing the paths."""
    found = {}
    for path in paths(graph):
        computed = [operation for operation in path.split(">") if operation and operation not in identity]
        for word in (*(f"on {operation}" for operation in computed), f"length {len(computed)}"):
            found[word] = found.get(word, 0) + 1
    return found


@pytest.mark.parametrize("space", [CELLS, TransNASMicro(), NASBenchGraph(), DARTS()], ids=lambda space: space.name)
def test_counts_are_those_of_the_listed_paths(space):
    assert identities(space)
    for genotype in sample_distinct(space, 60, np.random.default_rng(1)):
        graph = space.graph(genotype)
        for identity in (identities(space), ()):
            assert dict(path_counts(graph, identity)) == counted(graph, identity)


def test_vectors_are_square_roots_of_the_counts():
    # edges 0>1, 0>2, 1>2, 0>3, 1>3, 2>3: three paths 0-1-3, 0-2-3 and 0-1-2-3, of which the last skips twice
    genotype = (2, 2, 1, 0, 3, 1)
    fitted = fit(CELLS)
    vector = dict(zip(fitted.vocabulary.words, fitted.embed([genotype])[0] ** 2, strict=True))
    expected = {"on nor_conv_1x1": 3, "on nor_conv_3x3": 1, "length 1": 2, "length 2": 1}
    assert vector == pytest.approx({word: expected.get(word, 0) for word in fitted.vocabulary.words})


def test_cells_that_compute_the_same_have_equal_vectors():
    fitted = fit(CELLS)
    # conv on 0>3 alone; through node 1 and a skip; through both nodes and two skips
    same = fitted.embed([(0, 0, 0, 3, 0, 0), (3, 0, 0, 0, 1, 0), (3, 0, 1, 0, 0, 1), (1, 0, 3, 0, 0, 1)])
    assert (same == same[0]).all()
    assert (fitted.embed([(3, 0, 0, 0, 2, 0)])[0] != same[0]).any()


def test_a_listed_space_has_the_identities_of_its_base():
    listed = ListedSpace(CELLS, sample_distinct(CELLS, 40, np.random.default_rng(2)))
    assert identities(listed) == {"skip_connect"}
    assert "on skip_connect" not in fit(listed).vocabulary.words


def test_a_space_without_identities_counts_every_operation():
    @dataclass(frozen=True)
    class Plain(Categorical):
        pass

    space = Plain((2, 2), (("conv", "skip"), ("conv", "skip")), "+")
    words = fit(space).vocabulary.words
    assert "on =skip" in words
    assert fit(space).embed(genotypes(space)).shape == (4, len(words))


def test_exponentially_many_paths_are_counted():
    size = 200
    edges = tuple((a, b) for a in range(size) for b in range(a + 1, size))
    counts = path_counts(OperationGraph((INPUT, *["op"] * (size - 2), OUTPUT), edges))
    assert sum(n for word, n in counts.items() if word.startswith("length")) == 2 ** (size - 2)
    assert counts["on op"] == (size - 2) * 2 ** (size - 3)


def test_no_path_no_count():
    assert dict(path_counts(OperationGraph((INPUT, OUTPUT), ()))) == {}


def test_axes_are_those_of_the_most_architectures():
    assert len(fit(CELLS, dimensions=3).vocabulary.words) == 3


@pytest.mark.parametrize("settings", [{"dimensions": 0}, {"corpus_size": 0}])
def test_settings_must_be_positive(settings):
    with pytest.raises(ConfigurationError, match="at least 1 dimension and 1 architecture"):
        PathOperations(**settings)


def test_the_default_method_has_them():
    assert PathOperations() in ktnas().embedder.parts
