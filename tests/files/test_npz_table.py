import zipfile

import numpy as np
import pytest

from ktnas.errors import DataError
from ktnas.files import npz_table
from ktnas.files.npz_table import read_npz_columns


def written(tmp_path, save=np.savez_compressed, **arrays):
    path = tmp_path / "table.npz"
    save(path, **arrays)
    return path


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_columns_come_back(tmp_path, save):
    path = written(tmp_path, save, a=np.arange(5, dtype=np.uint16), b=np.arange(5, dtype=">i4"), other=np.ones(2))
    found = read_npz_columns(path, ["a", "b"])
    assert [found[name].tolist() for name in ("a", "b")] == [list(range(5))] * 2
    assert found["b"].dtype.isnative


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"a": np.arange(3)}, r"lacks the columns b; it holds a"),
        ({"a": np.arange(3), "b": np.arange(4)}, r"differ in length: \{'a': 3, 'b': 4\}"),
        ({"a": np.arange(3), "b": np.ones(3)}, "column b of .* is float64 of shape .*expected whole numbers"),
        ({"a": np.arange(3), "b": np.ones((3, 1), dtype=np.int64)}, "expected whole numbers"),
        ({"a": np.arange(3), "b": np.array(["x"] * 3)}, "cannot be read as an npz file.*something else than arrays"),
        ({"a": np.arange(3), "b": np.array([{}] * 3)}, "something else than arrays of numbers"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, arrays, message):
    with pytest.raises(DataError, match=message):
        read_npz_columns(written(tmp_path, **arrays), ["a", "b"])


def test_damaged_and_hostile_files_are_refused(tmp_path, monkeypatch):
    path = tmp_path / "table.npz"
    path.write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(DataError, match="cannot be read as an npz file"):
        read_npz_columns(path, ["a"])
    with pytest.raises(DataError, match="is no regular file"):
        read_npz_columns(tmp_path, ["a"])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", np.lib.format.magic(1, 0) + b"\x76\x00" + b"{" * 0x76)
    with pytest.raises(DataError, match="something else"):
        read_npz_columns(path, ["a"])
    monkeypatch.setattr(npz_table, "SIZE_LIMIT", 1000)
    with pytest.raises(DataError, match="the most that is read of a table"):
        read_npz_columns(written(tmp_path, a=np.zeros(1000, dtype=np.int64)), ["a"])
