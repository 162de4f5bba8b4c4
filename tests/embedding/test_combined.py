import numpy as np
import pytest

from ktnas.embedding.base import Grouped, group_widths
from ktnas.embedding.cached import cached
from ktnas.embedding.combined import Combined, beside, combined
from ktnas.embedding.one_hot import OneHot
from ktnas.embedding.path_encoding import PathEncoding
from ktnas.embedding.weisfeiler_lehman import WeisfeilerLehman
from ktnas.errors import ConfigurationError
from ktnas.spaces.base import genotypes
from ktnas.spaces.categorical import Categorical
from ktnas.spaces.nasbench201 import NASBench201

SPACE = NASBench201()
ALL = genotypes(SPACE)


@pytest.mark.slow
def test_blocks_are_centred_and_weigh_the_same():
    fitted = Combined((OneHot(), PathEncoding()), corpus_size=len(ALL)).fit(SPACE, np.random.default_rng(0))
    vectors = fitted.embed(ALL)
    assert vectors.shape == (len(ALL), 30 + 84)
    assert vectors.mean(axis=0) == pytest.approx(0, abs=1e-9)
    squares = (vectors**2).mean(axis=0)
    assert fitted.groups == (30, 84)
    assert squares[:30].sum() == pytest.approx(0.5)
    assert squares[30:].sum() == pytest.approx(0.5)


def test_a_block_that_never_changes_weighs_nothing():
    space = Categorical((1, 1), separator="_")
    vectors = Combined((OneHot(),)).fit(space, np.random.default_rng(0)).embed([(0, 0)])
    assert vectors.tolist() == [[0, 0]]


def test_default_has_four_blocks():
    assert [part.name for part in combined().parts] == ["node2vec"] * 3 + ["weisfeiler-lehman"]
    assert combined() == combined()


def test_groups_survive_the_cache():
    fitted = cached(Combined((OneHot(), PathEncoding())), SPACE)
    assert isinstance(fitted, Grouped)
    assert group_widths(fitted, 114) == (30, 84)


@pytest.mark.parametrize(
    "change",
    [{"scale": np.ones(29)}, {"centre": np.zeros(31)}, {"groups": np.array([29])}, {"groups": np.array([30, 0])}],
    ids=lambda change: next(iter(change)),
)
def test_restore_checks_lengths(change):
    embedder = Combined((OneHot(),))
    state = embedder.fit(SPACE, np.random.default_rng(0)).state()
    with pytest.raises(ValueError, match=r"differ in length|groups"):
        embedder.restore(SPACE, {**state, **change})


def test_needs_a_part():
    with pytest.raises(ConfigurationError, match="at least 1 part"):
        Combined(())


def test_another_part_stands_beside_what_there_is():
    assert beside(OneHot(), PathEncoding()) == Combined((OneHot(), PathEncoding()))
    both = Combined((OneHot(), PathEncoding()), corpus_size=7)
    assert beside(both, WeisfeilerLehman()) == Combined((*both.parts, WeisfeilerLehman()), corpus_size=7)


def test_what_cannot_be_kept_cannot_be_combined():
    class Fleeting:
        name = "fleeting"

        def fit(self, space, rng):
            raise NotImplementedError

    with pytest.raises(ConfigurationError, match="embedder 'fleeting' cannot be combined"):
        beside(Fleeting(), OneHot())
