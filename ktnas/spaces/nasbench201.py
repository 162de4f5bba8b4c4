"""NAS-Bench-201: cells of four nodes with one of five operations on each of the six edges, 15,625 in all.

Dong, Yang, "NAS-Bench-201", ICLR 2020; the topology space of NATS-Bench is the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ktnas.errors import bad_architecture
from ktnas.spaces.graph import OperationGraph, line_graph
from ktnas.typing import Genotype

OPERATIONS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")


EDGES = ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))
"""Edges ``(from, to)`` in the order of a genotype's positions and of the official string."""


_NODES = tuple(tuple(start for start, stop in EDGES if stop == node) for node in (1, 2, 3))


_OFFICIAL = "|op~0|+|op~0|op~1|+|op~0|op~1|op~2|"


_PATTERN = re.compile(re.sub("op", r"([a-z0-9_]+)", re.sub(r"([|+])", r"\\\1", _OFFICIAL)), re.ASCII)


_NUMBER = {operation: i for i, operation in enumerate(OPERATIONS)}


_PARAMETERS_M = {"nor_conv_1x1": 0.028, "nor_conv_3x3": 0.24304}


_OPERATION_PARAMETERS_M = tuple(_PARAMETERS_M.get(operation, 0.0) for operation in OPERATIONS)


@dataclass(frozen=True)
class NASBench201:
    """The NAS-Bench-201 cell space; position ``i`` of a genotype is the operation on edge ``EDGES[i]``.

    >>> NASBench201().format((4, 2, 1, 2, 1, 1))
    '|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|'
    """

    @property
    def name(self) -> str:
        return "nasbench201"

    @property
    def cardinalities(self) -> tuple[int, ...]:
        return (len(OPERATIONS),) * len(EDGES)

    @property
    def identities(self) -> frozenset[str]:
        return frozenset({"skip_connect"})

    def is_valid(self, genotype: Genotype) -> bool:
        return True

    def normalize(self, genotype: Genotype) -> Genotype:
        return genotype

    def graph(self, genotype: Genotype) -> OperationGraph:
        return line_graph(
            [(start, stop, OPERATIONS[value]) for (start, stop), value in zip(EDGES, genotype, strict=True)]
        )

    def format(self, genotype: Genotype) -> str:
        operations = iter(genotype)
        nodes = ("".join(f"|{OPERATIONS[next(operations)]}~{start}" for start in starts) + "|" for starts in _NODES)
        return "+".join(nodes)

    def parse(self, text: str) -> Genotype:
        match = _PATTERN.fullmatch(text)
        if match is None:
            raise bad_architecture(self.name, text, f"expected the form {_OFFICIAL}")
        for operation in match.groups():
            if operation not in _NUMBER:
                raise bad_architecture(
                    self.name, text, f"operation {operation!r} is not one of {', '.join(OPERATIONS)}"
                )
        return tuple(_NUMBER[operation] for operation in match.groups())

    def parameters_m(self, genotype: Genotype) -> float:
        """Millions of parameters in the 15 cells; upstream counts every convolution, also those on dead ends."""
        return round(sum(_OPERATION_PARAMETERS_M[value] for value in genotype), 6)


def expression(genotype: Genotype) -> str:
    """What a cell computes, unfolded from its output: upstream's notion of a unique cell.

    Node 0 is ``0``; a node is the sum of its incoming edges in sorted order; ``none``, and any edge from a node that
    is itself absent, is ``#``; ``skip_connect`` passes its input on; any other operation is ``(input)@operation``.
    Takes 6,466 values over the space, one per ``rep_index`` of the published tables. It is no isomorphism class:
    ``#`` is kept as a term (two absent edges differ from one), and a node that two paths share is written twice.

    >>> expression((3, 0, 1, 0, 0, 1))
    '#+#+#+(0)@nor_conv_3x3'
    """
    nodes = ["0"]
    operations = iter(genotype)
    for starts in _NODES:
        terms = [_term(nodes[start], OPERATIONS[next(operations)]) for start in starts]
        nodes.append("+".join(sorted(terms)))
    return nodes[-1]


def _term(incoming: str, operation: str) -> str:
    if operation == "none" or incoming == "#":
        return "#"
    return incoming if operation == "skip_connect" else f"({incoming})@{operation}"
