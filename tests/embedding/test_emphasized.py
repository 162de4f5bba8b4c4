import numpy as np
import pytest

from ktnas.algorithms.presets import ktnas
from ktnas.embedding.emphasized import Emphasized, FittedEmphasis
from ktnas.embedding.one_hot import OneHot
from ktnas.embedding.weisfeiler_lehman import WeisfeilerLehman
from ktnas.errors import ConfigurationError
from ktnas.spaces.base import genotypes
from ktnas.spaces.categorical import Categorical
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.spaces.operators import sample_distinct

SPACE = NASBench201()
COUNTS = WeisfeilerLehman(depth=1, corpus_size=200)


def fit(embedder, space=SPACE):
    return embedder.fit(space, np.random.default_rng(0))


def test_columns_are_multiplied_by_a_power_of_their_spread():
    drawn = sample_distinct(SPACE, 100, np.random.default_rng(1))
    fitted = fit(Emphasized(COUNTS, power=2.0))
    plain = fitted.part.embed(drawn)
    seen = fitted.part.embed(sample_distinct(SPACE, 500, np.random.default_rng(0).spawn(1)[0]))
    assert fitted.embed(drawn) == pytest.approx(plain * seen.std(axis=0) ** 2)


def test_operations_weigh_more_than_neighbourhoods():
    drawn = sample_distinct(SPACE, 500, np.random.default_rng(2))
    fitted = fit(Emphasized(COUNTS))
    common = fitted.part.embed(drawn).std(axis=0).argsort()[::-1][:5]  # the five operations

    def share(vectors):
        spread = vectors.var(axis=0)
        return spread[common].sum() / spread.sum()

    assert share(fitted.embed(drawn)) > 1.5 * share(fitted.part.embed(drawn))


def test_a_power_of_nought_changes_nothing():
    drawn = sample_distinct(SPACE, 20, np.random.default_rng(1))
    fitted = fit(Emphasized(COUNTS, power=0.0))
    assert (fitted.embed(drawn) == fitted.part.embed(drawn)).all()


def test_what_never_differs_weighs_nothing():
    space = Categorical((1, 3))
    vectors = fit(Emphasized(OneHot()), space).embed(genotypes(space))
    assert np.ptp(vectors, axis=0).tolist()[0] == 0
    assert vectors[:, 0].tolist() == [0, 0, 0]


def test_a_damaged_state_is_refused():
    state = dict(fit(Emphasized(COUNTS)).state())
    with pytest.raises(ValueError, match="array 'factors' holds NaN or infinite values"):
        Emphasized(COUNTS).restore(SPACE, {**state, "factors": state["factors"] * np.nan})
    with pytest.raises(ValueError, match="array 'factors' is missing"):
        Emphasized(COUNTS).restore(SPACE, {name: array for name, array in state.items() if name != "factors"})
    assert isinstance(Emphasized(COUNTS).restore(SPACE, state), FittedEmphasis)


@pytest.mark.parametrize(("power", "corpus"), [(-0.5, 500), (0.5, 0)])
def test_settings_that_cannot_be(power, corpus):
    with pytest.raises(ConfigurationError, match="a power of 0 or more and 1 architecture"):
        Emphasized(COUNTS, power, corpus)


def test_the_default_method_emphasizes_neighbourhoods():
    assert Emphasized(WeisfeilerLehman(depth=1)) in ktnas().embedder.parts
