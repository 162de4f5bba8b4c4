"""The official files of CIFAR-10 and CIFAR-100: the "python version", pickles of bytes.

Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009. Each pickle is a dictionary with ``data``
``(n, 3072)``, the planes of red, green and blue of 32 x 32 pixels, and ``labels`` or ``fine_labels``. The last 5,000 of
the 50,000 training images are the validation part here; the 10,000 test images are the test part.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ktnas.datasets.dataset import Dataset, Images, Split
from ktnas.datasets.images.splits import without_last
from ktnas.datasets.objectives import Classification, Objective
from ktnas.errors import DataError
from ktnas.files.safe_pickle import PickledArray, read_restricted_arrays

FILE_LIMIT = 256 << 20
"""Larger files are refused, bytes; the largest official one has 148 MiB."""


_PLANES = (3, 32, 32)


def read_cifar10(directory: Path, name: str = "cifar10", objective: Objective | None = None) -> Dataset:
    """CIFAR-10 from ``cifar-10-batches-py``.

    Raises:
        DataError: If a file is missing or truncated, asks for more than arrays, or the parts do not fit.
    """
    batches = [directory / f"data_batch_{number}" for number in range(1, 6)]
    return _dataset(batches, directory / "test_batch", "labels", name, objective or Classification(10))


def read_cifar100(directory: Path, name: str = "cifar100", objective: Objective | None = None) -> Dataset:
    """CIFAR-100, its 100 fine classes, from ``cifar-100-python``.

    Raises:
        DataError: If a file is missing or truncated, asks for more than arrays, or the parts do not fit.
    """
    return _dataset([directory / "train"], directory / "test", "fine_labels", name, objective or Classification(100))


def _dataset(train: Sequence[Path], test: Path, key: str, name: str, objective: Objective) -> Dataset:
    kept, held = without_last(_read(train, key), f"the training part in {test.parent}")
    return Dataset(name, objective, kept, held, _read([test], key))


def _read(paths: Sequence[Path], key: str) -> Split:
    batches = [_batch(path, key) for path in paths]
    labels = np.concatenate([labels for _, labels in batches])
    images: Images = np.empty((len(labels), 32, 32, 3), np.uint8)
    begin = 0
    for planes, _ in batches:
        images[begin : begin + len(planes)] = planes.transpose(0, 2, 3, 1)
        begin += len(planes)
    return Split(images, labels)


def _batch(path: Path, key: str) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Planes ``(n, 3, 32, 32)`` and labels ``(n,)`` of one file."""
    if not path.is_file():
        raise DataError(f"{path} does not exist; unpack the official archive of the python version there")
    content = read_restricted_arrays(path, FILE_LIMIT)
    data, labels = _entry(content, "data", path), _entry(content, key, path)
    if not isinstance(data, PickledArray) or data.values.ndim != 2 or data.values.shape[1] != 3072:
        shape = data.values.shape if isinstance(data, PickledArray) else type(data).__name__
        raise DataError(f"{path}: 'data' must be an array of bytes (n, 3072); got {shape}")
    known = isinstance(labels, list) and all(type(label) is int and 0 <= label < 256 for label in labels)
    if not isinstance(labels, list) or not known:
        raise DataError(f"{path}: {key!r} must be a list of class numbers from 0")
    if len(labels) != len(data.values):
        raise DataError(f"{path}: {len(data.values)} images and {len(labels)} labels; both must be as many")
    return data.values.reshape(-1, *_PLANES), np.array(labels, np.int64)


def _entry(content: object, key: str, path: Path) -> object:
    """An entry of the dictionary; its keys are bytes if Python 2 wrote it, as it did the official files."""
    entries = content if isinstance(content, dict) else {}
    for spelled in (key.encode(), key):
        if spelled in entries:
            value: object = entries[spelled]
            return value
    raise DataError(f"{path} lacks {key!r}; expected a dictionary as in the official files")
