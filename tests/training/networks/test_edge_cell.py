import itertools

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from ktnas.spaces.nasbench201 import EDGES
from ktnas.training.networks.edge_cell import EdgeCell, build_cell, live_edges
from ktnas.training.networks.operations import Zero


class Times(nn.Module):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, inputs):
        return inputs * self.factor


def test_nodes_add_up_their_edges():
    cell = EdgeCell(EDGES, [Times(factor) for factor in (2, 3, 5, 7, 11, 13)])
    # node 1: 2; node 2: 3 + 5 * 2 = 13; node 3: 7 + 11 * 2 + 13 * 13 = 198
    assert cell(torch.ones(1, 1, 1, 1)).item() == 198


@pytest.mark.parametrize(
    ("edges", "live"),
    [
        (EDGES, EDGES),
        ([(0, 1), (0, 3)], [(0, 3)]),  # a dead end
        ([(1, 2), (2, 3), (0, 3)], [(0, 3)]),  # from a node that gets nothing
        ([(0, 1), (1, 2), (2, 3)], [(0, 1), (1, 2), (2, 3)]),
        ([(0, 1), (2, 3)], []),
        ([], []),
    ],
)
def test_live_edges_lie_on_a_path(edges, live):
    assert live_edges(edges, 3) == frozenset(live)


@given(st.sets(st.sampled_from(EDGES)))
def test_live_edges_are_those_of_all_paths(chosen):
    edges = [edge for edge in EDGES if edge in chosen]
    paths = [
        set(itertools.pairwise((0, *middle, 3)))
        for count in range(3)
        for middle in itertools.combinations((1, 2), count)
    ]
    expected = set().union(*(path for path in paths if path <= chosen))
    assert live_edges(edges, 3) == expected


@given(st.lists(st.sampled_from(["none", "double", "triple"]), min_size=6, max_size=6))
def test_a_pruned_cell_computes_the_same(names):
    factors = {"none": 0, "double": 2, "triple": 3}
    cells = [
        build_cell(EDGES, names, lambda name, _: Times(factors[name]), Zero(1), prune=prune) for prune in (False, True)
    ]
    inputs = torch.arange(4.0).reshape(1, 1, 2, 2)
    full, pruned = (cell(inputs) for cell in cells)
    assert torch.equal(full, pruned)


def test_a_cell_without_a_path_gives_zeros_and_holds_nothing():
    cell = build_cell(EDGES, ["none"] * 4 + ["double", "none"], lambda *_: Times(2), Zero(5, stride=2), prune=True)
    assert torch.equal(cell(torch.ones(2, 3, 7, 4)), torch.zeros(2, 5, 4, 2))
    assert not list(cell.children())
