import numpy as np
import pytest

from ktnas.errors import ArchitectureError
from ktnas.spaces.base import ListedSpace, canonical, contains
from ktnas.spaces.graph import INPUT, OUTPUT, OperationGraph
from ktnas.spaces.nasbench101 import BITS, EDGES, OPERATIONS, NASBench101
from ktnas.spaces.operators import crossover, mutate, neighbours, sample

SPACE = NASBench101()
CONV3, CONV1, POOL = OPERATIONS


def text(operations, edges):
    """The string of a cell whose inner vertices have these operations."""
    size = len(operations) + 2
    bits = "".join("01"[(x, y) in edges] for x in range(size) for y in range(size))
    return f"{','.join((INPUT, *operations, OUTPUT))}|{bits}"


def cell(operations, edges):
    return SPACE.parse(text(operations, edges))


DIAMOND = {(0, 1), (0, 2), (1, 3), (2, 3)}


def test_a_code_is_the_bits_of_the_edges_and_then_the_operations():
    genotype = cell([CONV1], {(0, 1), (0, 2), (1, 2)})
    edges = {i for i, bit in enumerate(genotype[:BITS]) if bit}
    assert edges == {0, 15, 16}  # 0 to 1, and both to the output, which is vertex 6
    assert genotype[BITS:] == (1, 0, 0, 0, 0)


def test_codes_of_one_cell_are_one_code_and_have_one_hash():
    one, other = cell([CONV3, POOL], DIAMOND), cell([POOL, CONV3], DIAMOND)
    assert one == other
    with_dead_ends = cell([CONV3, CONV1, POOL], {(0, 1), (0, 2), (0, 3), (1, 4), (3, 4), (1, 2)})
    assert with_dead_ends == one
    raw = [0] * 26
    for x, y in ((0, 2), (0, 4), (2, 6), (4, 6), (1, 3)):  # vertices 1, 3 and 5 lie on no path
        raw[x + y * (y - 1) // 2] = 1
    raw[BITS + 1], raw[BITS + 3], raw[BITS + 4] = 2, 0, 1
    assert SPACE.normalize(tuple(raw)) == one
    assert SPACE.module_hash(tuple(raw)) == SPACE.module_hash(one)
    assert SPACE.module_hash(cell([POOL, CONV1], DIAMOND)) != SPACE.module_hash(one)


def test_hashes_tell_cells_apart_as_isomorphism_does():
    rng = np.random.default_rng(0)
    drawn = {sample(SPACE, rng) for _ in range(400)}
    drawn |= {other for genotype in list(drawn)[:40] for other in neighbours(SPACE, genotype)}
    assert len({SPACE.module_hash(genotype) for genotype in drawn}) == len(drawn)
    assert len({canonical(SPACE, genotype) for genotype in drawn}) == len(drawn)


def test_the_hash_is_upstreams():
    """The first cell of upstream's files, and the key that it has there."""
    row = "input,conv3x3-bn-relu,conv3x3-bn-relu,maxpool3x3,conv3x3-bn-relu,conv1x1-bn-relu,output|"
    row += "0110010000100000000100000101000001000000010000000"
    assert SPACE.module_hash(SPACE.parse(row)) == "00005c142e6f48ac74fdcf73e3439874"


def test_graph_and_string_by_hand():
    genotype = cell([CONV3, POOL], {(0, 1), (1, 2), (2, 3), (0, 3)})
    assert SPACE.graph(genotype) == OperationGraph((INPUT, CONV3, POOL, OUTPUT), ((0, 1), (0, 3), (1, 2), (2, 3)))
    assert SPACE.format(genotype) == text([CONV3, POOL], {(0, 1), (1, 2), (2, 3), (0, 3)})


TEN = {(0, y) for y in range(1, 6)} | {(y, 6) for y in range(1, 6)}


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("input,output", "expected operations from input to output, | and the matrix"),
        ("conv3x3-bn-relu,output|0100", "expected operations from input to output"),
        ("input,conv5x5,output|010001000", "operation 'conv5x5' is not one of conv3x3-bn-relu, conv1x1-bn-relu, max"),
        ("input,,output|010001000", "operation '' is not one of"),
        ("input,output|01", "2 vertices (at most 7) need 4 digits 0 or 1"),
        ("input,output|0120", "need 4 digits"),
        (text([CONV3] * 6, {(0, 7)}), "8 vertices (at most 7)"),
        ("input,output|0110", "upper triangular"),
        (text([CONV3], {(0, 1)}), "there is no path from input to output, expected 1 to 9 edges"),
        (text([CONV3] * 5, TEN), "10 edges lie on paths"),
    ],
)
def test_other_strings_are_refused(written, message):
    with pytest.raises(ArchitectureError) as caught:
        SPACE.parse(written)
    assert message in str(caught.value)


def test_what_is_no_cell_is_not_valid_and_stays_as_it_is():
    for genotype in ((0,) * 26, (1,) * 26):
        assert not SPACE.is_valid(genotype)
        assert SPACE.normalize(genotype) == genotype
    with pytest.raises(ArchitectureError, match="no path from input to output"):
        SPACE.graph((0,) * 26)


def test_neighbours_by_hand():
    """Of input, one convolution, output: another operation, an edge more, a vertex more."""
    around = set(neighbours(SPACE, cell([CONV3], {(0, 1), (1, 2)})))
    expected = {cell([CONV1], {(0, 1), (1, 2)}), cell([POOL], {(0, 1), (1, 2)})}
    expected.add(cell([CONV3], {(0, 1), (1, 2), (0, 2)}))
    for operation in OPERATIONS:
        expected.add(cell([CONV3, operation], {(0, 1), (1, 3), (0, 2), (2, 3)}))  # beside
        expected.add(cell([operation, CONV3], {(0, 1), (1, 2), (0, 2), (2, 3)}))  # before, and past it
        expected.add(cell([CONV3, operation], {(0, 1), (1, 2), (1, 3), (2, 3)}))  # behind, and past it
    assert around == expected


def test_every_cell_can_grow_and_shrink():
    """Mutation reaches cells of every size from the smallest, and the smallest again."""
    rng = np.random.default_rng(3)
    genotype, sizes = cell([], {(0, 1)}), set()
    for _ in range(600):
        genotype = mutate(SPACE, genotype, rng)
        graph = SPACE.graph(genotype)
        assert contains(SPACE, genotype)
        assert len(graph.edges) <= EDGES
        sizes.add(len(graph.operations))
    assert sizes >= {3, 4, 5, 6, 7}


def test_a_mutant_is_a_neighbour_and_a_child_a_cell():
    rng = np.random.default_rng(1)
    for _ in range(200):
        first, second = sample(SPACE, rng), sample(SPACE, rng)
        assert mutate(SPACE, first, rng) in neighbours(SPACE, first)
        child = crossover(SPACE, first, second, rng)
        assert contains(SPACE, child)
        assert SPACE.normalize(child) == child


def test_a_list_of_cells_keeps_to_itself():
    rng = np.random.default_rng(2)
    centre = sample(SPACE, rng)
    near = neighbours(SPACE, centre)
    listed = ListedSpace(SPACE, (centre, *near[::2]))
    assert neighbours(listed, centre) == near[::2]
    assert {mutate(listed, centre, rng) for _ in range(30)} <= set(near[::2])
