"""Any code of small integers: each position takes one of a few symbols, every combination is an architecture.

For users' own tables, whose codes look like ``2012100``, ``128_64_2`` or ``a|b|c``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from ktnas.errors import ConfigurationError, DataError, bad_architecture
from ktnas.spaces.graph import INPUT, OUTPUT, OperationGraph
from ktnas.typing import Genotype

SEPARATORS = "|,;: /+_-."
"""What may stand between positions of a code, the likeliest first: ``_`` and ``-`` also occur within names."""


@dataclass(frozen=True)
class Categorical:
    """A space of independent positions.

    Attributes:
        cardinalities: Number of values at each position.
        symbols: How each value of each position is written; empty for ``0``, ``1``, ``2``, ...
        separator: What stands between positions; empty where every symbol is a single character.
        name: Name used in records.

    Raises:
        ConfigurationError: If the symbols do not fit the cardinalities, or strings could be read in two ways.

    >>> Categorical((3, 2, 2)).parse("201")
    (2, 0, 1)
    >>> Categorical.from_codes(["128_64_2", "32_64_2", "32_16_10"]).symbols
    (('32', '128'), ('16', '64'), ('2', '10'))
    """

    cardinalities: tuple[int, ...]
    symbols: tuple[tuple[str, ...], ...] = ()
    separator: str = ""
    name: str = "categorical"

    def __post_init__(self) -> None:
        if not self.cardinalities or min(self.cardinalities) < 1:
            raise ConfigurationError(f"cardinalities must be positive integers, at least one; got {self.cardinalities}")
        if self.symbols and tuple(map(len, self.symbols)) != self.cardinalities:
            raise ConfigurationError(
                f"symbols must give one string per value, {self.cardinalities} of them; got "
                f"{tuple(map(len, self.symbols))}"
            )
        for position, written in enumerate(self._written):
            if len(set(written)) != len(written):
                raise ConfigurationError(f"symbols of position {position} must differ; got {', '.join(written)}")
            unclear = next((s for s in written if (self.separator in s if self.separator else len(s) != 1)), None)
            if unclear is not None:
                raise ConfigurationError(
                    f"symbol {unclear!r} of position {position} cannot be told apart with separator "
                    f"{self.separator!r}: choose another, such as separator='_' or '|'"
                )

    @classmethod
    def from_codes(cls, codes: Iterable[str], name: str = "categorical") -> Categorical:
        """The smallest space that holds ``codes``: separator, positions and their symbols are inferred.

        Symbols are in numeric order where all of a position are numbers, else in the order of strings.

        Raises:
            DataError: If there is no code, or codes differ in their number of positions.
        """
        texts = list(codes)
        if not texts:
            raise DataError("cannot infer a categorical space: no codes given")
        separator = _separator(texts)
        columns = zip(*(text.split(separator) if separator else text for text in texts), strict=True)
        symbols = tuple(_ordered(set(column)) for column in columns)
        return cls(tuple(map(len, symbols)), symbols, separator, name)

    @cached_property
    def numeric(self) -> tuple[int, ...]:
        """The positions, from 0, whose values are numbers in ascending order."""
        return tuple(i for i, written in enumerate(self._written) if _ascending(written))

    @cached_property
    def _written(self) -> tuple[tuple[str, ...], ...]:
        return self.symbols or tuple(tuple(map(str, range(size))) for size in self.cardinalities)

    @cached_property
    def _values(self) -> tuple[dict[str, int], ...]:
        return tuple({symbol: value for value, symbol in enumerate(written)} for written in self._written)

    def is_valid(self, genotype: Genotype) -> bool:
        return len(genotype) == len(self.cardinalities)

    def normalize(self, genotype: Genotype) -> Genotype:
        return genotype

    def graph(self, genotype: Genotype) -> OperationGraph:
        """A way from input to output per position: a node with the position's number, then one with its symbol.

        The same symbol is the same operation at every position, so what it does at one can tell of another; a position
        knows no order, so no two are joined.
        """
        size = len(genotype)
        positions = (f"#{i}" for i in range(size))
        symbols = (f"={self._written[i][value]}" for i, value in enumerate(genotype))
        ways = [(0, i, size + i, 2 * size + 1) for i in range(1, size + 1)]
        return OperationGraph(
            (INPUT, *positions, *symbols, OUTPUT), tuple(sorted(e for w in ways for e in pairwise(w)))
        )

    def quantities(self, genotype: Genotype) -> tuple[float, ...]:
        """How far along its values each numeric position is, in steps.

        Steps, since a table does not say whether 8, 16, 32 and 64 differ by ratio or by number.
        """
        return tuple(float(genotype[i]) for i in self.numeric)

    def format(self, genotype: Genotype) -> str:
        return self.separator.join(written[value] for written, value in zip(self._written, genotype, strict=True))

    def parse(self, text: str) -> Genotype:
        parts: Sequence[str] = text.split(self.separator) if self.separator else text
        if len(parts) != len(self.cardinalities):
            between = f"positions separated by {self.separator!r}" if self.separator else "characters"
            raise bad_architecture(
                self.name, text, f"expected {len(self.cardinalities)} {between}, got {len(parts) if text else 0}"
            )
        for position, part in enumerate(parts):
            if part not in self._values[position]:
                known = ", ".join(self._written[position][:20])
                raise bad_architecture(self.name, text, f"position {position} is {part!r}, not one of {known}")
        return tuple(values[part] for values, part in zip(self._values, parts, strict=True))


def _separator(codes: Sequence[str]) -> str:
    """The likeliest separator that divides all codes alike; empty where positions are single characters."""
    if not all(codes):
        raise DataError("cannot infer a categorical space: a code is empty")
    shared = [s for s in SEPARATORS if all(s in code for code in codes)]
    for separator in shared:
        if len({code.count(separator) for code in codes}) == 1:
            return separator
    if shared:
        separator = shared[0]
        short = min(codes, key=lambda code: code.count(separator))
        long = max(codes, key=lambda code: code.count(separator))
        raise DataError(
            f"codes must have the same number of positions: {short!r} has {short.count(separator) + 1} separated by "
            f"{separator!r}, {long!r} has {long.count(separator) + 1}"
        )
    short, long = min(codes, key=len), max(codes, key=len)
    if len(short) != len(long):
        raise DataError(
            f"codes must have the same number of positions: {short!r} has {len(short)} characters, {long!r} "
            f"{len(long)}; longer symbols need a separator between positions, such as '_' or '|'"
        )
    return ""


def _ordered(symbols: set[str]) -> tuple[str, ...]:
    numbers = _numbers(symbols)
    return tuple(sorted(symbols, key=lambda symbol: (numbers.get(symbol, 0.0), symbol)))


def _ascending(symbols: Sequence[str]) -> bool:
    numbers = list(_numbers(symbols).values())
    return len(numbers) > 1 and all(low < high for low, high in pairwise(numbers))


def _numbers(symbols: Iterable[str]) -> dict[str, float]:
    """What symbols say as numbers, in their order; nothing if one of them is no finite number."""
    try:
        numbers = {symbol: float(symbol) for symbol in symbols}
    except ValueError:
        return {}
    return numbers if all(map(math.isfinite, numbers.values())) else {}
