import gzip
import math
import sys

import pytest

from ktnas.errors import DataError, UnknownNameError
from ktnas.files.table_reader import read_columns

TEXT = "arch,x,y\n001,1.5,2\n002,2.5,\n010,inf,oops\n"


def write(tmp_path, content, name="table.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    "content",
    [
        TEXT,
        TEXT.replace("\n", "\r\n"),
        "\ufeff" + TEXT,
        TEXT.rstrip("\n"),
        TEXT.replace("\n", "\n\n"),
        TEXT.replace(",", "\t"),
        TEXT.replace(",", ";"),
        TEXT.replace("001", '"001"'),
        gzip.compress(TEXT.encode(), mtime=0),
        TEXT.replace("arch,x,y", " arch , x,y "),
    ],
    ids=["plain", "crlf", "bom", "no-newline", "blank-lines", "tsv", "semicolon", "quoted", "gzip", "spaced-header"],
)
def test_every_dialect_gives_the_same_columns(tmp_path, content):
    table = read_columns(write(tmp_path, content))
    assert table.header == ("arch", "x", "y")
    assert len(table) == 3
    assert list(table.text("arch")) == ["001", "002", "010"]
    assert list(table.text("y")) == ["2", "", "oops"]


def test_quoted_cells_may_hold_delimiters_and_line_ends(tmp_path):
    table = read_columns(write(tmp_path, 'a,b\n"1,2","x\ny"\n3,4\n'))
    assert list(table.text("a")) == ["1,2", "3"]
    assert list(table.text("b")) == ["x\ny", "4"]


def test_numbers_give_a_reason_for_every_cell_that_is_none(tmp_path):
    table = read_columns(write(tmp_path, TEXT))
    x, y = table.numbers("x"), table.numbers("y")
    assert x.values.tolist()[:2] == [1.5, 2.5]
    assert math.isnan(x.values[2])
    assert x.failures == {2: "x is 'inf' in the table, not a finite number"}
    assert y.values.tolist()[:1] == [2.0]
    assert y.failures == {1: "y is missing", 2: "y is 'oops' in the table, not a finite number"}


def test_a_column_without_any_number_is_an_error(tmp_path):
    with pytest.raises(DataError, match=r"column 'x' of .* holds no finite number in 2 rows; its first cell is 'nan'"):
        read_columns(write(tmp_path, "arch,x\na,nan\nb,\n")).numbers("x")


def test_an_unknown_column_names_the_nearest(tmp_path):
    with pytest.raises(UnknownNameError, match=r"unknown column 'arhc' of table.csv; did you mean 'arch'\?"):
        read_columns(write(tmp_path, TEXT)).text("arhc")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("\n \n", "is empty"),
        ("arch,x\n", "a header but no rows"),
        ('arch,"x"\n', "a header but no rows"),
        (gzip.compress(b"", mtime=0), "is empty"),
        (gzip.compress(TEXT.encode() * 50, mtime=0)[:-9], "truncated gzip"),
        (b"\x1f\x8b\x08\x00garbage-garbage", "cannot be read"),
        (gzip.compress(TEXT.encode(), mtime=0)[:-8] + b"\0" * 8, "cannot be read"),
        (b"arch,x\n\xff\xfe,1\n", "is no UTF-8 text"),
        ("arch,x\na,1\nb\n", "row 2 of .* has 1 cells; expected 2"),
        ('arch,x\n"a",1\nb,1,2\n', "row 2 of .* has 3 cells; expected 2"),
        ('arch,x\n"a,1\n', "is no valid CSV"),
        ("x,x\n1,2\n", "several columns named 'x'"),
    ],
)
def test_bad_files_have_clear_errors(tmp_path, content, message):
    with pytest.raises(DataError, match=message):
        read_columns(write(tmp_path, content))


def test_a_missing_file_and_a_directory_are_errors(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(DataError, match="cannot be read"):
            read_columns(path)


def test_parquet_reads_like_text(tmp_path):
    pandas = pytest.importorskip("pandas")
    path = tmp_path / "table.parquet"
    frame = {"arch": ["001", "002", "010"], "x": [1.5, 0.1 + 0.2, float("nan")], "n": [1, 2, 3], "s": ["a", None, ""]}
    pandas.DataFrame(frame).to_parquet(path)
    table = read_columns(path)
    assert list(table.text("arch")) == ["001", "002", "010"]
    assert table.numbers("x").values.tolist()[:2] == [1.5, 0.1 + 0.2]
    assert table.numbers("x").failures == {2: "x is missing"}
    assert table.numbers("n").values.tolist() == [1.0, 2.0, 3.0]
    assert list(table.text("s")) == ["a", "", ""]


def test_bad_parquet_is_an_error(tmp_path):
    pandas = pytest.importorskip("pandas")
    with pytest.raises(DataError, match="cannot be read as Parquet"):
        read_columns(write(tmp_path, b"PAR1 this is not", "table.parquet"))
    pandas.DataFrame({"arch": []}).to_parquet(tmp_path / "empty.parquet")
    with pytest.raises(DataError, match="no rows"):
        read_columns(tmp_path / "empty.parquet")
    pandas.DataFrame().to_parquet(tmp_path / "none.parquet")
    with pytest.raises(DataError, match="is empty"):
        read_columns(tmp_path / "none.parquet")


def test_parquet_without_pyarrow_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(DataError, match=r"pip install 'ktnas\[parquet\]'"):
        read_columns(write(tmp_path, b"PAR1", "table.parquet"))
