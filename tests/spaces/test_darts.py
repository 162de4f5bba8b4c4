import math
import sys

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktnas.errors import ArchitectureError, ConfigurationError
from ktnas.spaces.base import canonical, contains, genotypes
from ktnas.spaces.darts import DARTS, EMT_NAS, EMT_NAS_OPERATIONS, OPERATIONS
from ktnas.spaces.operators import neighbours, sample

SPACE = DARTS()

# The second-order cells that the DARTS paper found on CIFAR-10, as its code writes them.
DARTS_V2 = (
    "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('sep_conv_3x3', 1), "
    "('sep_conv_3x3', 1), ('skip_connect', 0), ('skip_connect', 0), ('dil_conv_3x3', 2)], normal_concat=[2, 3, 4, 5], "
    "reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 1), ('max_pool_3x3', 0), "
    "('skip_connect', 2), ('skip_connect', 2), ('max_pool_3x3', 1)], reduce_concat=[2, 3, 4, 5])"
)
SMALL = DARTS(blocks=2, operations=("conv", "pool"))
SMALL_TEXT = (
    "Genotype(normal=[('conv', 0), ('pool', 1), ('conv', 0), ('conv', 2)], normal_concat=range(2, 4), "
    "reduce=[('pool', 0), ('pool', 1), ('conv', 0), ('pool', 1)], reduce_concat=range(2, 4))"
)
SMALL_CODE = (0, 0, 1, 1, 0, 0, 2, 0, 0, 1, 1, 1, 0, 0, 1, 1)


class TestStrings:
    def test_small_cell(self):
        assert SMALL.format(SMALL_CODE) == SMALL_TEXT
        assert SMALL.parse(SMALL_TEXT) == SMALL_CODE

    def test_published_cell(self):
        genotype = SPACE.parse(DARTS_V2)
        assert contains(SPACE, genotype)
        assert genotype[:4] == (0, OPERATIONS.index("sep_conv_3x3"), 1, OPERATIONS.index("sep_conv_3x3"))
        # the pair ('sep_conv_3x3', 1), ('skip_connect', 0) is sorted by its input
        assert genotype[8:12] == (0, OPERATIONS.index("skip_connect"), 1, OPERATIONS.index("sep_conv_3x3"))
        assert SPACE.parse(SPACE.format(genotype)) == genotype
        assert "normal_concat=range(2, 6)" in SPACE.format(genotype)

    @pytest.mark.parametrize(
        "variant",
        [
            SMALL_TEXT.replace("'", '"'),
            SMALL_TEXT.replace(" ", ""),
            SMALL_TEXT.replace("=", " = ").replace(",", " ,\n"),
            SMALL_TEXT.replace("range(2, 4))", "[3, 2],)"),
            SMALL_TEXT.replace("('conv', 0), ('pool', 1), ('conv'", "('pool', 1), ('conv', 0), ('conv'"),
            SMALL_TEXT.replace("('pool', 1)],", "('pool', 1),],"),
        ],
    )
    def test_other_ways_to_write_it(self, variant):
        assert variant != SMALL_TEXT
        assert SMALL.parse(variant) == SMALL_CODE

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ("Genotype", "Phenotype", "expected the form Genotype"),
            ("), ('conv', 2)", ")", "normal must list 4 pairs such as .'conv', 0"),
            ("('pool', 1)],", "('pool', 1), ('pool', 1)],", "reduce must list 4 pairs"),
            ("('conv', 2)", "('conv', -2)", "normal must list 4 pairs"),
            ("('conv', 2)", "(conv, 2)", "normal must list 4 pairs"),
            ("('conv', 2)", "('conv', 2+0)", "normal must list 4 pairs"),
            ("('conv', 2)", "('gemm', 2)", "operation 'gemm' is not one of conv, pool"),
            ("('conv', 2)", "('conv', 3)", "block 1 of normal can use nodes 0 to 2, not 3"),
            ("('conv', 2)", "('conv', 0)", "two inputs of a block must differ"),
            ("normal_concat=range(2, 4)", "normal_concat=range(3, 4)", r"normal_concat must be the nodes \[2, 3\]"),
            ("reduce_concat=range(2, 4)", "reduce_concat=[2]", r"reduce_concat must be the nodes \[2, 3\]"),
            ("reduce_concat=range(2, 4)", "reduce_concat=list()", "expected the form"),
        ],
    )
    def test_what_is_wrong_is_named(self, old, new, message):
        assert old in SMALL_TEXT
        with pytest.raises(ArchitectureError, match=message):
            SMALL.parse(SMALL_TEXT.replace(old, new))

    def test_text_is_never_run(self):
        hostile = SMALL_TEXT.replace("('conv', 2)", "(__import__('sys').modules.clear(), 2)")
        with pytest.raises(ArchitectureError):
            SMALL.parse(hostile)
        assert sys.modules

    @pytest.mark.parametrize("piece", ["('conv',0),", "[", "Genotype(normal=[", "range(2,"])
    def test_long_hostile_strings_are_refused_at_once(self, piece):
        with pytest.raises(ArchitectureError):
            SMALL.parse("Genotype(normal=[" + piece * 100_000)


