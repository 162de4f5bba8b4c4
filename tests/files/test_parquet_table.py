import pytest

from ktnas.errors import DataError
from ktnas.files import parquet_table
from ktnas.files.table_reader import read_columns

pandas = pytest.importorskip("pandas")
pytest.importorskip("pyarrow")


def write(tmp_path, frame, name="table.parquet"):
    path = tmp_path / name
    frame.to_parquet(path)
    return path


def test_an_index_with_a_name_is_a_column(tmp_path):
    frame = pandas.DataFrame({"cell": ["ab", "ba"], "x": [1, 2]})
    table = read_columns(write(tmp_path, frame.set_index("cell")))
    assert (list(table.text("cell")), list(table.text("x"))) == (["ab", "ba"], ["1", "2"])
    table = read_columns(write(tmp_path, pandas.DataFrame({"x": [1, 2]}, index=["ab", "ba"])))
    assert list(table.text("index")) == ["ab", "ba"]
    assert read_columns(write(tmp_path, frame)).header == ("cell", "x")


def test_it_is_told_by_its_first_bytes(tmp_path):
    assert read_columns(write(tmp_path, pandas.DataFrame({"x": [1, 2]}), "TABLE.CSV")).header == ("x",)


def test_lists_and_structures_are_read_as_such_however_long(tmp_path):
    long = list(range(1500))
    frame = pandas.DataFrame({"a": [long, long], "b": [[0.5, None], []], "c": [{"k": 1, "w": "x"}, {"k": 2, "w": "y"}]})
    table = read_columns(write(tmp_path, frame))
    assert table.text("a")[0] == str(long)
    assert list(table.text("b")) == ["[0.5, null]", "[]"]
    assert list(table.text("c")) == ['{"k": 1, "w": "x"}', '{"k": 2, "w": "y"}']


def test_whole_numbers_stay_whole_beside_missing_ones(tmp_path):
    frame = pandas.DataFrame({"n": pandas.array([12, None], dtype="Int64"), "t": [True, False]})
    table = read_columns(write(tmp_path, frame))
    assert (list(table.text("n")), list(table.text("t"))) == (["12", ""], ["True", "False"])


def test_what_is_too_large_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = write(tmp_path, pandas.DataFrame({"x": range(1000)}))
    monkeypatch.setattr(parquet_table, "SIZE_LIMIT", 100)
    with pytest.raises(DataError, match="the most that is read of a table"):
        read_columns(path)
