import gzip
import struct

import numpy as np
import pytest

from ktnas.datasets.images import idx, splits
from ktnas.datasets.images.idx import FILES, read_idx
from ktnas.datasets.objectives import Classification
from ktnas.errors import DataError


def content(array):
    return struct.pack(f">{1 + array.ndim}I", 0x0800 + array.ndim, *array.shape) + array.tobytes()


@pytest.fixture
def raw(tmp_path, monkeypatch):
    """The four files of a small dataset, 8 images to train on, of which 3 are held out, and 4 to test."""
    monkeypatch.setattr(idx, "without_last", lambda part, where: splits.without_last(part, where, 3))
    rng = np.random.default_rng(0)
    arrays = [
        rng.integers(0, 256, (8, 5, 4), np.uint8),
        np.arange(8, dtype=np.uint8),
        rng.integers(0, 256, (4, 5, 4), np.uint8),
        np.arange(4, dtype=np.uint8),
    ]
    for name, array in zip(FILES, arrays, strict=True):
        (tmp_path / name).write_bytes(content(array))
    return tmp_path, arrays


def compress(directory):
    for name in FILES:
        path = directory / name
        (directory / f"{name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()


@pytest.mark.parametrize("compressed", [False, True])
def test_official_files(raw, compressed):
    directory, (images, _, test_images, _) = raw
    if compressed:
        compress(directory)
    dataset = read_idx(directory, "mine")
    assert (dataset.name, dataset.objective, dataset.shape) == ("mine", Classification(8), (5, 4, 1))
    assert read_idx(directory, "mine", Classification(10)).objective == Classification(10)
    assert dataset.account.remarks == (
        "No training image is of class 5 to 7, though 3 other images are; classes count from 0 without gaps.",
    )
    np.testing.assert_array_equal(dataset.train.images[..., 0], images[:5])
    np.testing.assert_array_equal(dataset.validation.images[..., 0], images[5:])
    np.testing.assert_array_equal(dataset.test.images[..., 0], test_images)
    assert dataset.train.targets.tolist() == [0, 1, 2, 3, 4]
    assert dataset.validation.targets.tolist() == [5, 6, 7]
    assert dataset.test.targets.tolist() == [0, 1, 2, 3]
    assert dataset.train.images.flags.writeable


def test_five_thousand_images_are_held_out(raw, monkeypatch):
    monkeypatch.undo()
    with pytest.raises(DataError, match=r"the training part in .* has 8 images; more than 5000 are needed"):
        read_idx(raw[0], "mine")


def test_a_missing_file_is_named(raw):
    (raw[0] / FILES[3]).unlink()
    with pytest.raises(DataError, match=r"lacks t10k-labels-idx1-ubyte, plain or with \.gz; needed are train-images"):
        read_idx(raw[0], "mine")


def test_labels_out_of_range(raw):
    (raw[0] / FILES[1]).write_bytes(content(np.array([0] * 7 + [10], np.uint8)))
    with pytest.raises(DataError, match="validation: labels must be 0 to 9; found 0 to 10"):
        read_idx(raw[0], "mine", Classification(10))
    with pytest.raises(DataError, match="the largest label of 8 training images is 10; classes are numbered from 0"):
        read_idx(raw[0], "mine")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda raw: raw[:-1], "is truncated: 160 bytes expected, 159 found"),
        (lambda raw: raw + b"x", "is longer than the 160 bytes that its header tells"),
        (lambda raw: raw[:10], "cannot be read"),
        (lambda raw: b"", "cannot be read"),
        (lambda raw: content(np.zeros(8, np.uint8)) + bytes(8), "it begins with 0x00000801, expected 0x00000803"),
        (lambda raw: raw[:4] + struct.pack(">3I", 1 << 31, 1 << 20, 28), "GiB of memory"),
        (lambda raw: raw[:4] + struct.pack(">3I", 1 << 16, 1 << 8, 28), "more than 100 to 1; refused"),
    ],
    ids=["truncated", "longer", "header", "empty", "labels", "huge", "bomb"],
)
def test_damaged_images(raw, monkeypatch, change, message):
    path = raw[0] / FILES[0]
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(DataError, match=message):
        read_idx(raw[0], "mine")


@pytest.mark.parametrize("change", [lambda raw: raw[:-9], lambda raw: b"no gzip", lambda raw: raw[:40] + bytes(80)])
def test_damaged_compression(raw, change):
    compress(raw[0])
    path = raw[0] / f"{FILES[0]}.gz"
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(DataError, match=r"train-images-idx3-ubyte\.gz"):
        read_idx(raw[0], "mine")