class TestValidity:
    def test_inputs_of_a_block_differ(self):
        assert not SMALL.is_valid((0, 0, 0, 1, *SMALL_CODE[4:]))
        assert DARTS(2, ("conv", "pool"), repeated_inputs=True).is_valid((0, 0, 0, 1, *SMALL_CODE[4:]))

    @given(st.data())
    def test_order_of_a_pair_means_nothing(self, data):
        genotype = sample(SPACE, np.random.default_rng(data.draw(st.integers(0, 1000))))
        block = 4 * data.draw(st.integers(0, 7))
        swapped = (
            *genotype[:block],
            *genotype[block + 2 : block + 4],
            *genotype[block : block + 2],
            *genotype[block + 4 :],
        )
        assert SPACE.normalize(swapped) == genotype
        assert canonical(SPACE, swapped) == canonical(SPACE, genotype)

    def test_number_of_architectures(self):
        # per cell: block b chooses 2 of its b + 2 predecessors, and an operation for each
        assert len(genotypes(DARTS(2, ("conv",)))) == (1 * 3) ** 2
        assert len(genotypes(DARTS(1, ("a", "b", "c")))) == (1 * 9) ** 2
        assert len(genotypes(DARTS(1, ("a", "b"), repeated_inputs=True))) == math.comb(4 + 1, 2) ** 2

    def test_cardinalities(self):
        assert SPACE.cardinalities == (2, 7, 2, 7, 3, 7, 3, 7, 4, 7, 4, 7, 5, 7, 5, 7) * 2
        assert len(EMT_NAS.cardinalities) == 40
        assert len(EMT_NAS_OPERATIONS) == 9

    def test_neighbours_change_one_input_or_operation(self):
        # normal and reduction alike: 4 operations in 2 ways each; block 1's inputs can each move to the node left over
        assert len(neighbours(SMALL, SMALL_CODE)) == 2 * (4 + 2)


class TestGraph:
    def test_one_block_by_hand(self):
        graph = DARTS(1, ("conv", "pool")).graph((0, 1, 1, 0, 0, 0, 1, 0))
        cell = ["c_{k-2}", "c_{k-1}", "pool", "conv", "add", "concat"]
        assert list(graph.operations[1:7]) == [f"normal:{label}" for label in cell]
        assert [e for e in graph.edges if max(e) < 7] == [(0, 1), (0, 2), (1, 3), (2, 4), (3, 5), (4, 5), (5, 6)]
        assert graph.operations[9:11] == ("reduce:conv", "reduce:conv")
        assert [e for e in graph.edges if e[1] == 13] == [(6, 13), (12, 13)]

    def test_blocks_that_feed_others_reach_the_output_too(self):
        graph = SMALL.graph(SMALL_CODE).to_networkx()
        concat = next(i for i, op in graph.nodes(data="operation") if op == "normal:concat")
        assert [graph.nodes[i]["operation"] for i in graph.predecessors(concat)] == ["normal:add"] * 2

    def test_who_is_added_to_whom_matters(self):
        space = DARTS(2, ("a", "b", "c", "d"))
        rest = (0, 0, 1, 0, 0, 0, 1, 0)
        assert canonical(space, (0, 0, 1, 1, 0, 2, 1, 3, *rest)) != canonical(space, (0, 0, 1, 3, 0, 2, 1, 1, *rest))

    def test_order_of_independent_blocks_does_not_matter(self):
        space = DARTS(2, ("a", "b", "c", "d"))
        rest = (0, 0, 1, 0, 0, 0, 1, 0)
        assert canonical(space, (0, 0, 1, 1, 0, 2, 1, 3, *rest)) == canonical(space, (0, 2, 1, 3, 0, 0, 1, 1, *rest))

    def test_cells_are_not_interchangeable(self):
        swapped = (*SMALL_CODE[8:], *SMALL_CODE[:8])
        assert canonical(SMALL, swapped) != canonical(SMALL, SMALL_CODE)

    def test_none_contributes_nothing(self):
        space = DARTS(1, ("none", "conv"))
        operations = space.graph((0, 0, 1, 1, 0, 1, 1, 1)).operations
        assert "normal:none" not in operations
        assert "normal:c_{k-2}" not in operations
        assert "reduce:c_{k-2}" in operations


class TestEmtNas:
    # block 1 (node 3) uses node 2, block 2 (node 4) twice the input, blocks 3 and 4 (nodes 5, 6) use 3 and 5
    CELL = (0, 0, 1, 0, 2, 1, 1, 1, 0, 2, 0, 3, 3, 4, 1, 4, 5, 0, 0, 0)

    def genotype(self):
        return EMT_NAS.normalize((*self.CELL, *self.CELL))

    def test_output_concatenates_unused_blocks(self):
        text = EMT_NAS.format(self.genotype())
        assert "normal_concat=[4, 6]" in text
        assert EMT_NAS.parse(text) == self.genotype()

    def test_other_concatenation_is_refused(self):
        text = EMT_NAS.format(self.genotype()).replace("normal_concat=[4, 6]", "normal_concat=range(2, 7)")
        with pytest.raises(ArchitectureError, match=r"normal_concat must be the nodes \[4, 6\], got range\(2,7\)"):
            EMT_NAS.parse(text)

    def test_every_block_leads_to_the_output(self):
        for seed in range(50):
            graph = EMT_NAS.graph(sample(EMT_NAS, np.random.default_rng(seed)))
            assert graph.operations.count("normal:add") == graph.operations.count("reduce:add") == 5
            assert nx.is_directed_acyclic_graph(graph.to_networkx())

    def test_repeated_inputs_count_twice(self):
        graph = EMT_NAS.graph(self.genotype())
        assert {"normal:sep_conv_7x7", "normal:dil_conv_3x3"} <= set(graph.operations)


class TestSettings:
    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            ({"blocks": 0}, "at least one block; got blocks=0"),
            ({"operations": ()}, "operations must be different names"),
            ({"operations": ("conv", "conv")}, "operations must be different names"),
            ({"operations": ("conv 3x3",)}, "operations must be different names"),
        ],
    )
    def test_bad_settings_are_refused(self, settings, message):
        with pytest.raises(ConfigurationError, match=message):
            DARTS(**settings)

    def test_space_is_a_value(self):
        assert DARTS() == SPACE
        assert len({DARTS(), SPACE, EMT_NAS}) == 2
