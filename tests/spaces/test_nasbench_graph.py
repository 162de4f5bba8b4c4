import importlib.metadata
import itertools
import math
import pickle

import pytest

from ktnas.errors import ArchitectureError
from ktnas.spaces.base import genotypes
from ktnas.spaces.graph import INPUT, OUTPUT, OperationGraph, canonical_form, contracted
from ktnas.spaces.nasbench_graph import LINKS, OPERATIONS, NASBenchGraph, genotype_of, key_of

SPACE = NASBenchGraph()
SKIP = OPERATIONS.index("skip")


class Keys(pickle.Unpickler):
    """Reads the keys of a benchmark file; numbers by NumPy become None."""

    def find_class(self, module, name):
        assert (module, name) in {("numpy.core.multiarray", "scalar"), ("numpy", "dtype")}
        return lambda *_: _Ignored()


class _Ignored:
    def __setstate__(self, state):
        pass


def keys_of(task):
    files = importlib.metadata.files("nas-bench-graph")
    path = next(file for file in files if file.name == f"{task}.bench").locate()
    with path.open("rb") as stream:
        return set(Keys(stream).load())


class TestStrings:
    def test_both_forms(self):
        genotype = (3, 1, 0, 7, 8)
        assert SPACE.format(genotype) == "0012-gcn-gat-fc-skip"
        assert SPACE.parse("0012-gcn-gat-fc-skip") == SPACE.parse("31078") == SPACE.normalize(genotype)

    def test_parse_gives_the_listed_code(self):
        assert SPACE.parse("0000-gcn-gat-fc-gin") == (0, 0, 1, 2, 7)
        assert SPACE.parse("07210") == (0, 0, 1, 2, 7)

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "expected the form 0012-gcn-gat-fc-skip"),
            ("0012-gcn-gat-fc", "expected the form"),
            ("0012-gcn-gat-fc-skip\n", "expected the form"),
            ("123456", "expected the form"),
            ("\u0663" * 3, "expected the form"),
            ("0021-gcn-gat-fc-skip", "wiring 0021 is not one of 0000, 0001, 0011"),
            ("0012-gcn-gat-fc-conv", "operation 'conv' is not one of gat, gcn"),
            ("0123-skip-skip-skip-skip", "nothing but skip"),
            ("88888", "operations not all 8"),
            ("90000", "five digits 0 to 8"),
            ("00009", "five digits 0 to 8"),
        ],
    )
    def test_other_strings_are_refused(self, text, message):
        with pytest.raises(ArchitectureError, match=message):
            SPACE.parse(text)

    def test_keys(self):
        assert key_of((0, 0, 0, 0, 0)) == 0
        assert genotype_of(0) == (0, 0, 0, 0, 0)
        with pytest.raises(ArchitectureError, match="key -1 is no architecture"):
            genotype_of(-1)
        with pytest.raises(ArchitectureError, match="key 123456 is no architecture"):
            genotype_of(123_456)


class TestNormalize:
    @pytest.mark.parametrize(
        ("code", "listed", "why"),
        [
            ("0000-fc-gin-gcn-gat", "0000-gat-gcn-gin-fc", "siblings in order"),
            ("0001-fc-gin-gcn-gat", "0001-fc-gcn-gin-gat", "the sibling with a follower stays first"),
            ("0012-gin-gcn-gat-fc", "0012-gcn-gin-fc-gat", "two chains swap whole"),
            ("0012-gcn-gcn-fc-gat", "0012-gcn-gcn-gat-fc", "equal heads: followers decide"),
            ("0123-gcn-skip-gat-fc", "0123-skip-gcn-gat-fc", "identity within a chain goes to the front"),
            ("0123-gcn-gat-fc-skip", "0123-skip-gcn-gat-fc", "identity at the end of a chain too"),
            ("0012-gcn-skip-gat-fc", "0112-skip-gcn-fc-gat", "0012 with one branch shortened is 0112 behind a skip"),
            ("0000-gat-gcn-gin-skip", "0111-skip-gat-gcn-gin", "the output does without the raw input"),
            ("0111-gcn-gat-gin-skip", "0111-gcn-gat-gin-skip", "an identity beside others carries its input"),
            ("0122-gcn-skip-gat-fc", "0122-skip-gcn-gat-fc", "followers of an identity move up"),
            ("0123-skip-skip-skip-gcn", "0123-skip-skip-skip-gcn", "already at the front"),
            ("0000-skip-skip-skip-gcn", "0123-skip-skip-skip-gcn", "all raw inputs go"),
        ],
    )
    def test_by_hand(self, code, listed, why):
        assert SPACE.format(SPACE.parse(code)) == listed, why

    def test_keeps_the_function_except_the_raw_input(self):
        """Identities contracted, a code and its listed code are one multigraph, up to input-to-output edges."""
        for code in itertools.product(range(len(LINKS)), *[(0, 1, SKIP)] * 4):
            if SPACE.is_valid(code):
                assert function(code) == function(SPACE.normalize(code)), code

    @pytest.mark.slow
    def test_different_listed_codes_compute_differently(self):
        assert len({function(genotype) for genotype in genotypes(SPACE)}) == len(genotypes(SPACE))


