"""What reading a dataset came to: what was passed over, what was converted, and a sentence that says so.

Nothing is left out in silence: whoever reads data of others writes an `Account`, and `sentences` tells it in brief
(`ktnas data DATASET` tells all of it).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ktnas.datasets.objectives import Targets

_NAMED = 3
"""Files and folders passed over that a sentence names; a list names all of them."""


HIDDEN, NO_IMAGE = "hidden, or of the system", "no image"
"""The usual reasons for passing over a file."""


_USUAL = (HIDDEN, NO_IMAGE)


_COUNTED = 6
"""Classes whose images a sentence counts one by one; of more it gives the smallest and the largest."""


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A file, folder or array that was not read.

    Attributes:
        path: Its path within what was read.
        reason: Why.
    """

    path: str
    reason: str

    def __str__(self) -> str:
        return self.path if self.reason in _USUAL else f"{self.path} ({self.reason})"


@dataclass(frozen=True, slots=True)
class Account:
    """What is to be told of a dataset beside its images.

    Attributes:
        classes: Names of the classes in the order of their numbers; empty where they have none.
        remarks: What was noticed or converted, a sentence each.
        passed_over: What was not read.
        counted: How many images were read, in a sentence; empty where nobody counted.
    """

    classes: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()
    counted: str = ""

    @property
    def sentences(self) -> tuple[str, ...]:
        """The remarks, and one sentence on what was passed over."""
        if not self.passed_over:
            return self.remarks
        named = [str(one) for one in self.passed_over[:_NAMED]]
        rest = len(self.passed_over) - len(named)
        return (*self.remarks, f"Not read: {', '.join(named)}{f' and {rest:,} more' if rest else ''}.")


def counts(parts: Mapping[str, Targets], classes: int) -> dict[str, list[int]]:
    """Images of each class, by part.

    Args:
        parts: Labels ``(n,)`` from 0 to below ``classes`` by part.
        classes: Number of classes.
    """
    return {key: np.bincount(labels.astype(np.int64), minlength=classes).tolist() for key, labels in parts.items()}


def counted(sizes: Mapping[str, int], per_class: Mapping[str, Sequence[int]], names: Sequence[str]) -> str:
    """How many images were read, in a sentence.

    Args:
        sizes: Images by part.
        per_class: Images of each class by part; empty where there are no classes.
        names: Names of the classes; their numbers stand for them if empty.

    >>> counted({"train": 4, "validation": 2}, {"train": [3, 1], "validation": [1, 1]}, ["cat", "dog"])
    '6 images read: 4 train, 2 validation; cat 4, dog 2.'
    """
    text = f"{sum(sizes.values()):,} images read: " + ", ".join(f"{n:,} {part}" for part, n in sizes.items())
    totals = [sum(column) for column in zip(*per_class.values(), strict=True)]
    if not totals:
        return f"{text}."
    labels = list(names) or [f"class {i}" for i in range(len(totals))]
    if len(totals) <= _COUNTED:
        return f"{text}; {', '.join(f'{name} {total:,}' for name, total in zip(labels, totals, strict=True))}."
    least, most = min(totals), max(totals)
    extremes = f"{least:,} ({labels[totals.index(least)]}) to {most:,} ({labels[totals.index(most)]})"
    return (
        f"{text}; {len(totals):,} classes of {least:,} images each."
        if least == most
        else (f"{text}; {len(totals):,} classes of {extremes} images.")
    )


def listed(numbers: Sequence[int]) -> str:
    """Ascending numbers, neighbours as ranges.

    >>> listed([0, 2, 3, 4, 9])
    '0, 2 to 4, 9'
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(_run(run) for run in runs)


def _run(run: Sequence[int]) -> str:
    return str(run[0]) if len(run) == 1 else f"{run[0]}{' to ' if len(run) > 2 else ', '}{run[-1]}"
