"""Which spaces have a supernet."""

import pytest

from ktnas.config.registry import SPACES
from ktnas.errors import ConfigurationError
from ktnas.spaces.transnas_macro import TransNASMacro
from ktnas.training.supernet.families import SHARED_FAMILIES, require_shared


def test_names_are_those_of_the_spaces():
    for family in SHARED_FAMILIES:
        for name in family.names:
            assert require_shared(SPACES[name]()) is family


def test_other_spaces_are_refused():
    with pytest.raises(ConfigurationError, match="'transnas101-macro' has no supernet: use nasbench201, darts or emt"):
        require_shared(TransNASMacro())
