"""NAS-Bench-Graph: graph neural networks of four operations wired as a tree, 26,206 in all.

Qin et al., "NAS-Bench-Graph", NeurIPS 2022. Every operation has one input, so an architecture is a tree with the
network's input at its root; its leaves feed the output. ``skip`` is an identity, so many codes compute the
same; the benchmark trained one of each class, its listed code, which `NASBenchGraph.normalize` finds.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from ktnas.errors import ArchitectureError, bad_architecture
from ktnas.spaces.graph import INPUT, OUTPUT, OperationGraph, pruned
from ktnas.typing import Genotype

LINKS = (
    (0, 0, 0, 0),
    (0, 0, 0, 1),
    (0, 0, 1, 1),
    (0, 0, 1, 2),
    (0, 0, 1, 3),
    (0, 1, 1, 1),
    (0, 1, 1, 2),
    (0, 1, 2, 2),
    (0, 1, 2, 3),
)
"""The wirings: entry ``i`` is the node that feeds operation ``i + 1``; 0 is the input."""


OPERATIONS = ("gat", "gcn", "gin", "cheb", "sage", "arma", "graph", "fc", "skip")


_SKIP = OPERATIONS.index("skip")


_SIZE = 4


_PATTERN = re.compile(r"([0-3]{4})-([a-z]+)-([a-z]+)-([a-z]+)-([a-z]+)")


_LINK_NUMBER: dict[tuple[int, ...], int] = {links: i for i, links in enumerate(LINKS)}


_NUMBER = {operation: i for i, operation in enumerate(OPERATIONS)}


# A subtree: minus its number of operations, the operation at its root, its own subtrees in ascending order.
# Sorting by it puts larger subtrees first and breaks ties by operation, which is how the benchmark lists them.
_Tree: TypeAlias = tuple[int, int, tuple["_Tree", ...]]


@dataclass(frozen=True)
class NASBenchGraph:
    """The NAS-Bench-Graph space: a genotype is the number of a wiring and four numbers of operations.

    The string names the wiring by its four digits: ``0012-gcn-gat-fc-skip`` (ours: the benchmark itself has only
    the integer keys of its files). `parse` also reads such a key, ``31078``; both ways it gives the listed code.

    >>> NASBenchGraph().format((3, 1, 0, 7, 8))
    '0012-gcn-gat-fc-skip'
    """

    @property
    def name(self) -> str:
        return "nasbench-graph"

    @property
    def cardinalities(self) -> tuple[int, ...]:
        return (len(LINKS), *(len(OPERATIONS),) * _SIZE)

    @property
    def identities(self) -> frozenset[str]:
        return frozenset({"skip"})

    def is_valid(self, genotype: Genotype) -> bool:
        return any(operation != _SKIP for operation in genotype[1:])

    def normalize(self, genotype: Genotype) -> Genotype:
        return _listed(genotype)

    def graph(self, genotype: Genotype) -> OperationGraph:
        links = LINKS[genotype[0]]
        edges = [(start, i) for i, start in enumerate(links, 1)]
        edges += [(i, _SIZE + 1) for i in range(1, _SIZE + 1) if i not in links]
        return pruned((INPUT, *(OPERATIONS[value] for value in genotype[1:]), OUTPUT), edges, zero=())

    def quantities(self, genotype: Genotype) -> tuple[float, ...]:
        """Operations of each kind, and of all, on a path: most, fewest, mean; and the logarithm of the number of paths.

        A path leads from input to output; its operations say how far a vertex sees, and by what.
        """
        paths = _paths(genotype)
        counts = [(*map(path.count, range(len(OPERATIONS))), len(path)) for path in paths]
        along = list(zip(*counts, strict=True))
        means = (sum(column) / len(column) for column in along)
        return (*map(max, along), *map(min, along), *means, math.log2(len(paths)))

    def format(self, genotype: Genotype) -> str:
        return "-".join(("".join(map(str, LINKS[genotype[0]])), *(OPERATIONS[value] for value in genotype[1:])))

    def parse(self, text: str) -> Genotype:
        if text.isascii() and text.isdigit() and len(text) <= _SIZE + 1:
            return genotype_of(int(text))
        match = _PATTERN.fullmatch(text)
        if match is None:
            raise bad_architecture(self.name, text, "expected the form 0012-gcn-gat-fc-skip, or an integer key")
        links = tuple(int(digit) for digit in match[1])
        if links not in _LINK_NUMBER:
            wirings = ", ".join("".join(map(str, known)) for known in LINKS)
            raise bad_architecture(self.name, text, f"wiring {match[1]} is not one of {wirings}")
        for operation in match.groups()[1:]:
            if operation not in _NUMBER:
                raise bad_architecture(
                    self.name, text, f"operation {operation!r} is not one of {', '.join(OPERATIONS)}"
                )
        return self._checked((_LINK_NUMBER[links], *(_NUMBER[name] for name in match.groups()[1:])), text)

    def _checked(self, genotype: Genotype, text: str) -> Genotype:
        if not self.is_valid(genotype):
            raise bad_architecture(self.name, text, "it holds nothing but skip")
        return self.normalize(genotype)


def key_of(genotype: Genotype) -> int:
    """The integer key of the benchmark's files: the genotype's numbers as decimal digits.

    All nine files use it. (Upstream's code can also write keys to base six for ``proteins``; its file does not.)

    >>> key_of((3, 1, 0, 7, 8))
    31078
    """
    key = 0
    for value in genotype:
        key = key * 10 + value
    return key


def genotype_of(key: int) -> Genotype:
    """The listed genotype of an integer key.

    Raises:
        ArchitectureError: If the key names no architecture.
    """
    digits = tuple(int(digit) for digit in f"{key:05d}") if key >= 0 else ()
    if len(digits) != _SIZE + 1 or max(digits) > _SKIP or digits[1:] == (_SKIP,) * _SIZE:
        raise ArchitectureError(
            f"key {key} is no architecture of 'nasbench-graph': expected five digits 0 to 8 (wiring, four operations), "
            "operations not all 8 (skip)"
        )
    return _listed(digits)


@lru_cache(maxsize=65_536)
def _listed(genotype: Genotype) -> Genotype:
    trees = _branches(0, genotype)
    return _written(_without_identities(trees))


def _paths(genotype: Genotype) -> list[list[int]]:
    """The operations between each leaf and the input, one list per leaf."""
    links = LINKS[genotype[0]]
    return [_path(genotype, leaf) for leaf in range(1, _SIZE + 1) if leaf not in links]


def _path(genotype: Genotype, node: int) -> list[int]:
    return [genotype[node], *_path(genotype, LINKS[genotype[0]][node - 1])] if node else []


def _branches(node: int, genotype: Genotype) -> tuple[_Tree, ...]:
    """The subtrees that hang off ``node``, in ascending order."""
    links = LINKS[genotype[0]]
    return tuple(sorted(_tree(genotype[i], _branches(i, genotype)) for i, at in enumerate(links, 1) if at == node))


def _tree(operation: int, branches: tuple[_Tree, ...]) -> _Tree:
    return sum(branch[0] for branch in branches) - 1, operation, branches


def _without_identities(trees: tuple[_Tree, ...]) -> tuple[_Tree, ...]:
    """The same network with every identity that can go moved to the front, as a chain after the input.

    An identity goes if something follows it, or if nothing else hangs off its input. One that ends beside
    others carries its input to the output and stays, except from the network's own input: upstream holds
    that the output does without the raw features.
    """
    kept = tuple(tree for tree in _spliced(trees) if tree != _tree(_SKIP, ()))
    missing = _SIZE + sum(tree[0] for tree in kept)
    for _ in range(missing):
        kept = (_tree(_SKIP, kept),)
    return kept


def _spliced(trees: tuple[_Tree, ...]) -> tuple[_Tree, ...]:
    """``trees`` without the identities that something follows or that nothing else hangs beside."""
    found: list[_Tree] = []
    for _, operation, branches in trees:
        inner = _spliced(branches)
        if inner == (_tree(_SKIP, ()),):
            inner = ()
        if operation == _SKIP and inner:
            found.extend(inner)
        else:
            found.append(_tree(operation, inner))
    return tuple(sorted(found))


def _written(trees: tuple[_Tree, ...]) -> Genotype:
    """The genotype that lists the trees' operations level by level."""
    links: list[int] = []
    operations: list[int] = []
    level = [(0, tree) for tree in trees]
    while level:
        following: list[tuple[int, _Tree]] = []
        for parent, (_, operation, branches) in level:
            links.append(parent)
            operations.append(operation)
            following.extend((len(links), branch) for branch in branches)
        level = following
    return (_LINK_NUMBER[tuple(links)], *operations)
