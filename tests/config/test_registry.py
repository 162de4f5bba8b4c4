"""Names: each stands for an object that carries it, and `--help` knows exactly those there are."""

import pytest

from ktnas.benchmarks.registry import BENCHMARKS, known_benchmark, known_benchmarks
from ktnas.config import defaults
from ktnas.config import registry as catalog
from ktnas.errors import UnknownNameError


@pytest.mark.parametrize("name", catalog.METHODS)
def test_methods_carry_their_names(name):
    assert catalog.METHODS[name]().name == name.removesuffix("-early")  # what it was called when it was composed so


@pytest.mark.parametrize("name", [name for name in catalog.EMBEDDERS if name != "combined"])
def test_embedders_carry_their_names(name):
    assert catalog.EMBEDDERS[name]().name == name


def test_the_combined_embedder_is_the_default_methods():
    assert catalog.EMBEDDERS["combined"]() == catalog.METHODS[defaults.METHOD]().embedder


@pytest.mark.parametrize("name", catalog.TRANSFERS)
def test_transfers_carry_their_names(name):
    assert catalog.TRANSFERS[name]().name == name


@pytest.mark.parametrize("name", catalog.SURROGATES)
def test_surrogates_carry_their_names(name):
    screening = catalog.SURROGATES[name]()
    if name not in {"joint", "none"}:
        assert screening.surrogate.name == name


@pytest.mark.parametrize("name", catalog.SPACES)
def test_spaces_carry_their_names(name):
    space = catalog.SPACES[name]()
    assert name == ("categorical" if space is None else space.name)


def test_benchmarks_are_those_that_can_be_loaded():
    assert [known.name for known in known_benchmarks()] == list(BENCHMARKS)
    default = known_benchmark(defaults.BENCHMARK)
    assert {defaults.SOURCE, defaults.TARGET} <= set(default.tasks)


def test_an_unknown_name_lists_the_known_ones_and_the_nearest():
    with pytest.raises(UnknownNameError, match=r"unknown transfer 'randm'; did you mean 'random'\? Known: tra"):
        catalog.made("transfer", "randm", catalog.TRANSFERS)
