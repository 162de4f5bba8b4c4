from itertools import combinations

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktnas.spaces.graph import INPUT, OUTPUT, OperationGraph, canonical_form, contracted, line_graph, pruned

CHAIN = OperationGraph((INPUT, "a", "b", OUTPUT), ((0, 1), (1, 2), (2, 3)))


@st.composite
def graphs(draw, inner=5, operations="ab"):
    """DAGs of up to ``inner`` operation nodes between input and output, edges at will."""
    size = draw(st.integers(0, inner))
    labels = draw(st.lists(st.sampled_from(operations), min_size=size, max_size=size))
    pairs = list(combinations(range(size + 2), 2))
    kept = draw(st.lists(st.booleans(), min_size=len(pairs), max_size=len(pairs)))
    edges = tuple(pair for pair, keep in zip(pairs, kept, strict=True) if keep)
    return OperationGraph((INPUT, *labels, OUTPUT), edges)


@st.composite
def renumbered(draw, graph):
    """``graph`` in another topological order."""
    order, left = [], list(range(len(graph.operations)))
    while left:
        ready = [i for i in left if not any(b == i and a in left for a, b in graph.edges)]
        order.append(draw(st.sampled_from(ready)))
        left.remove(order[-1])
    number = {node: i for i, node in enumerate(order)}
    edges = tuple(sorted((number[a], number[b]) for a, b in graph.edges))
    return OperationGraph(tuple(graph.operations[i] for i in order), edges)


def isomorphic(first, second):
    return nx.is_isomorphic(
        first.to_networkx(), second.to_networkx(), node_match=lambda a, b: a["operation"] == b["operation"]
    )


class TestToNetworkx:
    def test_operations_sit_on_nodes(self):
        graph = CHAIN.to_networkx()
        assert list(graph.nodes(data="operation")) == [(0, INPUT), (1, "a"), (2, "b"), (3, OUTPUT)]
        assert list(graph.edges) == [(0, 1), (1, 2), (2, 3)]

    def test_isolated_nodes_stay(self):
        assert set(OperationGraph((INPUT, OUTPUT), ()).to_networkx().nodes) == {0, 1}


class TestPruned:
    def test_zero_operations_and_dead_ends_go(self):
        # 1 -> none cuts it off; 3 leads nowhere; 4 comes from nowhere; 2 and 5 stay.
        operations = (INPUT, "none", "a", "b", "c", "d", OUTPUT)
        edges = [(0, 1), (1, 6), (0, 2), (2, 3), (4, 6), (2, 5), (5, 6)]
        assert pruned(operations, edges) == OperationGraph((INPUT, "a", "d", OUTPUT), ((0, 1), (1, 2), (2, 3)))

    def test_without_a_path_only_the_unconnected_ends_remain(self):
        graph = pruned((INPUT, "a", "b", OUTPUT), [(0, 1), (2, 3)])
        assert graph == OperationGraph((INPUT, OUTPUT), ())
        assert not graph.is_connected

    def test_direct_edge_is_a_path(self):
        assert pruned((INPUT, "a", OUTPUT), [(0, 1), (0, 2)]) == OperationGraph((INPUT, OUTPUT), ((0, 1),))

    def test_zero_operations_are_the_callers(self):
        operations, edges = (INPUT, "none", "zero", OUTPUT), [(0, 1), (1, 3), (0, 2), (2, 3)]
        assert pruned(operations, edges, zero=("zero",)).operations == (INPUT, "none", OUTPUT)

    def test_repeated_edges_become_one(self):
        assert pruned((INPUT, OUTPUT), [(0, 1), (0, 1)]).edges == ((0, 1),)

    @given(graphs())
    def test_keeps_exactly_what_lies_between_input_and_output(self, graph):
        whole, last = graph.to_networkx(), len(graph.operations) - 1
        between = (nx.descendants(whole, 0) | {0}) & (nx.ancestors(whole, last) | {last})
        kept = between if between else {0, last}
        assert isomorphic_to_subgraph(pruned(graph.operations, graph.edges), whole.subgraph(kept))


def isomorphic_to_subgraph(graph, subgraph):
    ordered = sorted(subgraph)
    return graph.operations == tuple(subgraph.nodes[i]["operation"] for i in ordered) and graph.edges == tuple(
        sorted((ordered.index(a), ordered.index(b)) for a, b in subgraph.edges)
    )


class TestLineGraph:
    def test_edges_become_nodes_in_the_order_of_their_ends(self):
        cell = [(0, 2, "c"), (1, 2, "b"), (0, 1, "a")]
        assert line_graph(cell) == OperationGraph(
            (INPUT, "a", "c", "b", OUTPUT), ((0, 1), (0, 2), (1, 3), (2, 4), (3, 4))
        )

    def test_complete_cell_of_four_nodes(self):
        cell = [(a, b, f"{a}{b}") for a, b in combinations(range(4), 2)]
        graph = line_graph(cell)
        named = [(graph.operations[a], graph.operations[b]) for a, b in graph.edges]
        outer = [(INPUT, "01"), (INPUT, "02"), (INPUT, "03"), ("03", OUTPUT), ("13", OUTPUT), ("23", OUTPUT)]
        inner = [("01", "12"), ("01", "13"), ("02", "23"), ("12", "23")]
        assert sorted(named) == sorted(outer + inner)

    def test_none_takes_its_followers_along(self):
        cell = [(0, 1, "none"), (1, 2, "a"), (0, 2, "b")]
        assert line_graph(cell) == OperationGraph((INPUT, "b", OUTPUT), ((0, 1), (1, 2)))


