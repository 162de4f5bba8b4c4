"""npz files with the keys of MedMNIST: ``{train,val,test}_images`` and ``{train,val,test}_labels``.

Yang et al., "MedMNIST v2", Scientific Data 2023. Images ``(n, height, width)`` or ``(n, height, width, channels)``,
uint8 upstream, here whole or floating-point numbers of any type; labels as `ktnas.datasets.labels` understands them.
There may be no test part.

The arrays' headers are read first and held against the directory of the archive; NumPy's own reader, which admits
pickled objects on request, is not used.
"""

from __future__ import annotations

import math
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ktnas.datasets.account import Account, PassedOver
from ktnas.datasets.dataset import Dataset, Images, Split, is_bytes
from ktnas.datasets.images.files import read_bytes, reading, require_plausible
from ktnas.datasets.labels import understood
from ktnas.datasets.objectives import Objective
from ktnas.errors import DataError
from ktnas.files.regular import open_regular

_REQUIRED = ("train_images", "train_labels", "val_images", "val_labels")


_OPTIONAL = ("test_images", "test_labels")


_PARTS = {"train": "train", "val": "validation", "test": "test"}


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
        objective: What is to be learnt; decided by the labels if None (`ktnas.datasets.labels.understood`).

    Raises:
        DataError: If the file is no such npz file, is truncated or hostile, or its parts do not fit.
    """
    with reading(path), _open(path) as archive:
        headers = _headers(archive, path)
        arrays = {key: _array(archive, key, header, path) for key, header in headers.items()}
        others = [entry for entry in archive.namelist() if entry.removesuffix(".npy") not in headers]
    keys = {part: key for key, part in _PARTS.items() if f"{key}_images" in arrays}
    labelled = understood({part: arrays[f"{key}_labels"] for part, key in keys.items()}, objective, str(path))
    splits = {part: Split(_with_channels(arrays[f"{key}_images"]), labelled.parts[part]) for part, key in keys.items()}
    passed_over = tuple(PassedOver(entry.removesuffix(".npy"), "not one of MedMNIST's keys") for entry in others)
    account = Account(remarks=(*labelled.remarks, *_remarks(splits)), passed_over=passed_over)
    train, validation, test = splits["train"], splits["validation"], splits.get("test")
    return Dataset(name or path.stem, labelled.objective, train, validation, test, account=account)


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


@contextmanager
def _open(path: Path) -> Iterator[zipfile.ZipFile]:
    with open_regular(path) as file:
        if not zipfile.is_zipfile(file):
            raise DataError(f"{path} is no npz file (a zip archive of arrays), or it is truncated")
        with zipfile.ZipFile(file) as archive:
            yield archive


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
        fits, expected = len(header.shape) in {3, 4}, "numbers of (n, height, width[, channels])"
    else:
        fits, expected = len(header.shape) in {1, 2}, "whole numbers of (n,), or 0 and 1 of (n, labels)"
    if not fits or header.dtype.kind not in "buif":
        raise DataError(f"{where}: expected {expected}; got {header.dtype} of {header.shape}{_hint(header, key)}")


def _hint(header: Header, key: str) -> str:
    """What to do with an array of another kind."""
    if key.endswith("_labels") and header.dtype.kind in "US":
        return "; names are numbered by numpy.unique(names, return_inverse=True)[1]"
    return ""


def _array(archive: zipfile.ZipFile, key: str, header: Header, path: Path) -> npt.NDArray[np.generic]:
    with archive.open(f"{key}.npy") as stream:
        stream.read(header.offset)
        flat = read_bytes(stream, header.size, f"{path}, {key}").view(header.dtype)
    if header.column_major:
        return np.ascontiguousarray(flat.reshape(header.shape, order="F"))
    return flat.reshape(header.shape)


def _with_channels(images: Images) -> Images:
    return images[..., None] if images.ndim == 3 else images


def _remarks(splits: Mapping[str, Split]) -> tuple[str, ...]:
    """What is odd of the pixels."""
    arrays = [split.images for split in splits.values()]
    if all(is_bytes(images) and images.size and images.view(np.uint8).max() <= 1 for images in arrays):
        return ("All pixels are 0 or 1: bytes should run to 255 unless images are black and white.",)
    return ()
