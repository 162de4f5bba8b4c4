"""Several spaces as one: codes, shared names of operations, and what is refused."""

import numpy as np
import pytest

from ktnas.embedding.path_operations import PathOperations
from ktnas.errors import ArchitectureError, ConfigurationError
from ktnas.spaces.base import ListedSpace, genotypes, is_enumerable
from ktnas.spaces.darts import DARTS
from ktnas.spaces.fingerprint import fingerprint
from ktnas.spaces.mdesign import MDesign
from ktnas.spaces.nasbench101 import NASBench101
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.spaces.operators import sample_distinct
from ktnas.spaces.several import SeveralSpaces, joined, parts, require_shared
from ktnas.spaces.transnas_micro import TransNASMicro

BOTH = SeveralSpaces((NASBench201(), TransNASMicro()))
LONE = (3, 0, 0, 0, 0, 3)


class TestCodes:
    def test_the_number_of_a_space_then_its_code_then_zeros(self):
        spaces = SeveralSpaces((MDesign("link"), DARTS()))
        code = spaces.code(0, (2, 1, 2, 0, 1, 6))
        assert code[:7] == (0, 2, 1, 2, 0, 1, 6)
        assert not any(code[7:])
        assert len(code) == 1 + len(DARTS().cardinalities)
        assert spaces.own(code) == (0, (2, 1, 2, 0, 1, 6))

    def test_what_follows_must_be_zeros(self):
        spaces = SeveralSpaces((MDesign("link"), DARTS()))
        code = spaces.code(0, (0,) * 6)
        assert spaces.is_valid(code)
        assert not spaces.is_valid((*code[:-1], 1))

    def test_a_part_is_listed_though_the_whole_cannot_be(self):
        spaces = SeveralSpaces((TransNASMicro(), DARTS()))
        micro, darts = parts(spaces)
        assert len(genotypes(micro)) == 4096
        assert not is_enumerable(darts)
        assert not is_enumerable(spaces)
        assert {g[0] for g in sample_distinct(spaces, 40, np.random.default_rng(0))} == {0, 1}
        assert {g[0] for g in sample_distinct(darts, 5, np.random.default_rng(0))} == {1}

    def test_strings_are_told_apart_by_the_space(self):
        assert BOTH.format((1, 1, 0, 2, 3, 3, 3)) == "transnas101-micro:64-41414-1_02_333"
        assert BOTH.part(1).parse("64-41414-1_02_333") == (1, 1, 0, 2, 3, 3, 3)
        with pytest.raises(ArchitectureError, match=r"expected nasbench201:\.\.\. or transnas101-micro:\.\.\."):
            BOTH.parse("64-41414-1_02_333")

    def test_fewer_than_two_are_refused(self):
        with pytest.raises(ConfigurationError, match="two or more, all different"):
            SeveralSpaces((NASBench201(), NASBench201()))
        assert joined([NASBench201(), NASBench201()]) == NASBench201()

    def test_a_listed_part_of_a_space(self):
        listed = ListedSpace(TransNASMicro(), ((0, 1, 2, 3, 0, 1), (1,) * 6))
        spaces = SeveralSpaces((NASBench201(), listed))
        assert genotypes(spaces.part(1)) == ((1, 0, 1, 2, 3, 0, 1), (1, 1, 1, 1, 1, 1, 1))
        assert not spaces.is_valid((1, 2, 2, 2, 2, 2, 2))


class TestNames:
    def test_one_operation_has_one_name(self):
        own, other = BOTH.code(0, LONE), BOTH.code(1, LONE)
        assert BOTH.graph(own) == BOTH.graph(other)
        fitted = PathOperations().fit(BOTH, np.random.default_rng(0))
        x = fitted.embed([own, other])
        assert (x[0] == x[1]).all()

    def test_synonyms(self):
        spaces = SeveralSpaces((NASBench101(), NASBench201()))
        drawn = sample_distinct(spaces.part(0), 30, np.random.default_rng(0))
        assert "nor_conv_3x3" in {operation for g in drawn for operation in spaces.graph(g).operations}
        assert fingerprint(spaces) != fingerprint(SeveralSpaces(spaces.spaces, synonyms=()))

    def test_nothing_in_common_is_refused_and_operations_are_named(self):
        with pytest.raises(ConfigurationError, match=r"'nasbench201' shares no operation.*nor_conv_3x3.*agg=add"):
            require_shared(SeveralSpaces((NASBench201(), MDesign("link"))))
        require_shared(BOTH)

    def test_quantities_of_one_kind_share_columns(self):
        spaces = SeveralSpaces((MDesign("link"), TransNASMicro(), MDesign("graph")))
        assert list(spaces.quantities(spaces.code(0, (0, 0, 0, 0, 1, 0)))) == [np.log2(6)]
        assert list(spaces.quantities(spaces.code(2, (0,) * 6))) == [2.0]
        assert list(spaces.quantities(spaces.code(1, (0,) * 6))) == [0.0]


def test_a_space_s_own_rule_translates():
    spaces = SeveralSpaces((MDesign("link"), MDesign("graph")))
    assert spaces.translated(1, spaces.code(0, (2, 1, 2, 0, 1, 6))) == (1, 0, 1, 2, 0, 1, 6)
    assert BOTH.translated(1, BOTH.code(0, LONE)) is None
