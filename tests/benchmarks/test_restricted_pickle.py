import os
import pickle
import sys

import numpy as np
import pytest

from ktnas.benchmarks import restricted_pickle as module
from ktnas.benchmarks.restricted_pickle import read_restricted_pickle
from ktnas.errors import DataError


class Attack:
    """Pickles to a call of ``function``."""

    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


def write(tmp_path, content):
    path = tmp_path / "file.bench"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("protocol", range(3, pickle.HIGHEST_PROTOCOL + 1))
def test_plain_containers_and_numpy_scalars_come_back(tmp_path, protocol):
    content = {
        1: {"a": 0.5, "b": np.float64(0.25), "c": np.float32(2.0), "d": np.int64(-7), "e": [1, "x", (None, True)]}
    }
    read = read_restricted_pickle(write(tmp_path, pickle.dumps(content, protocol)))
    assert read == {1: {"a": 0.5, "b": 0.25, "c": 2.0, "d": -7, "e": [1, "x", (None, True)]}}
    assert type(read[1]["b"]) is float


def test_the_module_name_of_older_numpy_is_known(tmp_path):
    content = pickle.dumps(np.float64(0.25), 3).replace(b"numpy._core", b"numpy.core")
    assert b"numpy.core" in content
    assert read_restricted_pickle(write(tmp_path, content)) == 0.25


@pytest.mark.parametrize(
    "attack",
    [
        Attack(os.system, "touch was-here"),
        Attack(eval, "__import__('os').mkdir('was-here')"),
        Attack(getattr, "x", "upper"),
        Attack(np.dtype, "O"),
        Attack(np.frombuffer, b"12345678"),
        np.arange(3),
        np.float64,
        Attack,
        Attack(sys.exit, 1),
    ],
    ids=["system", "eval", "getattr", "object-dtype", "numpy-function", "array", "class", "our-class", "exit"],
)
@pytest.mark.parametrize("protocol", [2, 3, 4])
def test_anything_that_could_run_code_is_refused(tmp_path, monkeypatch, attack, protocol):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match="is no pickle of plain numbers"):
        read_restricted_pickle(write(tmp_path, pickle.dumps({0: attack}, protocol)))
    assert [path.name for path in tmp_path.iterdir()] == ["file.bench"]


@pytest.mark.parametrize(
    "content",
    [b"", b"not a pickle", pickle.dumps({1: 2.0})[:-3], b"\x80\x04.", b"cos\nsystem\n(S'true'\ntR.", b"\x80\x02P1\n."],
    ids=["empty", "text", "truncated", "stack", "protocol-0", "persistent"],
)
def test_malformed_files_are_errors(tmp_path, content):
    with pytest.raises(DataError, match="is no pickle of plain numbers: "):
        read_restricted_pickle(write(tmp_path, content))


def test_other_byte_orders_and_lengths_are_refused(tmp_path):
    good = pickle.dumps(np.float64(0.25), 3)
    assert read_restricted_pickle(write(tmp_path, good)) == 0.25
    for bad in (good.replace(b"<", b">"), good.replace(b"f8", b"f4"), good.replace(b"f8", b"O8")):
        with pytest.raises(DataError, match="is no pickle of plain numbers"):
            read_restricted_pickle(write(tmp_path, bad))


def test_large_and_absent_files_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SIZE_LIMIT", 1 << 20)
    with pytest.raises(DataError, match="larger than 1 MiB"):
        read_restricted_pickle(write(tmp_path, pickle.dumps(b"\0" * (1 << 20))))
    with pytest.raises(DataError, match="cannot be read"):
        read_restricted_pickle(tmp_path / "none.bench")
