import numpy as np
import pytest

from ktnas.embedding.path_encoding import PATH_LIMIT, PathEncoding, paths
from ktnas.errors import ConfigurationError
from ktnas.spaces.base import genotypes
from ktnas.spaces.graph import OperationGraph
from ktnas.spaces.nasbench201 import NASBench201


def test_no_path_no_feature():
    assert paths(OperationGraph(("input", "output"), ())) == []


def test_skip_free_connection_is_the_empty_path():
    assert paths(OperationGraph(("input", "output"), ((0, 1),))) == [""]


def test_number_of_paths_is_limited():
    size = 20
    edges = tuple((a, b) for a in range(size) for b in range(a + 1, size))
    assert len(paths(OperationGraph(("input", *["op"] * (size - 2), "output"), edges))) == PATH_LIMIT


def test_nasbench201_has_84_paths():
    # Without `none`, an edge has four operations; paths have one, two (through either node) or three edges.
    space = NASBench201()
    fitted = PathEncoding(corpus_size=15_625).fit(space, np.random.default_rng(0))
    assert len(fitted.vocabulary.words) == 4 + 16 + 64
    everything = fitted.embed(genotypes(space)[::50])
    assert everything.sum(axis=1).max() <= 4  # 0-3, 0-1-3, 0-2-3, 0-1-2-3


def test_counts_a_repeated_path_twice():
    space = NASBench201()
    fitted = PathEncoding().fit(space, np.random.default_rng(0))
    # edges 0>1, 0>2, 1>2, 0>3, 1>3, 2>3: the two paths 0-1-3 and 0-2-3 are alike
    vector = fitted.embed([(2, 2, 0, 0, 3, 3)])[0]
    assert vector.sum() == 2
    assert vector[fitted.vocabulary.index["nor_conv_1x1>nor_conv_3x3"]] == 2


def test_settings_must_be_positive():
    with pytest.raises(ConfigurationError, match="at least 1"):
        PathEncoding(dimensions=0)
