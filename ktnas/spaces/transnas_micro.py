"""TransNAS-Bench-101, micro: cells of four nodes with one of four operations on each of the six edges, 4,096 in all.

Duan et al., "TransNAS-Bench-101", CVPR 2021. The skeleton around the cell is fixed: 64 channels, modules 41414.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ktnas.errors import bad_architecture
from ktnas.spaces.graph import OperationGraph, line_graph
from ktnas.typing import Genotype

OPERATIONS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3")


EDGES = ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))
"""Edges ``(from, to)`` in the order of a genotype's positions and of the official string's last digits."""


_PATTERN = re.compile(r"64-41414-([0-3])_([0-3]{2})_([0-3]{3})")


@dataclass(frozen=True)
class TransNASMicro:
    """The TransNAS-Bench-101 cell space; position ``i`` of a genotype is the operation on edge ``EDGES[i]``.

    >>> TransNASMicro().parse("64-41414-1_02_333")
    (1, 0, 2, 3, 3, 3)
    """

    @property
    def name(self) -> str:
        return "transnas101-micro"

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
        a, b, c, d, e, f = genotype
        return f"64-41414-{a}_{b}{c}_{d}{e}{f}"

    def parse(self, text: str) -> Genotype:
        match = _PATTERN.fullmatch(text)
        if match is None:
            raise bad_architecture(self.name, text, "expected the form 64-41414-a_bc_def, each letter a digit 0 to 3")
        return tuple(int(digit) for digit in "".join(match.groups()))
