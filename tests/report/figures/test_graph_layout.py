"""Layouts: every node in its layer, no edge through a node, no two things in one place."""

from itertools import pairwise

import numpy as np
import pytest

from ktnas.config.registry import SPACES
from ktnas.report.figures.graph_layout import lay_out
from ktnas.spaces.graph import OperationGraph
from ktnas.spaces.operators import sample

DIAMOND = OperationGraph(("input", "a", "b", "output"), ((0, 1), (0, 2), (0, 3), (1, 3), (2, 3)))


def graphs():
    rng = np.random.default_rng(3)
    spaces = [make() for make in SPACES.values()]
    return [space.graph(sample(space, rng)) for space in spaces if space is not None for _ in range(5)]


@pytest.mark.parametrize("graph", [DIAMOND, *graphs()])
def test_edges_lead_to_the_right_and_places_differ(graph):
    drawing = lay_out(graph)
    assert len(set(drawing.places)) == len(graph.operations)
    for (a, b), route in zip(graph.edges, drawing.routes, strict=True):
        assert route[0] == drawing.places[a]
        assert route[-1] == drawing.places[b]
        assert all(right - left == 1 for (left, _), (right, _) in pairwise(route))


@pytest.mark.parametrize("graph", [DIAMOND, *graphs()])
def test_no_edge_bends_where_a_node_is(graph):
    drawing = lay_out(graph)
    taken = list(drawing.places)
    for route in drawing.routes:
        for x, y in route[1:-1]:
            assert all(abs(y - other) > 0.9 for column, other in taken if column == x)


def test_everything_lies_within_the_drawing():
    for graph in graphs():
        drawing = lay_out(graph)
        points = [*drawing.places, *(point for route in drawing.routes for point in route)]
        assert min(x for x, _ in points) == 0
        assert max(x for x, _ in points) == drawing.width
        assert min(y for _, y in points) == 0
        assert max(y for _, y in points) == drawing.height


def test_a_graph_without_a_path_has_its_ends_apart():
    drawing = lay_out(OperationGraph(("input", "output"), ()))
    assert drawing.places == ((0.0, 0.0), (2.0, 0.0))


def test_an_edge_past_a_node_goes_around_it():
    drawing = lay_out(DIAMOND)
    (direct,) = [r for r in drawing.routes if r[0] == drawing.places[0] and r[-1] == drawing.places[3]]
    assert direct[1][1] not in {drawing.places[1][1], drawing.places[2][1]}