class TestContracted:
    def test_identity_in_a_chain_vanishes(self):
        graph = OperationGraph((INPUT, "a", "skip", "b", OUTPUT), ((0, 1), (1, 2), (2, 3), (3, 4)))
        assert contracted(graph, "skip") == CHAIN

    def test_parallel_paths_stay_apart(self):
        graph = OperationGraph((INPUT, "skip", "skip", OUTPUT), ((0, 1), (0, 2), (1, 3), (2, 3)))
        assert contracted(graph, "skip") == OperationGraph((INPUT, OUTPUT), ((0, 1), (0, 1)))
        single = contracted(OperationGraph((INPUT, "skip", OUTPUT), ((0, 1), (1, 2))), "skip")
        assert canonical_form(single) != canonical_form(contracted(graph, "skip"))

    def test_consecutive_identities(self):
        graph = OperationGraph((INPUT, "skip", "skip", "a", OUTPUT), ((0, 1), (1, 2), (2, 3), (3, 4)))
        assert contracted(graph, "skip") == OperationGraph((INPUT, "a", OUTPUT), ((0, 1), (1, 2)))

    def test_without_the_operation_nothing_changes(self):
        assert contracted(CHAIN, "skip") == CHAIN

    @given(graphs(operations=("a", "skip")))
    def test_keeps_the_number_of_paths(self, graph):
        assert paths(contracted(graph, "skip")) == paths(graph)


def paths(graph):
    """Number of paths from input to output, repeated edges counted."""
    counts = [1] + [0] * (len(graph.operations) - 1)
    for a, b in sorted(graph.edges):
        counts[b] += counts[a]
    return counts[-1]


class TestCanonicalForm:
    def test_chain(self):
        assert canonical_form(CHAIN) != canonical_form(
            OperationGraph((INPUT, "b", "a", OUTPUT), ((0, 1), (1, 2), (2, 3)))
        )

    def test_refinement_alone_does_not_decide(self):
        # Two 6-cycles against one 12-cycle, oriented between two layers: every node looks alike to refinement.
        operations = (INPUT, *"aaaaaa", *"bbbbbb", OUTPUT)
        apart = [(1 + i, 7 + j) for i in range(6) for j in range(6) if i // 3 == j // 3 and i % 3 != j % 3]
        ring = [(1 + i, 7 + j) for i in range(6) for j in range(6) if j in (i, (i + 1) % 6)]
        ends = [(0, i) for i in range(1, 7)] + [(i, 13) for i in range(7, 13)]
        first = OperationGraph(operations, tuple(sorted(apart + ends)))
        second = OperationGraph(operations, tuple(sorted(ring + ends)))
        assert not isomorphic(first, second)
        assert canonical_form(first) != canonical_form(second)

    def test_many_twins_are_quick(self):
        size = 40
        edges = [(0, i) for i in range(1, size)] + [(i, size) for i in range(1, size)]
        graph = OperationGraph((INPUT, *["a"] * (size - 1), OUTPUT), tuple(sorted(edges)))
        operations, found = canonical_form(graph)
        assert operations.count("a") == size - 1
        assert len(found) == len(edges)

    @given(st.data())
    def test_ignores_the_numbering(self, data):
        graph = data.draw(graphs())
        assert canonical_form(data.draw(renumbered(graph))) == canonical_form(graph)

    @settings(max_examples=300)
    @given(graphs(inner=3), graphs(inner=3))
    def test_agrees_with_networkx(self, first, second):
        assert (canonical_form(first) == canonical_form(second)) == isomorphic(first, second)

    @given(st.data())
    def test_agrees_with_networkx_one_edge_away(self, data):
        first = data.draw(graphs(inner=6))
        other = data.draw(renumbered(first))
        last = len(first.operations) - 1
        a, b = sorted(data.draw(st.lists(st.integers(0, last), min_size=2, max_size=2, unique=True)))
        second = OperationGraph(other.operations, tuple(sorted(set(other.edges) ^ {(a, b)})))
        assert canonical_form(first) != canonical_form(second)
        assert not isomorphic(first, second)

    @given(st.data())
    def test_agrees_with_networkx_one_operation_moved(self, data):
        first = data.draw(graphs(inner=6))
        order = data.draw(st.permutations(first.operations[1:-1]))
        second = data.draw(renumbered(OperationGraph((INPUT, *order, OUTPUT), first.edges)))
        assert (canonical_form(first) == canonical_form(second)) == isomorphic(first, second)

    @pytest.mark.parametrize("operations", ["ab", "ba"])
    def test_is_itself_a_graph_isomorphic_to_what_it_stands_for(self, operations):
        graph = OperationGraph((INPUT, *operations, OUTPUT), ((0, 1), (0, 2), (1, 2), (2, 3)))
        assert isomorphic(OperationGraph(*canonical_form(graph)), graph)
