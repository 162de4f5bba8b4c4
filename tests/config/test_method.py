import pytest

from ktnas.algorithms.candidates.pool import Offspring
from ktnas.algorithms.candidates.proxy_screening import ProxyScreening
from ktnas.algorithms.presets import ktnas
from ktnas.config.method import MethodChoice, named_proxy
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


def test_scores_of_networks_are_kept_in_the_cache_directory():
    assert named_proxy("synflow").store.directory.name == "proxies"


@pytest.mark.parametrize(
    ("choice", "error", "message"),
    [
        (MethodChoice("ktnas", proxy="synflo"), UnknownNameError, "unknown proxy 'synflo'; did you mean 'synflow'"),
        (MethodChoice("random-search", proxy="flops"), ConfigurationError, "has no proxy; leave --proxy out"),
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


def test_scoring_a_whole_space_says_how_long_it_takes(monkeypatch, capsys):
    progress = MethodChoice("mtnas", proxy="grasp").build().proxy.progress
    monkeypatch.setattr("ktnas.config.method.perf_counter", iter(range(0, 200, 2)).__next__)
    for done in range(1, 41):
        progress(done, 5425)
    first, *others = capsys.readouterr().err.splitlines()
    assert first == (
        "note: grasp: 10 of 5,425 networks scored, about 3 h 0 min left; scores are kept, this is done once"
    )
    assert len(others) == 2
    for done in range(1, 16):
        progress(done, 20)  # the neighbours of an architecture
    assert capsys.readouterr().err == ""
