from collections import defaultdict

import pytest

from ktnas.errors import ArchitectureError
from ktnas.spaces.base import canonical, genotypes
from ktnas.spaces.graph import INPUT, OUTPUT, OperationGraph, canonical_form, contracted
from ktnas.spaces.nasbench201 import EDGES, OPERATIONS, NASBench201, expression

SPACE = NASBench201()
TEXT = "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|avg_pool_3x3~0|nor_conv_1x1~1|none~2|"


class TestStrings:
    def test_positions_follow_the_string(self):
        assert SPACE.parse(TEXT) == (3, 0, 1, 4, 2, 0)
        assert SPACE.format((3, 0, 1, 4, 2, 0)) == TEXT

    def test_unknown_operation_is_named(self):
        with pytest.raises(ArchitectureError, match="operation 'conv_9x9' is not one of none, skip_connect, nor_conv"):
            SPACE.parse(TEXT.replace("nor_conv_1x1", "conv_9x9"))

    @pytest.mark.parametrize(
        "text",
        ["", "301420", TEXT + "\n", " " + TEXT, TEXT[:-1], TEXT.replace("~2", "~1"), TEXT + "+|none~0|", "|" * 10_000],
    )
    def test_other_forms_are_refused(self, text):
        with pytest.raises(ArchitectureError, match=r"is no architecture of 'nasbench201': expected the form \|op~0"):
            SPACE.parse(text)

    def test_long_strings_are_shown_by_their_beginning(self):
        with pytest.raises(ArchitectureError) as caught:
            SPACE.parse("x" * 100_000)
        assert len(str(caught.value)) < 300


class TestGraph:
    def test_dead_edges_go(self):
        # node 2 is cut off from the output, so edge (1>2) is a dead end: two paths are left
        assert SPACE.graph((3, 0, 1, 4, 2, 0)) == OperationGraph(
            (INPUT, "nor_conv_3x3", "avg_pool_3x3", "nor_conv_1x1", OUTPUT), ((0, 1), (0, 2), (1, 3), (2, 4), (3, 4))
        )

    def test_no_path(self):
        assert SPACE.graph((3, 3, 3, 0, 0, 0)) == OperationGraph((INPUT, OUTPUT), ())

    def test_complete_cell(self):
        graph = SPACE.graph((3,) * 6)
        assert len(graph.operations) == 8
        assert len(graph.edges) == 10


class TestExpression:
    @pytest.mark.parametrize(
        ("genotype", "value"),
        [
            ((0, 0, 0, 0, 0, 0), "#+#+#"),
            ((1, 0, 1, 0, 0, 3), "#+#+(#+0)@nor_conv_3x3"),
            ((0, 0, 4, 1, 0, 0), "#+#+0"),
            ((2, 1, 0, 0, 1, 1), "#+#+0+(0)@nor_conv_1x1"),
        ],
    )
    def test_by_hand(self, genotype, value):
        assert expression(genotype) == value

    def test_skip_passes_its_input_on(self):
        assert (
            expression((1, 0, 0, 0, 3, 0))
            == expression((0, 1, 0, 0, 0, 3)).replace("#+0", "0")
            == "#+#+(0)@nor_conv_3x3"
        )


@pytest.fixture(scope="module")
def cells(rows):
    table = rows("nasbench201")
    return [(SPACE.parse(row["arch_str"]), row) for row in table]


@pytest.mark.table("nasbench201")
class TestAgainstTheTable:
    def test_every_string_formats_back(self, cells):
        assert all(SPACE.format(genotype) == row["arch_str"] for genotype, row in cells)
        assert all("".join(map(str, genotype)) == row["code"] for genotype, row in cells)

    def test_every_cell_is_enumerated_once(self, cells):
        assert len(cells) == 15_625
        assert sorted(genotypes(SPACE)) == sorted(genotype for genotype, _ in cells)

    def test_expressions_are_upstreams_classes(self, cells):
        values = {(expression(genotype), row["rep_index"]) for genotype, row in cells}
        assert len(values) == len({value for value, _ in values}) == len({index for _, index in values}) == 6_466


@pytest.mark.slow
def test_classes_after_pruning_and_after_contraction():
    graphs = [SPACE.graph(genotype) for genotype in genotypes(SPACE)]
    assert len({canonical_form(graph) for graph in graphs}) == 8_765
    assert len({canonical_form(contracted(graph, "skip_connect")) for graph in graphs}) == 5_425
    assert sum(not graph.is_connected for graph in graphs) == 341


@pytest.mark.slow
def test_one_canonical_form_may_have_several_expressions_and_the_reverse():
    forms, values = defaultdict(set), defaultdict(set)
    for genotype in genotypes(SPACE):
        form, value = canonical(SPACE, genotype), expression(genotype)
        forms[value].add(form)
        values[form].add(value)
    assert max(map(len, forms.values())) > 1
    assert max(map(len, values.values())) > 1


def test_space_is_a_value():
    assert NASBench201() == SPACE
    assert hash(NASBench201()) == hash(SPACE)
    assert SPACE.cardinalities == (len(OPERATIONS),) * len(EDGES) == (5,) * 6
