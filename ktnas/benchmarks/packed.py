"""Genotypes of a large table, one whole number each: 423,624 tuples and a dictionary of them would take 200 MB."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import overload

import numpy as np
import numpy.typing as npt

from ktnas.errors import DataError
from ktnas.typing import Genotype, IntArray

_BATCH = 4096


@dataclass(frozen=True, eq=False)
class PackedGenotypes(Sequence[Genotype]):
    """A sequence of genotypes that are made when they are asked for, and found again by their numbers.

    Attributes:
        cardinalities: Number of values at each position; their product is below 2^63.
        numbers: ``(n,)`` each genotype as a number whose digits are its values, the last one the least.

    Raises:
        DataError: If a number is no genotype.

    >>> packed = PackedGenotypes((2, 3), np.array([5, 1]))
    >>> list(packed), packed.rows.get((0, 1)), packed.rows.get((0, 0))
    ([(1, 2), (0, 1)], 1, None)
    """

    cardinalities: tuple[int, ...]
    numbers: IntArray

    def __post_init__(self) -> None:
        if len(self.numbers) and not 0 <= int(self.numbers.min()) <= int(self.numbers.max()) < self._size:
            raise DataError(f"codes of {self.cardinalities} values are numbers from 0 to {self._size - 1:,}")

    @property
    def _size(self) -> int:
        return math.prod(self.cardinalities)

    @cached_property
    def rows(self) -> Mapping[Genotype, int]:
        """The row of each genotype; of one that stands in several rows, the last."""
        return _Rows(self)

    def number(self, genotype: Genotype) -> int:
        """The number of a genotype; -1 if it has another length, or a value out of range."""
        if len(genotype) != len(self.cardinalities):
            return -1
        number = 0
        for value, size in zip(genotype, self.cardinalities, strict=True):
            if not 0 <= value < size:
                return -1
            number = number * size + value
        return number

    def codes(self, numbers: IntArray) -> IntArray:
        """Codes ``(n, positions)`` of some numbers ``(n,)``."""
        columns = np.unravel_index(numbers, self.cardinalities)
        return np.stack(columns, axis=1) if len(numbers) else np.empty((0, len(self.cardinalities)), dtype=np.int64)

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> npt.NDArray[np.generic]:
        codes = self.codes(self.numbers)
        return codes if dtype is None else codes.astype(dtype)

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, index: int) -> Genotype: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Genotype]: ...
    def __getitem__(self, index: int | slice) -> Genotype | Sequence[Genotype]:
        if isinstance(index, slice):
            return PackedGenotypes(self.cardinalities, self.numbers[index])
        return tuple(self.codes(self.numbers[[index]])[0].tolist())

    def __iter__(self) -> Iterator[Genotype]:
        for start in range(0, len(self), _BATCH):
            yield from map(tuple, self.codes(self.numbers[start : start + _BATCH]).tolist())


@dataclass(frozen=True, eq=False)
class _Rows(Mapping[Genotype, int]):
    packed: PackedGenotypes

    @cached_property
    def _order(self) -> IntArray:
        return np.argsort(self.packed.numbers, kind="stable")

    @cached_property
    def _sorted(self) -> IntArray:
        return self.packed.numbers[self._order]

    def __getitem__(self, genotype: Genotype) -> int:
        number = self.packed.number(genotype)
        place = int(np.searchsorted(self._sorted, number, side="right")) - 1
        if place < 0 or self._sorted[place] != number:
            raise KeyError(genotype)
        return int(self._order[place])

    @cached_property
    def _distinct(self) -> IntArray:
        first = np.diff(self._sorted, prepend=-1) > 0
        return self._sorted[first]

    def __len__(self) -> int:
        return len(self._distinct)

    def __iter__(self) -> Iterator[Genotype]:
        return iter(PackedGenotypes(self.packed.cardinalities, self._distinct))
