import os
import pickle
import sys

import numpy as np
import pytest

from ktnas.errors import DataError
from ktnas.files import safe_pickle as module
from ktnas.files.safe_pickle import PickledArray, read_restricted_arrays, read_restricted_pickle


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


def array_state(shape, kind=b"u1", raw=b"abcdef", column_major=False):
    """Pickle of an array as Python 2 wrote it, for protocol 2."""

    def binary(value):
        return b"U" + bytes([len(value)]) + value

    numbers = b"".join(b"K" + bytes([size]) for size in shape)
    return (
        b"\x80\x02cnumpy.core.multiarray\n_reconstruct\nq\x01(cnumpy\nndarray\nK\x00\x85" + binary(b"b") + b"tR"
        b"(K\x01(" + numbers + b"t"
        b"cnumpy\ndtype\n(" + binary(kind) + b"K\x00K\x01tR(K\x03" + binary(b"|") + b"NNNJ\xff\xff\xff\xff"
        b"J\xff\xff\xff\xffK\x00tb" + (b"\x88" if column_major else b"\x89") + binary(raw) + b"tb."
    )


class TestArrays:
    @pytest.mark.parametrize("protocol", [3, 4])
    def test_arrays_of_bytes_come_back(self, tmp_path, protocol):
        values = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
        path = write(tmp_path, pickle.dumps({b"data": values, "labels": [3, 1], "t": values.T}, protocol))
        read = read_restricted_arrays(path, 1 << 20)
        assert read["labels"] == [3, 1]
        assert isinstance(read[b"data"], PickledArray)
        np.testing.assert_array_equal(read[b"data"].values, values)
        np.testing.assert_array_equal(read["t"].values, values.T)

    def test_what_python_2_wrote_is_read(self, tmp_path):
        rows = read_restricted_arrays(write(tmp_path, array_state((2, 3))), 1 << 20)
        assert rows.values.tolist() == [[97, 98, 99], [100, 101, 102]]
        columns = read_restricted_arrays(write(tmp_path, array_state((2, 3), column_major=True)), 1 << 20)
        assert columns.values.tolist() == [[97, 99, 101], [98, 100, 102]]

    def test_the_module_name_of_older_numpy_is_known(self, tmp_path):
        content = pickle.dumps(np.zeros(3, np.uint8), 3).replace(b"numpy._core", b"numpy.core")
        assert read_restricted_arrays(write(tmp_path, content), 1 << 20).values.tolist() == [0, 0, 0]

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (array_state((2, 4)), r"an array of shape \(2, 4\) cannot hold 6 bytes"),
            (array_state((2, 3), kind=b"f8"), "only arrays of bytes are read; this one is of b'f8'"),
            (array_state((2, 3), kind=b"O"), "this one is of b'O'"),
            (array_state((2, 3))[:-9], "no pickle of plain arrays"),
            (b"\x80\x02K\x01r\xff\xff\xff\x7f.", "it remembers an object at place 2147483647"),
            (b"\x80\x04\x8e" + (1 << 40).to_bytes(8, "little") + b"abc.", "expected 1099511627776 bytes"),
            (b"\x80\x02cnumpy\nndarray\n)R}b.", "no pickle of plain arrays"),
        ],
        ids=["shape", "floats", "objects", "truncated", "memo", "length", "state"],
    )
    def test_false_claims_are_refused(self, tmp_path, content, message):
        with pytest.raises(DataError, match=message):
            read_restricted_arrays(write(tmp_path, content), 1 << 20)

    @pytest.mark.parametrize(
        "attack",
        [
            Attack(os.system, "touch was-here"),
            Attack(eval, "__import__('os').mkdir('was-here')"),
            Attack(np.frombuffer, b"12345678"),
            np.array([Attack(os.system, "touch was-here")], dtype=object),
            np.arange(3.0),
        ],
        ids=["system", "eval", "numpy-function", "object-array", "floats"],
    )
    @pytest.mark.parametrize("protocol", [2, 3, 4])
    def test_anything_that_could_run_code_is_refused(self, tmp_path, monkeypatch, attack, protocol):
        monkeypatch.chdir(tmp_path)
        with pytest.raises(DataError, match="is no pickle of plain arrays"):
            read_restricted_arrays(write(tmp_path, pickle.dumps({b"data": attack}, protocol)), 1 << 20)
        assert [path.name for path in tmp_path.iterdir()] == ["file.bench"]

    def test_large_and_absent_files_are_refused(self, tmp_path):
        with pytest.raises(DataError, match="larger than 1 MiB"):
            read_restricted_arrays(write(tmp_path, pickle.dumps(b"\0" * (1 << 20))), 1 << 20)
        with pytest.raises(DataError, match="cannot be read"):
            read_restricted_arrays(tmp_path / "none", 1 << 20)


