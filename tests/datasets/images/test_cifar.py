import os
import pickle

import numpy as np
import pytest

from ktnas.datasets.images import cifar, splits
from ktnas.datasets.images.cifar import read_cifar10, read_cifar100
from ktnas.datasets.objectives import Classification
from ktnas.errors import DataError


@pytest.fixture(autouse=True)
def _few_held_out(monkeypatch):
    monkeypatch.setattr(cifar, "without_last", lambda part, where: splits.without_last(part, where, 3))


def python2(value):
    """Pickle of protocol 2 as Python 2 wrote it, without the end: its strings are no text, its module names old."""
    if isinstance(value, bytes):
        return b"T" + len(value).to_bytes(4, "little") + value
    if isinstance(value, int):
        return b"J" + value.to_bytes(4, "little", signed=True)
    if isinstance(value, list):
        return b"](" + b"".join(map(python2, value)) + b"e"
    if isinstance(value, dict):
        return b"}(" + b"".join(python2(key) + python2(entry) for key, entry in value.items()) + b"u"
    shape = b"".join(map(python2, value.shape))
    kind = b"cnumpy\ndtype\n(U\x02u1K\x00K\x01tR(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    head = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\x00\x85U\x01btR(K\x01(" + shape + b"t"
    return head + kind + b"\x89" + python2(value.tobytes()) + b"tb"


def official(content):
    return b"\x80\x02" + python2(content) + b"."


def batch(first, count, key=b"labels", classes=10):
    """Images whose pixels tell their number: red ``i``, green ``row``, blue ``column``."""
    rows, columns = np.mgrid[:32, :32].astype(np.uint8)
    planes = [np.stack([np.full((32, 32), i), rows, columns]) for i in range(first, first + count)]
    labels = [i % classes for i in range(first, first + count)]
    return {
        b"batch_label": b"a batch",
        key: labels,
        b"data": np.array(planes, np.uint8).reshape(count, 3072),
        b"filenames": [b"x.png"] * count,
    }


@pytest.fixture
def cifar10(tmp_path):
    for number in range(5):
        (tmp_path / f"data_batch_{number + 1}").write_bytes(official(batch(4 * number, 4)))
    (tmp_path / "test_batch").write_bytes(official(batch(100, 6)))
    return tmp_path


@pytest.fixture
def cifar100(tmp_path):
    coarse = {b"coarse_labels": [0] * 7}
    (tmp_path / "train").write_bytes(official(batch(90, 7, b"fine_labels", 100) | coarse))
    (tmp_path / "test").write_bytes(official(batch(0, 2, b"fine_labels", 100)))
    return tmp_path


def check(split, numbers, classes):
    assert split.images.shape == (len(numbers), 32, 32, 3)
    assert split.images[:, 5, 7, 0].tolist() == list(numbers)
    assert set(split.images[:, 5, 7, 1].tolist()) == {5}
    assert set(split.images[:, 5, 7, 2].tolist()) == {7}
    assert split.targets.tolist() == [number % classes for number in numbers]
    assert split.images.flags.writeable


def test_cifar10(cifar10):
    dataset = read_cifar10(cifar10)
    assert (dataset.name, dataset.objective, dataset.shape) == ("cifar10", Classification(10), (32, 32, 3))
    check(dataset.train, range(17), 10)
    check(dataset.validation, range(17, 20), 10)
    check(dataset.test, range(100, 106), 10)


def test_cifar100_has_its_fine_classes(cifar100):
    dataset = read_cifar100(cifar100, "mine")
    assert (dataset.name, dataset.objective) == ("mine", Classification(100))
    check(dataset.train, range(90, 94), 100)
    check(dataset.validation, range(94, 97), 100)
    check(dataset.test, range(2), 100)


def test_files_that_python_3_wrote(cifar10):
    for number in range(5):
        content = {key.decode(): value for key, value in batch(4 * number, 4).items()}
        (cifar10 / f"data_batch_{number + 1}").write_bytes(pickle.dumps(content, 4))
    check(read_cifar10(cifar10).train, range(17), 10)


class Attack:
    def __reduce__(self):
        return os.mkdir, ("was-here",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (Attack(), "is no pickle of plain arrays: it asks for"),
        ({b"data": np.zeros((1, 3072)), b"labels": [0]}, "only arrays of bytes are read"),
        ({b"data": np.array([Attack()], object), b"labels": [0]}, "is no pickle of plain arrays"),
        ([1, 2], "lacks 'data'; expected a dictionary"),
        ({b"labels": [0]}, "lacks 'data'"),
        ({b"data": np.zeros((1, 3072), np.uint8)}, "lacks 'labels'"),
        ({b"data": np.zeros((1, 3000), np.uint8), b"labels": [0]}, r"array of bytes \(n, 3072\); got \(1, 3000\)"),
        ({b"data": np.zeros(3072, np.uint8), b"labels": [0]}, r"array of bytes \(n, 3072\); got \(3072,\)"),
        ({b"data": b"x" * 3072, b"labels": [0]}, "got bytes"),
        ({b"data": np.zeros((2, 3072), np.uint8), b"labels": [0]}, "2 images and 1 labels"),
        ({b"data": np.zeros((1, 3072), np.uint8), b"labels": ["cat"]}, "'labels' must be a list of class numbers"),
        ({b"data": np.zeros((1, 3072), np.uint8), b"labels": [1 << 80]}, "'labels' must be a list of class numbers"),
        ({b"data": np.zeros((1, 3072), np.uint8), b"labels": 3}, "'labels' must be a list of class numbers"),
        ({b"data": np.zeros((1, 3072), np.uint8), b"labels": [10]}, "train: labels must be 0 to 9; found 0 to 10"),
    ],
)
def test_what_is_not_as_in_the_official_files_is_refused(cifar10, monkeypatch, content, message):
    monkeypatch.chdir(cifar10)
    (cifar10 / "data_batch_1").write_bytes(pickle.dumps(content, 3))
    with pytest.raises(DataError, match=message):
        read_cifar10(cifar10)
    assert not (cifar10 / "was-here").exists()


def test_missing_and_truncated_files_are_named(cifar10):
    path = cifar10 / "data_batch_3"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataError, match="data_batch_3 is no pickle of plain arrays"):
        read_cifar10(cifar10)
    path.unlink()
    with pytest.raises(DataError, match="data_batch_3 does not exist; unpack the official archive"):
        read_cifar10(cifar10)


def test_large_files_are_refused(cifar10, monkeypatch):
    monkeypatch.setattr(cifar, "FILE_LIMIT", 1 << 10)
    with pytest.raises(DataError, match="it is larger than 0 MiB"):
        read_cifar10(cifar10)
