"""Validation and test parts for data that come without: fixed by the order of the images, never drawn at random.

Official training parts give up their last images, as mnist.npz and the like do. Data that are sorted by class give up
images evenly spaced within each class.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ktnas.datasets.dataset import Split
from ktnas.errors import DataError

LAST = 5000
"""Images at the end of an official training part that become its validation part."""


SHARE = 0.15
"""Share of the images of a class that goes into the validation part, and as many into the test part."""


Indices = npt.NDArray[np.intp]


def without_last(part: Split, where: str, count: int = LAST) -> tuple[Split, Split]:
    """The part without its last images, and those images; views, no copies.

    Raises:
        DataError: If nothing would be left.
    """
    if len(part) <= count:
        raise DataError(f"{where} has {len(part)} images; more than {count} are needed, of which the last are held out")
    kept, held = slice(None, -count), slice(-count, None)
    return Split(part.images[kept], part.targets[kept]), Split(part.images[held], part.targets[held])


def hold_out(labels: npt.NDArray[np.int64], share: float = SHARE) -> tuple[Indices, Indices]:
    """Indices of the images that stay and of those held out: evenly spaced within each class, in order.

    Args:
        labels: Labels ``(n,)``; each class has at least 2 images.
        share: Share of each class that is held out, rounded to whole images, at least one.
    """
    held = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        count = max(1, round(share * len(members)))
        held[members[(2 * np.arange(count) + 1) * len(members) // (2 * count)]] = True
    return np.flatnonzero(~held), np.flatnonzero(held)


def three_parts(labels: npt.NDArray[np.int64]) -> tuple[Indices, Indices, Indices]:
    """Indices of the training, validation and test images: 70, 15 and 15 % of each class.

    Args:
        labels: Labels ``(n,)``; each class has at least 3 images.
    """
    rest, test = hold_out(labels)
    train, validation = hold_out(labels[rest], SHARE / (1 - SHARE))
    return rest[train], rest[validation], test
