import numpy as np
import pytest

from ktnas.embedding.combined import Combined, combined
from ktnas.embedding.one_hot import OneHot
from ktnas.embedding.path_encoding import PathEncoding
from ktnas.errors import ConfigurationError
from ktnas.space import genotypes
from ktnas.spaces.categorical import Categorical
from ktnas.spaces.nasbench201 import NASBench201

SPACE = NASBench201()
ALL = genotypes(SPACE)


def test_blocks_are_centred_and_weigh_the_same():
    fitted = Combined((OneHot(), PathEncoding()), corpus_size=len(ALL)).fit(SPACE, np.random.default_rng(0))
    vectors = fitted.embed(ALL)
    assert vectors.shape == (len(ALL), 30 + 84)
    assert vectors.mean(axis=0) == pytest.approx(0, abs=1e-9)
    squares = (vectors**2).mean(axis=0)
    assert squares[:30].sum() == pytest.approx(0.5)
    assert squares[30:].sum() == pytest.approx(0.5)


def test_a_block_that_never_changes_weighs_nothing():
    space = Categorical((1, 1), separator="_")
    vectors = Combined((OneHot(),)).fit(space, np.random.default_rng(0)).embed([(0, 0)])
    assert vectors.tolist() == [[0, 0]]


def test_default_has_four_blocks():
    assert [part.name for part in combined().parts] == ["node2vec"] * 3 + ["weisfeiler-lehman"]
    assert combined() == combined()


def test_restore_checks_lengths():
    embedder = Combined((OneHot(),))
    state = dict(embedder.fit(SPACE, np.random.default_rng(0)).state())
    with pytest.raises(ValueError, match="differ in length"):
        embedder.restore(SPACE, {**state, "scale": state["scale"][:-1]})


def test_needs_a_part():
    with pytest.raises(ConfigurationError, match="at least 1 part"):
        Combined(())
