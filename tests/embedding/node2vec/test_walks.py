import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktnas.embedding.node2vec.walks import NO_NODE, SecondOrderWalk, adjacency, alias_tables, transition_probabilities
from ktnas.errors import ConfigurationError
from ktnas.spaces.graph import OperationGraph


def graph(size, *edges):
    return OperationGraph(("input", *["op"] * (size - 2), "output"), tuple(sorted(edges)))


# 0 - 1, 0 - 2, 1 - 2, 2 - 3: a triangle with a tail.
KITE = graph(4, (0, 1), (0, 2), (1, 2), (2, 3))
# After t -> v: probability of each neighbour of v, unnormalised, worked out by hand for p = 4, q = 1/2.
P, Q = 4.0, 0.5
BACK, NEAR, FAR = 1 / P, 1.0, 1 / Q
BY_HAND = {
    (0, 1): {0: BACK, 2: NEAR},
    (0, 2): {0: BACK, 1: NEAR, 3: FAR},
    (1, 0): {1: BACK, 2: NEAR},
    (1, 2): {0: NEAR, 1: BACK, 3: FAR},
    (2, 0): {1: NEAR, 2: BACK},
    (2, 1): {0: NEAR, 2: BACK},
    (2, 3): {2: BACK},
    (3, 2): {0: FAR, 1: FAR, 3: BACK},
}


def distributions(joined, p, q):
    starts, probabilities = transition_probabilities(joined, p, q)
    sources = np.repeat(np.arange(len(joined.degrees)), joined.degrees)
    for edge, (t, v) in enumerate(zip(sources.tolist(), joined.neighbours.tolist(), strict=True)):
        nodes = joined.neighbours[joined.row_starts[v] : joined.row_starts[v + 1]].tolist()
        yield (t, v), dict(zip(nodes, probabilities[starts[edge] : starts[edge + 1]].tolist(), strict=True))


def test_adjacency_by_hand():
    joined = adjacency([KITE, graph(2), graph(2, (0, 1), (0, 1))])
    assert joined.degrees.tolist() == [2, 2, 3, 1, 0, 0, 1, 1]
    assert joined.neighbours.tolist() == [1, 2, 0, 2, 0, 1, 3, 2, 7, 6]


def test_adjacency_of_nothing():
    assert adjacency([]).neighbours.tolist() == []
    assert adjacency([graph(2)]).degrees.tolist() == [0, 0]


def test_transition_probabilities_by_hand():
    found = dict(distributions(adjacency([KITE]), P, Q))
    assert found.keys() == BY_HAND.keys()
    for edge, weights in BY_HAND.items():
        total = sum(weights.values())
        assert found[edge] == pytest.approx({node: w / total for node, w in weights.items()}, abs=1e-15), edge


def test_transition_probabilities_stay_within_a_graph():
    alone = list(distributions(adjacency([KITE]), P, Q))
    both = list(distributions(adjacency([KITE, KITE]), P, Q))
    assert both[: len(alone)] == alone
    assert [{node - 4: w for node, w in d.items()} for _, d in both[len(alone) :]] == [d for _, d in alone]


def test_walks_follow_the_probabilities():
    """Counts of every step's node, given the two before it: chi-square against the hand-computed distribution."""
    joined = adjacency([KITE])
    walks = SecondOrderWalk(P, Q).walk(joined, np.repeat(np.arange(4), 5000), 12, np.random.default_rng(3))
    triples = np.stack([walks[:, :-2], walks[:, 1:-1], walks[:, 2:]], axis=-1).reshape(-1, 3)
    counts = np.zeros((4, 4, 4))
    np.add.at(counts, tuple(triples.T), 1)
    for (t, v), weights in BY_HAND.items():
        seen = counts[t, v]
        assert seen.sum() > 3000
        assert set(np.flatnonzero(seen).tolist()) == set(weights)
        expected = np.array([weights.get(x, 0.0) for x in range(4)]) / sum(weights.values()) * seen.sum()
        present = expected > 0
        chi_square = ((seen - expected)[present] ** 2 / expected[present]).sum()
        assert chi_square < 16.3, (t, v)  # the 99.9 % quantile for three degrees of freedom


@pytest.mark.parametrize("walk", [SecondOrderWalk(), SecondOrderWalk(P, Q)], ids=["uniform", "biased"])
def test_first_step_and_uniform_walk(walk):
    joined = adjacency([KITE])
    walks = walk.walk(joined, np.full(30_000, 2), 2, np.random.default_rng(0))
    share = np.bincount(walks[:, 1], minlength=4) / 30_000
    assert share == pytest.approx([1 / 3, 1 / 3, 0, 1 / 3], abs=0.012)


def test_uniform_walk_forgets_where_it_came_from():
    walks = SecondOrderWalk().walk(adjacency([KITE]), np.full(30_000, 0), 3, np.random.default_rng(0))
    after = walks[walks[:, 1] == 2][:, 2]
    assert np.bincount(after, minlength=4) / len(after) == pytest.approx([1 / 3, 1 / 3, 0, 1 / 3], abs=0.015)


@pytest.mark.parametrize("walk", [SecondOrderWalk(), SecondOrderWalk(P, Q)], ids=["uniform", "biased"])
def test_walks_use_edges_only_and_isolated_nodes_stay(walk):
    joined = adjacency([KITE, graph(2), graph(3, (0, 1), (1, 2))])
    starts = np.array([4, 0, 5, 8, 3])
    walks = walk.walk(joined, starts, 9, np.random.default_rng(1))
    assert walks.shape == (5, 9)
    assert walks[:, 0].tolist() == starts.tolist()
    assert (walks[[0, 2], 1:] == NO_NODE).all()
    edges = {
        (v, x)
        for v in range(len(joined.degrees))
        for x in joined.neighbours[joined.row_starts[v] : joined.row_starts[v + 1]].tolist()
    }
    for row in (1, 3, 4):
        assert set(zip(walks[row, :-1].tolist(), walks[row, 1:].tolist(), strict=True)) <= edges


def test_same_generator_same_walks():
    joined = adjacency([KITE])
    first, second = (SecondOrderWalk(P, Q).walk(joined, np.arange(4), 30, np.random.default_rng(5)) for _ in range(2))
    assert (first == second).all()


def test_extreme_parameters_force_the_walk():
    joined = adjacency([graph(4, (0, 1), (1, 2), (2, 3))])
    back = SecondOrderWalk(p=1e-9).walk(joined, np.array([1] * 50), 10, np.random.default_rng(0))
    assert (back[:, ::2] == 1).all()


@given(
    st.lists(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=9), max_size=8),
)
def test_alias_tables_reproduce_the_distributions(rows):
    sizes = [len(row) for row in rows]
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    probabilities = np.array([w / sum(row) for row in rows for w in row])
    keep, alias = alias_tables(starts, probabilities)
    row = np.repeat(np.arange(len(rows)), sizes)
    assert (row[alias] == row).all()
    assert ((keep >= 0) & (keep <= 1)).all()
    rebuilt = keep.copy()
    np.add.at(rebuilt, alias, 1 - keep)
    assert rebuilt / np.repeat(sizes, sizes) == pytest.approx(probabilities, abs=1e-9)


@pytest.mark.parametrize(("p", "q"), [(0, 1), (1, -2), (float("nan"), 1), (1, float("inf"))])
def test_parameters_must_be_positive(p, q):
    with pytest.raises(ConfigurationError, match="positive"):
        SecondOrderWalk(p, q)
