import math

import pytest

from ktnas.errors import ArchitectureError, ConfigurationError
from ktnas.spaces.base import canonical, genotypes
from ktnas.spaces.graph import INPUT, OUTPUT, OperationGraph
from ktnas.spaces.mdesign import MDesign

LINK, GRAPH = MDesign("link"), MDesign("graph")


def test_positions_follow_the_string():
    assert LINK.parse("dot|degree_sys|mean|add|6|skipsum") == (2, 1, 2, 0, 1, 6)
    assert LINK.format((2, 1, 2, 0, 1, 6)) == "dot|degree_sys|mean|add|6|skipsum"
    assert GRAPH.parse("add|rel_rwpe|min|concat|4|gpr") == (0, 4, 3, 1, 0, 0)


def test_the_two_differ_in_their_names_and_decoders_alone():
    assert (LINK.name, GRAPH.name) == ("mdesign-link", "mdesign-graph")
    assert LINK != GRAPH
    for genotype in genotypes(LINK)[::97]:
        first, second = (space.format(genotype).split("|") for space in (LINK, GRAPH))
        assert first[1:] == second[1:]
        assert first[0] != second[0]


@pytest.mark.parametrize("space", [LINK, GRAPH], ids=lambda space: space.name)
def test_no_two_of_the_1680_are_isomorphic(space):
    everything = genotypes(space)
    assert len(everything) == 1_680
    assert len({canonical(space, genotype) for genotype in everything}) == 1_680


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"expected the form decode\|norm\|agg\|comb\|l_mp\|stage, such as concat\|degree_row\|add\|add\|4\|gpr"),
        ("dot|degree_sys|mean|add|6", "expected the form"),
        ("dot|degree_sys|mean|add|6|skipsum|", "expected the form"),
        ("max|degree_sys|mean|add|6|skipsum", "decode is 'max', not one of concat, cosine_similarity, dot"),
        ("dot|degree_sys|mean|add|5|skipsum", "l_mp is '5', not one of 4, 6"),
        ("dot|degree_sys|mean|add|6|skipsum\n", r"stage is 'skipsum\\n', not one of gpr, lstm"),
    ],
)
def test_other_strings_are_refused(text, message):
    with pytest.raises(ArchitectureError, match=f"of 'mdesign-link': {message}"):
        LINK.parse(text)


def test_other_levels_are_refused():
    with pytest.raises(ConfigurationError, match="M-DESIGN has spaces for link and graph; got 'node'"):
        MDesign("node")


def test_graph_by_hand():
    assert GRAPH.graph(GRAPH.parse("add|rel_rwpe|min|concat|4|gpr")) == OperationGraph(
        (INPUT, "norm=rel_rwpe", "agg=min", "comb=concat", "l_mp=4", "stage=gpr", "decode=add", OUTPUT),
        ((0, 1), (0, 3), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, 7)),
    )


def test_the_same_choice_is_the_same_operation_in_both():
    first, second = LINK.graph((0, 1, 2, 0, 1, 6)), GRAPH.graph((0, 1, 2, 0, 1, 6))
    assert first.edges == second.edges
    differ = [pair for pair in zip(first.operations, second.operations, strict=True) if len(set(pair)) > 1]
    assert differ == [("decode=concat", "decode=add")]


def test_the_quantity_is_how_deep_a_network_is():
    assert LINK.quantities(LINK.parse("dot|degree_sys|mean|add|4|skipsum")) == (2.0,)
    assert LINK.quantities(LINK.parse("dot|degree_sys|mean|add|6|skipsum")) == (math.log2(6),)
