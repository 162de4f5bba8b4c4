import pytest

from ktnas.errors import ArchitectureError
from ktnas.spaces.base import contains, genotypes
from ktnas.spaces.graph import INPUT, OUTPUT
from ktnas.spaces.operators import neighbours
from ktnas.spaces.transnas_macro import TransNASMacro

SPACE = TransNASMacro()


@pytest.mark.parametrize(
    ("text", "genotype"),
    [
        ("64-2311-basic", (1, 2, 0, 0, 0, 0)),
        ("64-41111-basic", (3, 0, 0, 0, 1, 0)),
        ("64-123444-basic", None),
        ("64-123411-basic", (0, 1, 2, 3, 1, 1)),
    ],
)
def test_digits_become_positions(text, genotype):
    if genotype is None:
        with pytest.raises(ArchitectureError, match=r"channels must double \(digits 2, 4\) 1 to 3 times"):
            SPACE.parse(text)
    else:
        assert SPACE.parse(text) == genotype
        assert SPACE.format(genotype) == text


@pytest.mark.parametrize("text", ["", "2311", "64-231-basic", "64-2311111-basic", "64-2310-basic", "64-2311-basic\n"])
def test_other_strings_are_refused(text):
    with pytest.raises(ArchitectureError, match="of 'transnas101-macro': expected the form 64-DIGITS-basic"):
        SPACE.parse(text)


@pytest.mark.parametrize(
    ("digits", "valid"),
    [
        ("1111", False),  # neither doubles nor halves
        ("2111", False),  # never halves
        ("3111", False),  # never doubles
        ("4111", True),
        ("222311", True),
        ("222321", False),  # doubles four times
        ("333321", True),
        ("333332", False),  # halves five times
        ("444311", True),  # three doublings, four halvings
        ("444331", False),
    ],
)
def test_doublings_and_halvings_are_limited(digits, valid):
    values = [int(digit) for digit in digits]
    genotype = (*(value - 1 for value in values[:4]), *values[4:], *(0,) * (6 - len(values)))
    assert SPACE.is_valid(genotype) is valid


def test_sixth_module_needs_a_fifth():
    assert not contains(SPACE, (3, 0, 0, 0, 0, 1))
    assert (3, 0, 0, 0, 1, 0) in neighbours(SPACE, (3, 0, 0, 0, 0, 0))


def test_networks_of_each_length():
    lengths = [len(SPACE.graph(genotype).operations) - 2 for genotype in genotypes(SPACE)]
    assert (len(lengths), lengths.count(4), lengths.count(5), lengths.count(6)) == (3_256, 210, 750, 2_296)


def test_graph_is_a_chain():
    graph = SPACE.graph((1, 2, 0, 3, 1, 0))
    assert graph.operations == (INPUT, "widen", "downsample", "normal", "widen_downsample", "normal", OUTPUT)
    assert graph.edges == ((0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6))


@pytest.mark.table("transnas101-macro")
def test_every_string_of_the_table_formats_back(rows):
    texts = [row["arch_str"] for row in rows("transnas101_macro")]
    parsed = [SPACE.parse(text) for text in texts]
    assert [SPACE.format(genotype) for genotype in parsed] == texts
    assert sorted(parsed) == sorted(genotypes(SPACE))


@pytest.mark.parametrize(
    ("text", "doublings", "halvings", "modules"),
    [
        ("64-2311-basic", (1, 1, 1, 1, 1, 1), (0, 1, 1, 1, 1, 1), 4),
        ("64-124343-basic", (0, 1, 2, 2, 3, 3), (0, 0, 1, 2, 3, 4), 6),
        ("64-41111-basic", (1, 1, 1, 1, 1, 1), (1, 1, 1, 1, 1, 1), 5),
    ],
)
def test_quantities_follow_channels_and_resolution(text, doublings, halvings, modules):
    assert SPACE.quantities(SPACE.parse(text)) == (*doublings, *halvings, modules)
