from dataclasses import dataclass, replace

import numpy as np
import pytest

from ktnas.algorithms.candidates.evidence import Evidence
from ktnas.algorithms.candidates.joint_screening import JointScreening
from ktnas.algorithms.presets import ktnas
from ktnas.embedding.base import group_widths
from ktnas.embedding.cached import cache_key, cached
from ktnas.embedding.combined import Combined
from ktnas.embedding.one_hot import OneHot
from ktnas.embedding.quantities import Quantities
from ktnas.errors import ConfigurationError
from ktnas.spaces.base import ListedSpace, genotypes
from ktnas.spaces.categorical import Categorical
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.spaces.operators import sample_distinct
from ktnas.spaces.transnas_macro import TransNASMacro
from ktnas.spaces.transnas_micro import TransNASMicro

WIDTHS = Categorical((4, 3), (("8", "16", "32", "64"), ("pool", "conv", "skip")), ":")
MACRO = TransNASMacro()


@dataclass(frozen=True)
class Changed(Categorical):
    """A categorical space with quantities of the test's choice."""

    given: tuple[tuple[float, ...], ...] = ()

    def quantities(self, genotype):
        return self.given[genotype[0]]


def fit(space, embedder=None, seed=0):
    return (embedder or Quantities()).fit(space, np.random.default_rng(seed))


def test_one_standardized_axis_per_number():
    vectors = fit(WIDTHS).embed(genotypes(WIDTHS))
    assert vectors.shape == (12, 1)
    assert vectors.mean() == pytest.approx(0)
    assert vectors.std() == pytest.approx(1)
    by_width = vectors.reshape(4, 3)
    assert (np.ptp(by_width, axis=1) == 0).all()
    assert np.diff(by_width[:, 0]) == pytest.approx(np.full(3, by_width[1, 0] - by_width[0, 0]))


def test_axes_are_standardized_one_by_one():
    drawn = sample_distinct(MACRO, 500, np.random.default_rng(1))
    vectors = fit(MACRO).embed(drawn)
    assert vectors.shape == (500, 13)
    assert vectors.std(axis=0) == pytest.approx(np.ones(13), abs=0.15)
    assert fit(MACRO).embed([]).shape == (0, 13)


def test_what_never_differs_says_nothing():
    space = Changed((3,), given=((1.0, 5.0), (2.0, 5.0), (3.0, 5.0)))
    assert fit(space).embed(genotypes(space))[:, 1].tolist() == [0, 0, 0]


@pytest.mark.parametrize("space", [NASBench201(), Categorical.from_codes(["a|b", "b|a"])], ids=lambda s: s.name)
def test_no_axis_where_the_space_knows_no_number(space):
    assert fit(space).embed(sample_distinct(space, 3, np.random.default_rng(0))).shape[1] == 0


def test_a_part_of_a_space_knows_what_the_space_knows():
    listed = ListedSpace(WIDTHS, genotypes(WIDTHS))
    assert (fit(listed).embed(genotypes(WIDTHS)) == fit(WIDTHS).embed(genotypes(WIDTHS))).all()


def test_a_group_without_columns_is_none():
    space = NASBench201()
    parts = (OneHot(), Quantities())
    drawn = sample_distinct(space, 20, np.random.default_rng(0))
    both, alone = fit(space, Combined(parts)), fit(space, Combined(parts[:1]))
    assert group_widths(both, 30) == group_widths(alone, 30) == (30,)
    assert (both.embed(drawn) == alone.embed(drawn)).all()
    assert group_widths(fit(WIDTHS, Combined(parts)), 8) == (7, 1)


@pytest.mark.parametrize("space", [WIDTHS, NASBench201(), MACRO], ids=lambda s: s.name)
def test_restored_as_it_was(space):
    fitted = fit(space)
    drawn = sample_distinct(space, 10, np.random.default_rng(0))
    assert (Quantities().restore(space, fitted.state()).embed(drawn) == fitted.embed(drawn)).all()
    assert cached(Combined((OneHot(), Quantities())), space).embed(drawn).shape[0] == len(drawn)


@pytest.mark.parametrize(
    "state",
    [
        {"centre": np.zeros(2), "spread": np.ones(3)},
        {"centre": np.zeros(2), "spread": np.array([1.0, 0.0])},
    ],
)
def test_damaged_state_is_refused(state):
    with pytest.raises(ValueError, match="positive spread"):
        Quantities().restore(WIDTHS, state)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            ((1.0,), (1.0, 2.0)),
            r"gives the quantities \((1.0|1.0, 2.0),?\) for architecture '[01]'; expected [12] finite",
        ),
        (((), (1.0,)), r"gives the quantities \((1.0,)?\) for architecture '[01]'; expected [01] finite"),
        (((1.0,), (float("nan"),)), r"gives the quantities \(nan,\) for architecture '1'; expected 1 finite"),
        (((1.0,), (float("inf"),)), r"gives the quantities \(inf,\)"),
    ],
)
def test_quantities_that_are_none_are_named(given, message):
    with pytest.raises(ConfigurationError, match=message):
        fit(Changed((2,), given=given))


def test_settings():
    with pytest.raises(ConfigurationError, match="at least 1 architecture; got 0"):
        Quantities(corpus_size=0)


def test_the_cache_tells_other_quantities_apart():
    first, second = (Changed((2,), given=((0.0,), (top,))) for top in (1.0, 2.0))
    keys = {cache_key(Combined((Quantities(),)), ListedSpace(space, genotypes(space))) for space in (first, second)}
    assert len(keys) == 2


def test_near_widths_tell_of_each_other():
    space = Categorical((9, 2), (tuple(str(8 * k) for k in range(1, 10)), ("a", "b")), ":")
    known = tuple((width, other) for width in (0, 2, 4, 6) for other in (0, 1))
    evidence = {"task": Evidence(known, np.array([float(width) for width, _ in known]))}
    asked = [(1, 0), (7, 0)]

    def scores(*parts):
        embedder = fit(space, Combined(parts))
        ranking = JointScreening().fit(evidence, embedder, np.random.default_rng(0))
        return ranking.scores({"task": asked})["task"]

    low, high = scores(OneHot(), Quantities())
    assert high > 2 * low
    low, high = scores(OneHot())
    assert high == pytest.approx(low)


def test_the_default_method_has_them():
    embedder = ktnas().embedder
    assert isinstance(embedder, Combined)
    assert Quantities() in embedder.parts
    fewer = replace(embedder, parts=embedder.parts[:-1])
    space = TransNASMicro()
    drawn = sample_distinct(space, 50, np.random.default_rng(3))
    whole, without = (cached(e, space) for e in (embedder, fewer))
    assert (whole.embed(drawn) == without.embed(drawn)).all()  # results elsewhere are what they were
