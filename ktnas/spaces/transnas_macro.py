"""TransNAS-Bench-101, macro: chains of four to six modules that widen or downsample, 3,256 in all.

Duan et al., "TransNAS-Bench-101", CVPR 2021. A network doubles its channels one to three times and halves its
resolution one to four times.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate

from ktnas.errors import bad_architecture
from ktnas.spaces.graph import INPUT, OUTPUT, OperationGraph
from ktnas.typing import Genotype

MODULES = ("normal", "widen", "downsample", "widen_downsample")
"""Kinds of module, digits 1 to 4 of the official string: as is, channels doubled, resolution halved, both."""


_PATTERN = re.compile(r"64-([1-4]{4,6})-basic")


_SHORTEST = 4


@dataclass(frozen=True)
class TransNASMacro:
    """The TransNAS-Bench-101 network space.

    Positions 0 to 3 of a genotype are the kinds of the first four modules, ``MODULES[value]``; positions 4 and 5 are 0
    for no module, else ``MODULES[value - 1]``. A sixth module without a fifth is not valid: shifting it down
    would give networks of five modules two codes each and neighbours that do not lead back.

    >>> TransNASMacro().parse("64-2311-basic")
    (1, 2, 0, 0, 0, 0)
    """

    @property
    def name(self) -> str:
        return "transnas101-macro"

    @property
    def cardinalities(self) -> tuple[int, ...]:
        return (4, 4, 4, 4, 5, 5)

    def is_valid(self, genotype: Genotype) -> bool:
        if genotype[5] and not genotype[4]:
            return False
        digits = _digits(genotype)
        doublings = digits.count(2) + digits.count(4)
        halvings = digits.count(3) + digits.count(4)
        return 1 <= doublings <= 3 and 1 <= halvings <= 4

    def normalize(self, genotype: Genotype) -> Genotype:
        return genotype

    def graph(self, genotype: Genotype) -> OperationGraph:
        digits = _digits(genotype)
        operations = (INPUT, *(MODULES[digit - 1] for digit in digits), OUTPUT)
        return OperationGraph(operations, tuple((i, i + 1) for i in range(len(digits) + 1)))

    def quantities(self, genotype: Genotype) -> tuple[float, ...]:
        """How often channels have doubled and resolution has halved after each of six modules, and the modules' number.

        A network that has fewer modules keeps what its last one leaves.
        """
        digits = _digits(genotype)
        absent = [1] * (len(genotype) - len(digits))
        doublings = accumulate(digit in (2, 4) for digit in digits + absent)
        halvings = accumulate(digit in (3, 4) for digit in digits + absent)
        return tuple(map(float, (*doublings, *halvings, len(digits))))

    def format(self, genotype: Genotype) -> str:
        return f"64-{''.join(map(str, _digits(genotype)))}-basic"

    def parse(self, text: str) -> Genotype:
        match = _PATTERN.fullmatch(text)
        if match is None:
            raise bad_architecture(self.name, text, "expected the form 64-DIGITS-basic with four to six digits 1 to 4")
        digits = [int(digit) for digit in match[1]]
        genotype = (*(digit - 1 for digit in digits[:_SHORTEST]), *digits[_SHORTEST:], *(0,) * (6 - len(digits)))
        if not self.is_valid(genotype):
            raise bad_architecture(
                self.name,
                text,
                "channels must double (digits 2, 4) 1 to 3 times and resolution halve (3, 4) 1 to 4 times",
            )
        return genotype


def _digits(genotype: Genotype) -> list[int]:
    return [value + 1 for value in genotype[:_SHORTEST]] + [value for value in genotype[_SHORTEST:] if value]
