"""Conformance of search spaces."""

from __future__ import annotations

import itertools
import math

import numpy as np

from ktnas.errors import ArchitectureError
from ktnas.spaces.base import ListedSpace, SearchSpace, contains, genotypes, identities, is_enumerable, quantities
from ktnas.spaces.graph import INPUT, OUTPUT, OperationGraph, canonical_form, pruned
from ktnas.spaces.operators import crossover, hamming, mutate, neighbours, sample_distinct
from ktnas.testing.expectation import expect
from ktnas.typing import Genotype

_NOT_AN_ARCHITECTURE = "\N{SNOWMAN} no architecture"


_REVERSED = 4
"""Neighbours per architecture whose own neighbours are looked at: they are the slow part."""


_LOOKED_THROUGH = 256
"""Architectures in whose graphs an identity must occur."""


def check_space(space: SearchSpace, rng: np.random.Generator, *, count: int = 30) -> None:
    """Check a search space against all that `SearchSpace` promises, and what it tells of quantities and identities.

    Args:
        space: The space.
        rng: Draws the architectures that are looked at.
        count: How many.

    Raises:
        AssertionError: If a promise is broken.
    """
    expect(isinstance(space, SearchSpace), f"{type(space).__name__} lacks a member of the SearchSpace protocol")
    expect(hash(space) == hash(space), f"the hash of {space.name!r} changes")
    expect(bool(space.name), "the name is empty")
    expect(
        len(space.cardinalities) > 0 and min(space.cardinalities) > 0,
        f"cardinalities {space.cardinalities} are not positive",
    )
    _check_normalize(space, rng, count)
    drawn = sample_distinct(space, count, rng)
    expect(len(drawn) > 0, "nothing could be sampled")
    _check_identities(space, rng)
    dim = len(quantities(space, drawn[0]))
    for genotype in drawn:
        _check_architecture(space, genotype, dim, rng)
    for first, second in itertools.pairwise(drawn):
        child = crossover(space, first, second, rng)
        expect(contains(space, child), f"crossover of {first} and {second} is not valid: {child}")
    for text in ("", _NOT_AN_ARCHITECTURE):
        _check_refused(space, text)
    if is_enumerable(space):
        _check_enumeration(space, drawn)


def check_graph(graph: OperationGraph, rng: np.random.Generator) -> None:
    """Check that a graph is a pruned DAG from input to output whose canonical form ignores node numbers.

    Raises:
        AssertionError: If it is not.
    """
    ends = graph.operations[0], graph.operations[-1]
    expect(ends == (INPUT, OUTPUT), f"{graph} does not begin with {INPUT} and end with {OUTPUT}")
    inner = graph.operations[1:-1]
    expect(INPUT not in inner and OUTPUT not in inner, f"{graph} has a second input or output")
    size = len(graph.operations)
    expect(all(0 <= a < b < size for a, b in graph.edges), f"{graph} has an edge that does not lead onwards")
    expect(pruned(graph.operations, graph.edges, zero=()) == graph, f"{graph} is not pruned, or its edges not sorted")
    same = _renumbered(graph, rng)
    expect(canonical_form(same) == canonical_form(graph), f"{graph} and {same} have different canonical forms")


def _check_normalize(space: SearchSpace, rng: np.random.Generator, count: int) -> None:
    for code in rng.integers(np.array(space.cardinalities), size=(count, len(space.cardinalities))).tolist():
        once = space.normalize(tuple(code))
        expect(space.normalize(once) == once, f"normalize is not idempotent: {tuple(code)}, then {once}")


def _check_architecture(space: SearchSpace, genotype: Genotype, dim: int, rng: np.random.Generator) -> None:
    expect(contains(space, genotype), f"sampled {genotype} is not valid")
    expect(space.normalize(genotype) == genotype, f"sampled {genotype} is not normalized")
    text = space.format(genotype)
    expect(space.parse(text) == genotype, f"{genotype} formats as {text!r}, which parses as {space.parse(text)}")
    graph = space.graph(genotype)
    expect(space.graph(genotype) == graph, f"the graph of {genotype} changes from call to call")
    check_graph(graph, rng)
    _check_quantities(space, genotype, dim)
    _check_neighbours(space, genotype, rng)


def _check_identities(space: SearchSpace, rng: np.random.Generator) -> None:
    named = identities(space)
    if not named or isinstance(space, ListedSpace):  # of a few listed architectures none need have one
        return
    drawn = sample_distinct(space, _LOOKED_THROUGH, rng)
    found = {operation for genotype in drawn for operation in space.graph(genotype).operations[1:-1]}
    expect(bool(named & found), f"no graph has one of the identities {sorted(named)}; operations are {sorted(found)}")


def _check_quantities(space: SearchSpace, genotype: Genotype, dim: int) -> None:
    found = quantities(space, genotype)
    expect(len(found) == dim, f"{genotype} has {len(found)} quantities, others have {dim}")
    expect(all(map(math.isfinite, found)), f"the quantities of {genotype} are not finite: {found}")
    expect(tuple(found) == tuple(quantities(space, genotype)), f"the quantities of {genotype} change from call to call")


def _check_neighbours(space: SearchSpace, genotype: Genotype, rng: np.random.Generator) -> None:
    near = neighbours(space, genotype)
    expect(len(set(near)) == len(near), f"neighbours of {genotype} repeat")
    expect(genotype not in near, f"{genotype} is its own neighbour")
    for other in near:
        expect(contains(space, other), f"neighbour {other} of {genotype} is not valid")
        expect(space.normalize(other) == other, f"neighbour {other} of {genotype} is not normalized")
    for i in rng.permutation(len(near))[:_REVERSED].tolist():
        if hamming(genotype, near[i]) == 1:
            expect(genotype in neighbours(space, near[i]), f"{near[i]} is near {genotype}, but not the reverse")
    if near:
        mutant = mutate(space, genotype, rng)
        expect(mutant in near, f"mutant {mutant} of {genotype} is not its neighbour")


def _check_refused(space: SearchSpace, text: str) -> None:
    try:
        genotype = space.parse(text)
    except ArchitectureError:
        return
    raise AssertionError(f"{text!r} parses as {genotype}; expected an ArchitectureError")


def _check_enumeration(space: SearchSpace, drawn: tuple[Genotype, ...]) -> None:
    everything = genotypes(space)
    members = set(everything)
    expect(len(members) == len(everything), "the enumeration repeats architectures")
    expect(members.issuperset(drawn), "the enumeration misses architectures that were sampled")
    wrong = next((genotype for genotype in everything if not contains(space, genotype)), None)
    expect(wrong is None, f"the enumeration holds {wrong}, which is not valid")


def _renumbered(graph: OperationGraph, rng: np.random.Generator) -> OperationGraph:
    """The same graph in another topological order, drawn at random; input and output keep their places."""
    last = len(graph.operations) - 1
    order = [0]
    left = set(range(1, last))
    while left:
        ready = sorted(i for i in left if all(a not in left for a, b in graph.edges if b == i))
        order.append(ready[int(rng.integers(len(ready)))])
        left.remove(order[-1])
    order.append(last)
    number = {node: i for i, node in enumerate(order)}
    edges = tuple(sorted((number[a], number[b]) for a, b in graph.edges))
    return OperationGraph(tuple(graph.operations[node] for node in order), edges)
