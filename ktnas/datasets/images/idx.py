"""The official files of MNIST and Fashion-MNIST: idx, plain or with gzip.

LeCun, Cortes, Burges, "The MNIST database of handwritten digits": a magic number, the sizes, then bytes; all integers
big-endian. Both datasets come in a training part of 60,000 images, of which the last 5,000 are the validation part
here, and a test part of 10,000.
"""

from __future__ import annotations

import math
import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ktnas.datasets.account import Account
from ktnas.datasets.dataset import Dataset, Split
from ktnas.datasets.images.files import read_bytes, reading, require_plausible
from ktnas.datasets.images.splits import without_last
from ktnas.datasets.labels import oddities, understood
from ktnas.datasets.objectives import Objective
from ktnas.errors import DataError
from ktnas.files.regular import open_packed

FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
"""Names of the four files; each may end in ``.gz``."""


def read_idx(directory: Path, name: str, objective: Objective | None = None) -> Dataset:
    """The dataset in the four idx files of a directory.

    Args:
        directory: Where they lie, such as torchvision's ``MNIST/raw``.
        name: Name of the dataset.
        objective: What is to be learnt; as many classes as the labels tell if None.

    Raises:
        DataError: If a file is missing, truncated or malformed, or the parts do not fit.
    """
    images, labels, test_images, test_labels = (_read(_locate(directory, file)) for file in FILES)
    labelled = understood({"train": labels, "test": test_labels}, objective, str(directory))
    official = Split(images[..., None], labelled.parts["train"])
    train, validation = without_last(official, f"the training part in {directory}")
    test = Split(test_images[..., None], labelled.parts["test"])
    targets = {"train": train.targets, "validation": validation.targets, "test": test.targets}
    account = Account(remarks=oddities(targets, labelled.objective))
    return Dataset(name, labelled.objective, train, validation, test, account=account)


def _locate(directory: Path, file: str) -> Path:
    found = next((path for path in (directory / file, directory / f"{file}.gz") if path.is_file()), None)
    if found is None:
        raise DataError(f"{directory} lacks {file}, plain or with .gz; needed are {', '.join(FILES)}")
    return found


def _read(path: Path) -> npt.NDArray[np.uint8]:
    dimensions = 3 if "idx3" in path.name else 1
    with reading(path), open_packed(path, packed=path.suffix == ".gz") as stream:
        magic, *shape = struct.unpack(f">{1 + dimensions}I", stream.read(4 + 4 * dimensions))
        if magic != 0x0800 + dimensions:
            raise DataError(
                f"{path} is no idx file of bytes in {dimensions} dimension(s): it begins with {magic:#010x}, "
                f"expected {0x0800 + dimensions:#010x}"
            )
        count = math.prod(shape)
        require_plausible(count, path.stat().st_size, str(path))
        content = read_bytes(stream, count, str(path))
        if stream.read(1):
            raise DataError(f"{path} is longer than the {count} bytes that its header tells")
    return content.reshape(shape)
