import os
import subprocess
import sys

import numpy as np
import pytest

from ktnas.embedding.node2vec.pooling import Mean
from ktnas.embedding.node2vec.shared_axes import Node2Vec
from ktnas.embedding.node2vec.skip_gram import SkipGram
from ktnas.embedding.node2vec.words import Neighbourhood, Operation, OperationAndPosition
from ktnas.errors import ConfigurationError
from ktnas.spaces.base import ListedSpace
from ktnas.spaces.darts import DARTS
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.spaces.operators import sample_distinct
from ktnas.spaces.transnas_micro import TransNASMicro

QUICK = Node2Vec(corpus_size=100, walks=500, skip_gram=SkipGram(8))
UNCONNECTED = (0, 0, 0, 0, 0, 0)

SCRIPT = """
import numpy as np
from ktnas.embedding.node2vec.shared_axes import Node2Vec
from ktnas.spaces.operators import sample_distinct
from ktnas.spaces.nasbench201 import NASBench201
space = NASBench201()
fitted = Node2Vec(corpus_size=50, walks=300).fit(space, np.random.default_rng(0))
vectors = fitted.embed(sample_distinct(space, 50, np.random.default_rng(1)))
print(vectors.tobytes().hex())
"""


@pytest.mark.slow
def test_equal_bytes_in_processes_with_different_hash_seeds():
    printed = set()
    for hash_seed in ("0", "31337"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
        )
        assert done.stderr == ""
        printed.add(done.stdout)
    assert len(printed) == 1
    assert len(printed.pop()) > 1000


def test_centred_on_its_corpus():
    space = TransNASMicro()
    everything = sample_distinct(space, 4096, np.random.default_rng(0))
    fitted = Node2Vec(corpus_size=4096, walks=100, walk_length=3).fit(space, np.random.default_rng(0))
    assert fitted.embed(everything).mean(axis=0) == pytest.approx(0, abs=1e-4)


def test_operation_vectors_pool_to_a_linear_map_of_counts():
    space = NASBench201()
    fitted = Node2Vec(Operation(), corpus_size=100, walks=500, skip_gram=SkipGram(8)).fit(
        space, np.random.default_rng(0)
    )
    genotype = (2, 2, 0, 0, 3, 3)
    row = {word: fitted.vectors[i].astype(float) for i, word in enumerate(fitted.vocabulary.words)}
    expected = row["input"] + row["output"] + 2 * row["nor_conv_1x1"] + 2 * row["nor_conv_3x3"]
    assert fitted.embed([genotype])[0] == pytest.approx(expected - fitted.centre)


def test_an_unknown_word_takes_the_mean_of_its_coarser_name():
    space = DARTS()
    rng = np.random.default_rng(0)
    fitted = Node2Vec(Neighbourhood(2), Mean(), corpus_size=20, walks=500, skip_gram=SkipGram(8)).fit(space, rng)
    index = fitted.vocabulary.index
    assert "input" in index
    strangers = [g for g in sample_distinct(space, 50, rng) if not known(fitted, g)]
    assert strangers
    vectors = fitted.embed(strangers)
    assert np.isfinite(vectors).all()
    assert len(np.unique(vectors, axis=0)) == len(strangers)


def known(fitted, genotype):
    graph = fitted.space.graph(genotype)
    return all(names[0] in fitted.vocabulary.index for names in fitted.words.of(graph))


def test_coarser_name_is_the_mean_over_the_nodes_it_covers():
    space = NASBench201()
    whole = Node2Vec(OperationAndPosition(), corpus_size=30, walks=500, skip_gram=SkipGram(8))
    fitted = whole.fit(space, np.random.default_rng(7))
    corpus = sample_distinct(space, 30, np.random.default_rng(7))
    finest = [
        names[0]
        for genotype in corpus
        for names in OperationAndPosition().of(space.graph(genotype))
        if names[1] == "nor_conv_3x3"
    ]
    assert len(set(finest)) > 1
    rows = fitted.vectors[[fitted.vocabulary.index[name] for name in finest]]
    coarse = fitted.vectors[fitted.vocabulary.index["nor_conv_3x3"]]
    assert coarse == pytest.approx(rows.mean(axis=0), abs=1e-6)


def test_architecture_without_a_path_has_a_vector():
    fitted = QUICK.fit(TransNASMicro(), np.random.default_rng(0))
    assert np.isfinite(fitted.embed([UNCONNECTED])).all()


def test_space_without_a_path_is_an_error():
    with pytest.raises(ConfigurationError, match="no edge in a corpus of 1"):
        QUICK.fit(ListedSpace(TransNASMicro(), (UNCONNECTED,)), np.random.default_rng(0))


@pytest.mark.parametrize("setting", [{"walks": 0}, {"walk_length": 1}, {"corpus_size": 0}])
def test_bad_settings(setting):
    with pytest.raises(ConfigurationError, match="node2vec needs"):
        Node2Vec(**setting)
