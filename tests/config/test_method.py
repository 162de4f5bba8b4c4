import pytest

from ktnas.algorithms.candidates.pool import Offspring
from ktnas.algorithms.candidates.proxy_screening import ProxyScreening
from ktnas.algorithms.presets import ktnas
from ktnas.config.method import MethodChoice
from ktnas.embedding.proxy_features import ProxyFeatures
from ktnas.errors import ConfigurationError, UnknownNameError
from ktnas.problem.proxy import Parameters


def test_a_method_with_a_slot_for_a_proxy_takes_it_there():
    assert MethodChoice("mtnas", proxy="synflow").build().proxy.name == "synflow"
    assert MethodChoice("zero-cost-evolution", proxy="flops").build().proxy.name == "flops"


def test_a_method_that_evaluates_offspring_as_bred_screens_them_by_the_proxy():
    assert MethodChoice("ktnas-paper", proxy="parameters").build().pool == ProxyScreening(Parameters())
    assert MethodChoice("ktnas-paper").build().pool == Offspring()


def test_a_method_with_a_surrogate_takes_the_proxy_as_a_feature():
    embedder = MethodChoice("ktnas", proxy="parameters").build().embedder
    assert embedder.parts == (*ktnas().embedder.parts, ProxyFeatures((Parameters(),)))
    single = MethodChoice("ktnas", embedder="one-hot", proxy="parameters").build().embedder
    assert [part.name for part in single.parts] == ["one-hot", "parameters"]


@pytest.mark.parametrize(
    ("choice", "error", "message"),
    [
        (MethodChoice("ktnas", proxy="synflo"), UnknownNameError, "unknown proxy 'synflo'; did you mean 'synflow'"),
        (MethodChoice("random-search", proxy="flops"), ConfigurationError, "has no proxy; leave --proxy out"),
        (MethodChoice("mtnas", surrogate="joint"), ConfigurationError, "has no surrogate; leave --surrogate out"),
        (MethodChoice("mfea", offspring=3), ConfigurationError, "'mfea' has no offspring; leave --offspring out"),
    ],
)
def test_what_cannot_be_is_refused(choice, error, message):
    with pytest.raises(error, match=message):
        choice.build()


def test_a_score_of_networks_without_torch_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr("ktnas.config.training.find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match=r"pip install 'ktnas\[train\]'"):
        MethodChoice("mtnas", proxy="synflow").build()
    assert MethodChoice("mtnas", proxy="parameters").build().proxy == Parameters()
