"""Only regular files are read, and nothing is waited for."""

import gzip
import os

import pytest

from ktnas.benchmarks.user_table import load_table
from ktnas.datasets.images.bundled import read_mnist5k
from ktnas.errors import DataError
from ktnas.files.array_cache import DiskStore
from ktnas.files.regular import open_packed, open_regular
from ktnas.files.safe_pickle import read_restricted_arrays, read_restricted_pickle


def test_a_file_and_a_link_to_it(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    for name in "ab":
        with open_regular(tmp_path / name) as file:
            assert file.read() == b"abc"
    (tmp_path / "c").write_bytes(gzip.compress(b"abc"))
    for name, packed in (("a", False), ("c", True)):
        with open_packed(tmp_path / name, packed=packed) as file:
            assert file.read() == b"abc"


@pytest.fixture(params=["pipe", "device", "directory"])
def odd(request, tmp_path):
    """What would be waited for, never ends, or cannot be read."""
    if request.param == "device":
        (tmp_path / "odd").symlink_to("/dev/zero")
    elif request.param == "pipe":
        os.mkfifo(tmp_path / "odd")
    else:
        (tmp_path / "odd").mkdir()
    return tmp_path / "odd"


READERS = {
    "pickle": read_restricted_pickle,
    "arrays": lambda path: read_restricted_arrays(path, 1 << 20),
    "bundled": read_mnist5k,
    "table": lambda path: load_table(path, None, ("a",)),
}


def test_what_is_no_regular_file(odd):
    with pytest.raises(OSError, match=r"it is no regular file|Is a directory"):
        open_regular(odd)


@pytest.mark.parametrize("reader", READERS)
def test_readers_refuse_it_with_its_name(odd, reader):
    with pytest.raises(DataError, match=r"odd cannot be read: .*(no regular file|Is a directory)"):
        READERS[reader](odd)


def test_the_cache_goes_on_without_it(tmp_path):
    said = []
    os.mkfifo(tmp_path / "key.npz")
    assert DiskStore(tmp_path, said.append).get("key") is None
    assert "no regular file" in said[0]
