"""Any code of small integers: each position takes one of a few symbols, every combination is an architecture.

For users' own tables, whose codes look like ``2012100``, ``128_64_2`` or ``a|b|c``.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import pairwise

from ktnas.errors import ConfigurationError, bad_architecture, listing, quoted
from ktnas.spaces.code_text import (
    Nested,
    alone_in,
    flattened,
    is_bracketed,
    is_plain,
    keyed,
    number,
    parsed,
    split,
    tidied,
    unquoted,
)
from ktnas.spaces.codes import Codes, argument_of, evened, read_codes, whole
from ktnas.spaces.graph import INPUT, OUTPUT, OperationGraph
from ktnas.typing import Genotype

_TRUTH = {"true": "True", "false": "False"}


@dataclass(frozen=True)
class Categorical:
    """A space of independent positions.

    Attributes:
        cardinalities: Number of values at each position.
        symbols: How each value of each position is written; empty for ``0``, ``1``, ``2``, ...
        separator: What stands between positions; empty where every symbol is a single character.
        name: Name used in records.
        names: What the positions are called; empty where they have no names.

    Raises:
        ConfigurationError: If the symbols or names do not fit the cardinalities, or strings could be read in two ways.

    >>> Categorical((3, 2, 2)).parse("201")
    (2, 0, 1)
    >>> Categorical.from_codes(["128_64_2", "32_64_2", "32_16_10"]).symbols
    (('32', '128'), ('16', '64'), ('2', '10'))
    """

    cardinalities: tuple[int, ...]
    symbols: tuple[tuple[str, ...], ...] = ()
    separator: str = ""
    name: str = "categorical"
    names: tuple[str, ...] = field(default=(), repr=False)  # a fingerprint of a space without names is as it was

    def __post_init__(self) -> None:
        if not self.cardinalities or min(self.cardinalities) < 1:
            raise ConfigurationError(f"cardinalities must be positive integers, at least one; got {self.cardinalities}")
        if self.symbols and tuple(map(len, self.symbols)) != self.cardinalities:
            raise ConfigurationError(
                f"symbols must give one string per value, {self.cardinalities} of them; got "
                f"{tuple(map(len, self.symbols))}"
            )
        if self.names and (len(self.names) != len(self.cardinalities) or len(set(self.names)) < len(self.names)):
            raise ConfigurationError(
                f"names must give one per position, {len(self.cardinalities)} of them, all different; got "
                f"{listing(self.names, 20)}"
            )
        for position, written in enumerate(self._written):
            if len(set(map(_meaning, written))) != len(written):
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

        Brackets, quotes, keys and blanks around symbols are no part of them; equal numbers are one symbol. Symbols are
        in numeric order where all of a position are numbers, else in the order of strings.

        Raises:
            DataError: If there is no code, or codes differ in their number of positions.
        """
        return cls.of_codes(read_codes(codes), name)

    @classmethod
    def of_codes(cls, codes: Codes, name: str = "categorical") -> Categorical:
        """The smallest space that holds codes that were read."""
        symbols = tuple(_ordered(column) for column in zip(*codes.rows, strict=True))
        return cls(tuple(map(len, symbols)), symbols, codes.separator, name, codes.names)

    @cached_property
    def numeric(self) -> tuple[int, ...]:
        """The positions, from 0, whose values are numbers in ascending order."""
        return tuple(i for i, written in enumerate(self._written) if _ascending(written))

    @cached_property
    def _written(self) -> tuple[tuple[str, ...], ...]:
        return self.symbols or tuple(tuple(map(str, range(size))) for size in self.cardinalities)

    @cached_property
    def _exact(self) -> tuple[dict[str, int], ...]:
        return tuple({symbol: value for value, symbol in enumerate(written)} for written in self._written)

    @cached_property
    def _values(self) -> tuple[dict[Hashable, int], ...]:
        return tuple({_meaning(symbol): value for value, symbol in enumerate(written)} for written in self._written)

    def is_valid(self, genotype: Genotype) -> bool:
        return len(genotype) == len(self.cardinalities)

    def normalize(self, genotype: Genotype) -> Genotype:
        return genotype

    def graph(self, genotype: Genotype) -> OperationGraph:
        """A way from input to output per position: a node with the position's number, then one with its symbol.

        The same symbol is the same operation at every position, so what it does at one can tell of another, unless the
        positions have names that differ by more than a number. A position knows no order, so no two are joined.
        """
        size = len(genotype)
        positions = (f"#{i}" for i in range(size))
        kinds = [f"={re.sub('[0-9]+', '', name)}" for name in self.names] or [""] * size
        symbols = (f"{kinds[i]}={self._written[i][value]}" for i, value in enumerate(genotype))
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
        symbols = (written[value] for written, value in zip(self._written, genotype, strict=True))
        if self.names:
            return f"{self.separator} ".join(f"{name}={s}" for name, s in zip(self.names, symbols, strict=True))
        return self.separator.join(symbols)

    def parse(self, text: str) -> Genotype:
        parts: Sequence[str] = text.split(self.separator) if self.separator else text
        exact = self._exact  # the usual case, which is fast
        if len(parts) == len(exact) and all(part in values for part, values in zip(parts, exact, strict=True)):
            return tuple(values[part] for part, values in zip(parts, exact, strict=True))
        return self.genotype(self._symbols(text), text)

    def genotype(self, symbols: Sequence[str], text: str) -> Genotype:
        """The genotype of symbols, one per position.

        Args:
            symbols: The symbols.
            text: The code that they are of, for the error.

        Raises:
            ArchitectureError: If there are more or less, or one of them is not known.
        """
        if len(symbols) != len(self.cardinalities):
            between = f"positions separated by {self.separator!r}" if self.separator else "characters"
            raise bad_architecture(
                self.name, text, f"expected {len(self.cardinalities)} {between}, got {len(symbols) if text else 0}"
            )
        found = []
        for position, symbol in enumerate(symbols):
            value = self._exact[position].get(symbol)
            value = self._values[position].get(_meaning(symbol)) if value is None else value
            if value is None:
                known = listing(self._written[position], 20)
                where = self.names[position] if self.names else f"position {position}"
                raise bad_architecture(self.name, text, f"{where} is {quoted(symbol)}, not one of {known}")
            found.append(value)
        return tuple(found)

    def _symbols(self, text: str) -> Sequence[str]:
        """The symbols of a code, however it is dressed."""
        code = tidied(text)
        code = code if is_bracketed(code) else argument_of(code) or code
        if is_bracketed(code):
            alone = alone_in(code)
            if alone is None or len(self.cardinalities) == 1:
                return flattened(parsed(code), self.names, len(self.cardinalities)) or ()
            code = alone
        if self.names and (named := self._by_name(code)):
            return flattened(named, self.names, len(self.names)) or ()
        code = unquoted(code)
        code = evened(code) if is_plain(code) else code
        parts = split(code if self.separator else whole(code), self.separator)
        return [self._without_key(i, part) for i, part in enumerate(parts)]

    def _by_name(self, code: str) -> Nested | None:
        """The values of a code that says which is which; names may hold what stands between values elsewhere."""
        first, *rest = self._keys.split(code)
        keys, values = rest[::2], [value.strip() for value in rest[1::2]]
        if first.strip() or not keys:
            return None
        return Nested(tuple(parsed(value) if is_bracketed(value) else unquoted(value) for value in values), tuple(keys))

    @cached_property
    def _keys(self) -> re.Pattern[str]:
        outer = {name[:end] for name in self.names for end in range(1, len(name) + 1) if name[end:][:1] in ("", ".")}
        known = "|".join(map(re.escape, sorted(outer, key=len, reverse=True)))
        between = re.escape(self.separator)
        return re.compile(rf"(?:^|\s*[,;|{between}]\s*|\s+)({known})\s*[=:]\s*")

    def _without_key(self, position: int, part: str) -> str:
        if position < len(self._values) and _meaning(part) not in self._values[position]:
            pair = keyed(part, colons=False)
            return part if pair is None else unquoted(pair[1])
        return part


def _meaning(symbol: str) -> Hashable:
    """What a symbol stands for: numbers and truth values do so however they are written."""
    value = number(symbol)
    return _TRUTH.get(symbol.lower(), symbol) if value is None else value


def _ordered(symbols: Iterable[str]) -> tuple[str, ...]:
    """One symbol of each meaning, the shortest, in their order."""
    different = {_meaning(symbol): symbol for symbol in sorted(set(symbols), key=lambda text: (-len(text), text))}
    numbers = _numbers(different.values())
    return tuple(sorted(different.values(), key=lambda symbol: (numbers.get(symbol, Decimal()), symbol)))


def _ascending(symbols: Sequence[str]) -> bool:
    numbers = list(_numbers(symbols).values())
    return len(numbers) > 1 and all(low < high for low, high in pairwise(numbers))


def _numbers(symbols: Iterable[str]) -> dict[str, Decimal]:
    """What symbols say as numbers, in their order; nothing if one of them is none."""
    numbers = {symbol: number(symbol) for symbol in symbols}
    found = {symbol: value for symbol, value in numbers.items() if value is not None}
    return found if len(found) == len(numbers) else {}
