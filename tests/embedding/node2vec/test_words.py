import networkx as nx
import numpy as np
import pytest

from ktnas.embedding.node2vec.words import Neighbourhood, Operation, OperationAndPosition, neighbourhood_labels
from ktnas.errors import ConfigurationError
from ktnas.spaces.graph import OperationGraph, canonical_form
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.spaces.operators import sample

DIAMOND = OperationGraph(("input", "conv", "pool", "conv", "output"), ((0, 1), (0, 2), (1, 3), (2, 4), (3, 4)))
WORDS = (Operation(), OperationAndPosition(), Neighbourhood(1), Neighbourhood(2))


def test_operations():
    assert Operation().of(DIAMOND) == (("input",), ("conv",), ("pool",), ("conv",), ("output",))


def test_position_is_the_longest_path_from_the_input():
    assert [names[0] for names in OperationAndPosition().of(DIAMOND)] == [
        "input@0",
        "conv@1",
        "pool@1",
        "conv@2",
        "output@3",
    ]
    assert OperationAndPosition().of(DIAMOND)[3] == ("conv@2", "conv")


def test_neighbourhood_by_hand():
    names = Neighbourhood(1).of(DIAMOND)
    assert names[1] == ("conv<input>conv;", "conv")
    assert names[4] == ("output<conv,pool>;", "output")
    deep = Neighbourhood(2).of(DIAMOND)[1]
    assert deep == ("conv<input<>conv,pool;>conv<conv>output;;", "conv<input>conv;", "conv")


def test_neighbourhood_splits_nodes_as_networkx_does():
    """Refinement by labels that see in- and out-neighbours, against networkx's hashes on the doubled graph."""
    rng = np.random.default_rng(0)
    space = NASBench201()
    pool = [space.graph(sample(space, rng)) for _ in range(60)]
    ours, theirs = [], []
    for graph in pool:
        ours.extend(neighbourhood_labels(graph, 2)[2])
        theirs.extend(networkx_labels(graph, 2))
    pairs = set(zip(ours, theirs, strict=True))
    assert len(pairs) == len(set(ours)) == len(set(theirs)) > 50


def networkx_labels(graph, depth):
    # Each edge a -> b becomes a path a - out - in - b, so that direction survives in an undirected graph;
    # one of our steps is three of networkx's.
    doubled = nx.Graph()
    for i, operation in enumerate(graph.operations):
        doubled.add_node(i, operation=operation)
    for a, b in graph.edges:
        doubled.add_node((a, b, "out"), operation="from")
        doubled.add_node((a, b, "in"), operation="to")
        doubled.add_edges_from([(a, (a, b, "out")), ((a, b, "out"), (a, b, "in")), ((a, b, "in"), b)])
    hashes = nx.weisfeiler_lehman_subgraph_hashes(doubled, node_attr="operation", iterations=3 * depth, digest_size=16)
    return [(*hashes[i][2::3], graph.operations[i]) for i in range(len(graph.operations))]


@pytest.mark.parametrize("words", WORDS, ids=lambda words: words.name)
def test_isomorphic_graphs_have_the_same_words(words):
    space, rng = NASBench201(), np.random.default_rng(1)
    by_form = {}
    for _ in range(400):
        graph = space.graph(sample(space, rng))
        by_form.setdefault(canonical_form(graph), []).append(sorted(words.of(graph)))
    repeated = [found for found in by_form.values() if len(found) > 1]
    assert len(repeated) > 20
    assert all(other == found[0] for found in repeated for other in found)


@pytest.mark.parametrize("words", WORDS, ids=lambda words: words.name)
def test_as_many_names_for_every_node_and_the_last_is_the_operation(words):
    names = words.of(DIAMOND)
    assert len({len(own) for own in names}) == 1
    assert [own[-1] for own in names] == list(DIAMOND.operations)


def test_depth_must_be_positive():
    with pytest.raises(ConfigurationError, match="depth 0"):
        Neighbourhood(0)