def nested(depth, kind=b"\x85"):
    return b"\x80\x02})" + kind * depth + b"Ns."


class TestBounds:
    """A small file takes little memory and no deep stack, and changes nothing that is handed out."""

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"\x80\x02]r\x00\x00\x00\x08.", "it remembers an object at place 134217728"),
            (b"\x80\x02}r\xff\xff\xff\x00.", "it remembers an object at place 16777215"),
            (b"\x80\x04\x8e" + (1 << 33).to_bytes(8, "little") + b"x.", "expected 8589934592 bytes"),
            (nested(200_000), "more than 1,000 tuples"),
            (nested(1_002), "more than 1,000 tuples"),
            (b"\x80\x04](" + b"\x8f" * 1000 + b"e.", "it asks for the operation EMPTY_SET"),
            (b"\x80\x02cnumpy\ndtype\n)\x81.", "it asks for the operation NEWOBJ"),
            (b"\x80\x02cnumpy\ndtype\nX\x02\x00\x00\x00f8)\x86R.", "something else than numbers and names"),
            (b"\x80\x02cnumpy.core.multiarray\nscalar\nN}U\x0c__defaults__K\x01K\x02\x86s\x86b.", "no pickle of plain"),
            (b"\x80\x02cnumpy\ndtype\n}U\x07_formatNsb.", "no pickle of plain"),
        ],
        ids=["memo", "memo-2", "length", "deep", "deep-2", "sets", "new", "flags", "function", "class"],
    )
    def test_what_goes_beyond_them_is_refused(self, tmp_path, content, message):
        with pytest.raises(DataError, match=message):
            read_restricted_pickle(write(tmp_path, content))

    def test_operations_are_counted_where_the_form_is_not_the_usual(self, tmp_path, monkeypatch):
        monkeypatch.setattr(module, "OPERATION_LIMIT", 1000)
        with pytest.raises(DataError, match="more than 1,000 operations"):
            read_restricted_pickle(write(tmp_path, b"\x80\x02](" + b"]" * 1001 + b"e."))
        with pytest.raises(DataError, match="more than 1,000 operations"):
            read_restricted_arrays(write(tmp_path, b"\x80\x02](" + b"}" * 1001 + b"e."), 1 << 20)

    def test_an_array_whose_shape_nests_is_refused(self, tmp_path):
        with pytest.raises(DataError, match="something else than numbers and names"):
            read_restricted_arrays(
                write(tmp_path, b"\x80\x02cnumpy.core.multiarray\n_reconstruct\n(N)\x85NtR."), 1 << 20
            )

    def test_what_is_handed_out_has_nothing_to_set(self):
        for function in {*module._SCALARS.values(), *module._ARRAYS.values()} - {
            module._ScalarType,
            module._ByteType,
            PickledArray,
        }:
            assert not hasattr(function, "__dict__")
            assert not hasattr(function, "__setstate__")

    def test_the_usual_form_is_read_by_the_unpickler_as_by_the_check(self, tmp_path):
        """Whatever is of that form passes the slow check too: none of its fields is read at another length."""
        content = pickle.dumps({1: {"a": 0.5, "b": np.float64(0.25)}, 70_000: {"a": 2.0, "b": np.float64(1.0)}}, 3)
        content = content.replace(b"numpy._core", b"numpy.core")
        assert module._USUAL.fullmatch(content)
        module._check_operations(content)
        assert not module._USUAL.fullmatch(nested(3))
        assert not module._USUAL.fullmatch(content + b".")
