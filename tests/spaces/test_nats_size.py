import pytest

from ktnas.errors import ArchitectureError
from ktnas.spaces.base import genotypes, quantities
from ktnas.spaces.nats_size import WIDTHS, NATSSize


def test_it_is_every_choice_of_five_widths():
    space = NATSSize()
    assert space.cardinalities == (8,) * 5
    assert tuple(range(8, 65, 8)) == WIDTHS
    assert len(genotypes(space)) == 32_768


def test_the_official_order_is_that_of_the_codes():
    space = NATSSize()
    listed = genotypes(space)
    assert [space.format(listed[i]) for i in (0, 11, 284)] == ["8:8:8:8:8", "8:8:8:16:32", "8:8:40:32:40"]


def test_a_network_is_a_chain_of_widths_and_doubling_counts_alike_everywhere():
    space = NATSSize()
    genotype = space.parse("8:16:24:32:64")
    graph = space.graph(genotype)
    assert graph.operations == ("input", "width_8", "width_16", "width_24", "width_32", "width_64", "output")
    assert graph.edges == tuple((i, i + 1) for i in range(6))
    assert quantities(space, genotype)[0] == 3
    assert quantities(space, genotype)[4] == 6


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("8:16:24:32", "expected five widths"),
        ("8:16:24:32:7", "7 is no width"),
        ("8:16:24:32:064", "expected five widths"),
        ("8:16:24:32:72", "72 is no width"),
        ("", "expected five widths"),
    ],
)
def test_what_is_no_network_is_refused(text, problem):
    with pytest.raises(ArchitectureError, match=problem):
        NATSSize().parse(text)
