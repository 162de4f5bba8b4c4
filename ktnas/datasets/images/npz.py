"""npz files with the keys of MedMNIST: ``{train,val,test}_images`` and ``{train,val,test}_labels``.

Yang et al., "MedMNIST v2", Scientific Data 2023. Images ``(n, height, width)`` or ``(n, height, width, 3)``, uint8;
labels ``(n,)`` or ``(n, 1)``, or ``(n, labels)`` of 0 and 1 where several may hold together. There may be no test part.

The arrays' headers are read first and held against the directory of the archive; NumPy's own reader, which admits
pickled objects on request, is not used.
"""

from __future__ import annotations

import math
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ktnas.datasets.dataset import Dataset, Split
from ktnas.datasets.images.files import read_bytes, reading, require_plausible
from ktnas.datasets.objectives import Classification, MultiLabel, Objective
from ktnas.errors import DataError

_REQUIRED = ("train_images", "train_labels", "val_images", "val_labels")


_OPTIONAL = ("test_images", "test_labels")


_MADE = "save it with numpy.savez_compressed(path, train_images=..., train_labels=..., val_images=..., ...)"


@dataclass(frozen=True, slots=True)
class Header:
    """What an array says of itself.

    Attributes:
        shape: Its shape.
        dtype: Its type.
        column_major: Whether its first index varies fastest.
        offset: Bytes of the header.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]
    column_major: bool
    offset: int

    @property
    def size(self) -> int:
        """Bytes of the numbers."""
        return math.prod(self.shape) * self.dtype.itemsize


def read_npz(path: Path, name: str | None = None, objective: Objective | None = None) -> Dataset:
    """The dataset in an npz file.

    Args:
        path: The file.
        name: Its name; the file's if None.
        objective: What is to be learnt. If None, several labels per image where labels are ``(n, labels)`` with more
            than one column, else as many classes as the labels of the training part tell.

    Raises:
        DataError: If the file is no such npz file, is truncated or hostile, or its parts do not fit.
    """
    with reading(path), _open(path) as archive:
        headers = _headers(archive, path)
        arrays = {key: _array(archive, key, header, path) for key, header in headers.items()}
    images = {key: _with_channels(array) for key, array in arrays.items() if key.endswith("_images")}
    labels = {key: _labels(array) for key, array in arrays.items() if key.endswith("_labels")}
    train, validation, *test = (
        Split(images[f"{part}_images"], labels[f"{part}_labels"])
        for part in ("train", "val", "test")
        if f"{part}_images" in images
    )
    objective = objective or _infer(train.targets, path)
    return Dataset(name or path.stem, objective, train, validation, test[0] if test else None)


def read_headers(path: Path) -> Mapping[str, Header]:
    """What the arrays of a dataset say of themselves, by key; nothing else is read.

    Raises:
        DataError: If the file is no npz file with MedMNIST's keys, or its sizes contradict each other.
    """
    with reading(path), _open(path) as archive:
        return _headers(archive, path)


def holds_images(path: Path) -> bool:
    """Whether a file is an npz file of images, readable or not."""
    try:
        with _open(path) as archive:
            return "train_images.npy" in archive.namelist()
    except (DataError, OSError, ValueError, zipfile.BadZipFile):
        return False


def _open(path: Path) -> zipfile.ZipFile:
    if path.is_file() and not zipfile.is_zipfile(path):
        raise DataError(f"{path} is no npz file (a zip archive of arrays), or it is truncated")
    return zipfile.ZipFile(path)


def _headers(archive: zipfile.ZipFile, path: Path) -> dict[str, Header]:
    names = {name.removesuffix(".npy") for name in archive.namelist()}
    if missing := [key for key in _REQUIRED if key not in names]:
        found = ", ".join(sorted(names)[:8]) or "nothing"
        raise DataError(f"{path} lacks {', '.join(missing)}; it holds {found}. Expected MedMNIST's keys: {_MADE}")
    has_test = [key for key in _OPTIONAL if key in names]
    if len(has_test) == 1:
        raise DataError(f"{path} has {has_test[0]} alone; the test part needs both {' and '.join(_OPTIONAL)}, or none")
    headers = {key: _header(archive, key, path) for key in (*_REQUIRED, *has_test)}
    stored = sum(archive.getinfo(f"{key}.npy").compress_size for key in headers)
    require_plausible(sum(header.size for header in headers.values()), stored, str(path))
    return headers


def _header(archive: zipfile.ZipFile, key: str, path: Path) -> Header:
    where, entry = f"{path}, {key}", archive.getinfo(f"{key}.npy")
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise DataError(f"{where}: compressed in a way that NumPy does not write; {_MADE}")
    with archive.open(entry) as stream:
        # Version 1 alone: its header is at most 64 KiB, those of the others are as long as they claim.
        if np.lib.format.read_magic(stream) != (1, 0):
            raise DataError(f"{where}: only version 1.0 of NumPy's file format is read; {_MADE}")
        shape, column_major, dtype = np.lib.format.read_array_header_1_0(stream)
        header = Header(shape, dtype, column_major, stream.tell())
    _check(header, key, where)
    if header.offset + header.size != entry.file_size:
        raise DataError(
            f"{where}: its header tells {header.dtype} of shape {header.shape}, {header.offset + header.size} bytes; "
            f"there are {entry.file_size}"
        )
    return header


def _check(header: Header, key: str, where: str) -> None:
    if header.dtype.hasobject:
        raise DataError(f"{where}: pickled Python objects are not read, they could run code; save it as plain integers")
    if key.endswith("_images"):
        fits, expected = header.dtype == np.uint8 and len(header.shape) in {3, 4}, "uint8 of (n, height, width[, 3])"
    else:
        fits, expected = header.dtype.kind in "iu" and len(header.shape) in {1, 2}, "integers of (n,) or (n, labels)"
    if not fits:
        raise DataError(f"{where}: expected {expected}; got {header.dtype} of {header.shape}")


def _array(archive: zipfile.ZipFile, key: str, header: Header, path: Path) -> npt.NDArray[np.generic]:
    with archive.open(f"{key}.npy") as stream:
        stream.read(header.offset)
        flat = read_bytes(stream, header.size, f"{path}, {key}").view(header.dtype)
    if header.column_major:
        return np.ascontiguousarray(flat.reshape(header.shape, order="F"))
    return flat.reshape(header.shape)


def _with_channels(images: npt.NDArray[np.generic]) -> npt.NDArray[np.uint8]:
    bytes_ = images.view(np.uint8)
    return bytes_[..., None] if bytes_.ndim == 3 else bytes_


def _labels(labels: npt.NDArray[np.generic]) -> npt.NDArray[np.int64]:
    single = labels[:, 0] if labels.ndim == 2 and labels.shape[1] == 1 else labels
    return single.astype(np.int64)


def _infer(labels: npt.NDArray[np.generic], path: Path) -> Objective:
    if labels.ndim == 2:
        return MultiLabel(labels.shape[1])
    classes = int(labels.max()) + 1 if labels.size else 0
    if not 2 <= classes <= max(2, len(labels)):
        raise DataError(
            f"{path}: the largest label of {len(labels)} training images is {classes - 1}; "
            "classes are numbered from 0, and there must be at least two"
        )
    return Classification(classes)
