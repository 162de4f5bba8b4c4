"""Which spaces have networks."""

import pytest

from ktnas.config.registry import SPACES, TRAINING_SPACES
from ktnas.errors import ConfigurationError
from ktnas.spaces.base import ListedSpace
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.spaces.nasbench_graph import NASBenchGraph
from ktnas.training.networks.families import FAMILIES, family_of, require_family, whole


def test_every_space_that_the_command_line_trains_has_its_family():
    named = {name: family for family in FAMILIES for name in family.names}
    assert set(named) == set(TRAINING_SPACES)
    for name, family in named.items():
        assert require_family(SPACES[name]()) is family


def test_a_listed_part_has_the_family_of_the_whole():
    part = ListedSpace(NASBench201(), ((0,) * 6,))
    assert whole(part) == NASBench201()
    assert family_of(part) is family_of(NASBench201())


def test_no_other_space_has_one_and_the_error_names_those_that_have():
    assert family_of(NASBenchGraph()) is None
    names = "nasbench201, transnas101-micro, transnas101-macro, darts or emt-nas, or give"
    with pytest.raises(ConfigurationError, match=f"'nasbench-graph' has no networks to train: use {names}"):
        require_family(NASBenchGraph())
