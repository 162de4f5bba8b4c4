"""Speed of second-order walks: ours against node2vec as its authors and most ports write it.

    python benchmarks/walks.py            # about half a minute
    python benchmarks/walks.py --graphs 100

The reference is the published algorithm in plain Python on networkx graphs: alias tables per edge (Grover and
Leskovec's ``preprocess_transition_probs``), then one draw per step. Both walk the same graphs as often and as far, each
timing includes the preparation of the graphs, and the two are run in turn, the best of several rounds counting.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from functools import partial

import networkx as nx
import numpy as np

from ktnas.embedding.node2vec.walks import SecondOrderWalk, adjacency
from ktnas.rng import Streams
from ktnas.spaces.base import SearchSpace
from ktnas.spaces.darts import DARTS
from ktnas.spaces.graph import OperationGraph
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.spaces.operators import sample_distinct

WALKS_PER_NODE = 10
LENGTH = 80

AliasTable = tuple[list[float], list[int]]


def alias_table(probabilities: Sequence[float]) -> AliasTable:
    """Vose's algorithm for one distribution."""
    size = len(probabilities)
    scaled = [p * size for p in probabilities]
    keep, alias = [1.0] * size, list(range(size))
    light = [i for i, p in enumerate(scaled) if p < 1]
    heavy = [i for i, p in enumerate(scaled) if p >= 1]
    while light and heavy:
        small, large = light.pop(), heavy.pop()
        keep[small], alias[small] = scaled[small], large
        scaled[large] += scaled[small] - 1
        (light if scaled[large] < 1 else heavy).append(large)
    return keep, alias


def reference(graphs: Sequence[nx.Graph], p: float, q: float, rng: np.random.Generator) -> int:
    """Steps taken by node2vec in plain Python."""
    steps = 0
    for graph in graphs:
        near = {node: sorted(graph.neighbors(node)) for node in graph}
        tables: dict[tuple[int, int], AliasTable] = {}
        for t, v in [(a, b) for edge in graph.edges for a, b in (edge, edge[::-1])]:
            weights = [1 / p if x == t else 1.0 if graph.has_edge(x, t) else 1 / q for x in near[v]]
            tables[t, v] = alias_table([w / sum(weights) for w in weights])
        for start in [node for node in graph if near[node]] * WALKS_PER_NODE:
            walk = [start, near[start][int(rng.random() * len(near[start]))]]
            while len(walk) < LENGTH:
                keep, alias = tables[walk[-2], walk[-1]]
                draw = int(rng.random() * len(keep))
                walk.append(near[walk[-1]][draw if rng.random() < keep[draw] else alias[draw]])
            steps += len(walk) - 1
    return steps


def ours(graphs: Sequence[OperationGraph], p: float, q: float, rng: np.random.Generator) -> int:
    """Steps taken by our walks."""
    joined = adjacency(graphs)
    starts = np.repeat(np.flatnonzero(joined.degrees), WALKS_PER_NODE)
    return SecondOrderWalk(p, q).walk(joined, starts, LENGTH, rng)[:, 1:].size


def timed(function: Callable[[], int]) -> tuple[int, float]:
    """Steps, and seconds they took."""
    start = time.perf_counter()
    steps = function()
    return steps, time.perf_counter() - start


def compare(space: SearchSpace, count: int, p: float, q: float, rounds: int) -> None:
    """Print one line."""
    graphs = [space.graph(g) for g in sample_distinct(space, count, Streams(0).rng("graphs"))]
    foreign = [graph.to_networkx().to_undirected() for graph in graphs]
    plain: list[float] = []
    fast: list[float] = []
    for seed in range(rounds):
        steps, seconds = timed(partial(reference, foreign, p, q, np.random.default_rng(seed)))
        plain.append(steps / seconds)
        steps, seconds = timed(partial(ours, graphs, p, q, np.random.default_rng(seed)))
        fast.append(steps / seconds)
    print(
        f"{space.name:12} {count:5} graphs  p={p:<4} q={q:<4} {max(plain) / 1e6:7.2f} {max(fast) / 1e6:7.2f} million "
        f"steps per second  ratio {max(fast) / max(plain):6.1f}"
    )


def main() -> None:
    """Compare on small graphs and on larger ones, with and without second-order bias."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--graphs", type=int, default=300, help="graphs per space (default 300)")
    parser.add_argument("--rounds", type=int, default=3, help="timings of each (default 3)")
    arguments = parser.parse_args()
    print("                                       reference    ours")
    for space in (NASBench201(), DARTS()):
        for p, q in ((1.0, 1.0), (0.25, 4.0)):
            compare(space, arguments.graphs, p, q, arguments.rounds)


if __name__ == "__main__":
    main()