def function(genotype):
    graph = contracted(SPACE.graph(genotype), "skip")
    last = len(graph.operations) - 1
    return canonical_form(OperationGraph(graph.operations, tuple(edge for edge in graph.edges if edge != (0, last))))


def test_leaves_feed_the_output():
    assert SPACE.graph((3, 1, 0, 7, 8)) == OperationGraph(
        (INPUT, "gcn", "gat", "fc", "skip", OUTPUT), ((0, 1), (0, 2), (1, 3), (2, 4), (3, 5), (4, 5))
    )


@pytest.mark.parametrize("genotype", [(0, SKIP, SKIP, SKIP, SKIP), (8, SKIP, SKIP, SKIP, SKIP)])
def test_skip_alone_is_not_valid(genotype):
    assert not SPACE.is_valid(genotype)


class TestAgainstTheBenchmark:
    @pytest.mark.slow
    def test_listed_codes_are_the_keys(self):
        assert {key_of(genotype) for genotype in genotypes(SPACE)} == keys_of("cora")
        assert len(genotypes(SPACE)) == 26_206

    def test_strings_and_keys_lead_back(self):
        for genotype in genotypes(SPACE):
            assert SPACE.parse(SPACE.format(genotype)) == genotype == genotype_of(key_of(genotype))

    def test_proteins_lists_five_operations_under_the_same_keys(self):
        numbers = {OPERATIONS.index(name) for name in ("gcn", "sage", "arma", "fc", "skip")}
        five = {key_of(genotype) for genotype in genotypes(SPACE) if numbers.issuperset(genotype[1:])}
        assert five == keys_of("proteins")
        assert len(five) == 2_021


@pytest.mark.parametrize(
    ("text", "most", "fewest", "mean", "paths"),
    [
        ("0123-gcn-gcn-fc-gat", {"gcn": 2, "fc": 1, "gat": 1, "": 4}, {"gcn": 2, "fc": 1, "gat": 1, "": 4}, None, 1),
        ("0012-gcn-gat-fc-sage", {"gcn": 1, "gat": 1, "fc": 1, "sage": 1, "": 2}, {"": 2}, 0.5, 2),
        ("0000-gcn-gcn-gcn-fc", {"gcn": 1, "fc": 1, "": 1}, {"": 1}, None, 4),
    ],
)
def test_quantities_count_operations_along_paths(text, most, fewest, mean, paths):
    names = (*OPERATIONS, "")
    found = SPACE.quantities(SPACE.parse(text))
    assert len(found) == 3 * len(names) + 1
    at_most, at_least, on_average = (found[i * len(names) : (i + 1) * len(names)] for i in range(3))
    assert at_most == tuple(most.get(name, 0) for name in names)
    assert at_least == tuple(fewest.get(name, 0) for name in names)
    if mean is not None:
        assert on_average == (*(mean * (most.get(name, 0)) for name in names[:-1]), 2)
    assert found[-1] == math.log2(paths)
    assert sum(on_average[:-1]) == pytest.approx(on_average[-1])
