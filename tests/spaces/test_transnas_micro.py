from collections import defaultdict

import pytest

from ktnas.errors import ArchitectureError
from ktnas.spaces.base import canonical, genotypes
from ktnas.spaces.graph import INPUT, OUTPUT, OperationGraph
from ktnas.spaces.transnas_micro import TransNASMicro

SPACE = TransNASMicro()


def test_positions_follow_the_string():
    assert SPACE.parse("64-41414-1_02_333") == (1, 0, 2, 3, 3, 3)
    assert SPACE.format((1, 0, 2, 3, 3, 3)) == "64-41414-1_02_333"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "102333",
        "64-41414-1_02_334",
        "64-41414-1_02_33",
        "32-41414-1_02_333",
        "64-41414-1_02_333\n",
        "64-2311-basic",
    ],
)
def test_other_strings_are_refused(text):
    with pytest.raises(ArchitectureError, match="of 'transnas101-micro': expected the form 64-41414-a_bc_def"):
        SPACE.parse(text)


def test_graph_by_hand():
    # edges (0>1) skip, (1>2) 1x1, (2>3) 3x3 in a row; (0>3) 3x3 beside them
    assert SPACE.graph((1, 0, 2, 3, 0, 3)) == OperationGraph(
        (INPUT, "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "nor_conv_3x3", OUTPUT),
        ((0, 1), (0, 3), (1, 2), (2, 4), (3, 5), (4, 5)),
    )


def test_classes_and_cells_without_a_path():
    everything = genotypes(SPACE)
    assert len(everything) == 4_096
    assert len({canonical(SPACE, genotype) for genotype in everything}) == 1_948
    assert sum(not SPACE.graph(genotype).is_connected for genotype in everything) == 169


@pytest.fixture(scope="module")
def cells(rows):
    return [(SPACE.parse(row["arch_str"]), row) for row in rows("transnas101_micro")]


@pytest.mark.table("transnas101-micro")
class TestAgainstTheTable:
    def test_every_string_formats_back(self, cells):
        assert all(SPACE.format(genotype) == row["arch_str"] for genotype, row in cells)
        assert all("".join(map(str, genotype)) == row["code"] for genotype, row in cells)

    def test_every_cell_is_enumerated_in_the_tables_order(self, cells):
        assert genotypes(SPACE) == tuple(genotype for genotype, _ in cells)

    def test_classes_with_more_than_one_result(self, cells):
        results = defaultdict(set)
        for genotype, row in cells:
            results[canonical(SPACE, genotype)].add(row["same_result_as"])
        assert sum(len(found) > 1 for found in results.values()) == 184
