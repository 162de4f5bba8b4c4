"""NATS-Bench, size space: networks of five stages, each of one of eight widths, 32,768 in all.

Every network has the same cell of NAS-Bench-201; only the numbers of channels differ.

Dong, Liu, Musial, Gabrys, "NATS-Bench: Benchmarking NAS Algorithms for Architecture Topology and Size", TPAMI 2021::

    @article{dong2021nats,
      title = {{NATS-Bench}: Benchmarking {NAS} Algorithms for Architecture Topology and Size},
      author = {Dong, Xuanyi and Liu, Lu and Musial, Katarzyna and Gabrys, Bogdan},
      journal = {IEEE Transactions on Pattern Analysis and Machine Intelligence},
      year = {2021}
    }
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from ktnas.errors import bad_architecture
from ktnas.spaces.graph import INPUT, OUTPUT, OperationGraph
from ktnas.typing import Genotype

WIDTHS = (8, 16, 24, 32, 40, 48, 56, 64)
"""Numbers of channels that a stage may have."""


STAGES = 5


_PATTERN = re.compile(r"[0-9]{1,2}(?::[0-9]{1,2}){4}", re.ASCII)


@dataclass(frozen=True)
class NATSSize:
    """The NATS-Bench size space; position ``i`` of a genotype is the width of stage ``i``, ``WIDTHS[value]``.

    >>> NATSSize().parse("8:16:24:32:64")
    (0, 1, 2, 3, 7)
    """

    @property
    def name(self) -> str:
        return "nats-size"

    @property
    def cardinalities(self) -> tuple[int, ...]:
        return (len(WIDTHS),) * STAGES

    def is_valid(self, genotype: Genotype) -> bool:
        return True

    def normalize(self, genotype: Genotype) -> Genotype:
        return genotype

    def graph(self, genotype: Genotype) -> OperationGraph:
        """A chain of stages, each named by its width."""
        operations = (INPUT, *(f"width_{WIDTHS[value]}" for value in genotype), OUTPUT)
        return OperationGraph(operations, tuple((i, i + 1) for i in range(len(operations) - 1)))

    def quantities(self, genotype: Genotype) -> tuple[float, ...]:
        """The logarithm (base 2) of each stage's width: to double 8 channels is as much as to double 32."""
        return tuple(math.log2(WIDTHS[value]) for value in genotype)

    def format(self, genotype: Genotype) -> str:
        return ":".join(str(WIDTHS[value]) for value in genotype)

    def parse(self, text: str) -> Genotype:
        if _PATTERN.fullmatch(text) is None:
            raise bad_architecture(self.name, text, "expected five widths, such as 8:16:24:32:64")
        widths = [int(part) for part in text.split(":")]
        wrong = next((width for width in widths if width not in WIDTHS), None)
        if wrong is not None:
            raise bad_architecture(self.name, text, f"{wrong} is no width; they are {', '.join(map(str, WIDTHS))}")
        return tuple(WIDTHS.index(width) for width in widths)
