"""Names of proxies: what each stands for, where scores are kept, and what is said while they are made."""

import pytest

from ktnas.config.proxy import named_proxy
from ktnas.config.registry import SCORES
from ktnas.errors import UnknownNameError


def test_scores_of_networks_are_kept_in_the_cache_directory():
    assert named_proxy("synflow").store.directory.name == "proxies"


@pytest.mark.parametrize("name", ["parameters", *SCORES])
def test_proxies_carry_their_names(name):
    assert named_proxy(name).name == name


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(UnknownNameError, match="Known: parameters, flops"):
        named_proxy("flop")


def test_scoring_a_whole_space_says_how_long_it_takes(monkeypatch, capsys):
    progress = named_proxy("grasp").progress
    monkeypatch.setattr("ktnas.config.proxy.perf_counter", iter(range(0, 200, 2)).__next__)
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
