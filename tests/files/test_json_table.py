import json
from pathlib import Path

import pytest

from ktnas.errors import DataError
from ktnas.files.json_table import read_json

RECORDS = [{"arch": "00", "x": 1.50}, {"arch": "01", "x": 2}, {"arch": "10", "x": 3}]
COLUMNS = {name: [record[name] for record in RECORDS] for name in ("arch", "x")}
ROWS = [["arch", "x"], ["00", "1.5"], ["01", "2"], ["10", "3"]]


def read(text, name="table"):
    found = read_json(Path(name), text)
    if found is None:
        return None
    header, cells = found
    width = len(header)
    return [header, *(list(cells[i : i + width]) for i in range(0, len(cells), width))]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(RECORDS),
        json.dumps(RECORDS, indent=2),
        "\n".join(map(json.dumps, RECORDS)) + "\n\n",
        json.dumps(COLUMNS),
        json.dumps({name: dict(enumerate(cells)) for name, cells in COLUMNS.items()}),
        json.dumps(dict(enumerate(RECORDS))),
        json.dumps({"columns": ["arch", "x"], "index": [0, 1, 2], "data": [list(r.values()) for r in RECORDS]}),
        json.dumps({"schema": {"fields": []}, "data": RECORDS}),
        json.dumps({"run": 7, "results": RECORDS, "tags": ["a"]}),
        json.dumps([["arch", "x"], *(list(record.values()) for record in RECORDS)]),
    ],
    ids=["records", "indented", "lines", "lists", "columns", "index", "split", "table", "among-others", "rows"],
)
def test_every_shape_is_the_same_table(text):
    assert read(text) == ROWS


@pytest.mark.parametrize(
    "plain",
    [
        {record["arch"]: {"x": record["x"]} for record in RECORDS},
        {"x": {record["arch"]: record["x"] for record in RECORDS}},
        {"columns": ["x"], "index": COLUMNS["arch"], "data": [[x] for x in COLUMNS["x"]]},
    ],
    ids=["index", "columns", "split"],
)
def test_what_rows_are_called_is_a_column(plain):
    assert read(json.dumps(plain)) == [["key", "x"], *ROWS[1:]]


def test_cells_keep_their_spelling_and_what_is_nested_is_a_text():
    text = '[{"a": 1.50, "b": true, "c": null, "d": NaN, "e": [1, "x"], "f": {"k": 2.0, "v": [null]}}, {"a": 7}]'
    assert read(text)[1:] == [
        ["1.50", "True", "", "", '[1, "x"]', '{"k": 2.0, "v": [null]}'],
        ["7", "", "", "", "", ""],
    ]


@pytest.mark.parametrize("text", ["arch,x\n00,1\n", "[arch],x\n00,1\n", "{a,b}\n1,2\nx"])
def test_other_text_is_no_json(text):
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[{"arch": "00", "x": 1, "x": 2}]', "no valid JSON: an object has 'x' twice"),
        ("[{'arch': '00'}]", "no valid JSON"),
        ('{"a":' * 50_000 + "1" + "}" * 50_000, "no valid JSON: it is nested too deeply"),
        ('{"a": 1}\n{"a": 2', "line 2 of table is no valid JSON"),
        ('{"a": 1}\n[2]', r"line 2 of table is '\[2\]'; expected an object"),
        ('[{"a": ' + "[" * 30 + "]" * 30 + "}]", "nested more than 20 deep"),
        ("[]", "is empty"),
        ("[1, 2]", "is JSON, but no table; expected a list of objects"),
        ("{}", "is JSON, but no table"),
        ('{"a": [1, 2], "b": [1]}', "columns of table differ in length: 'b' has 1 values, 'a' 2"),
        ('{"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 2}}', "rows and columns cannot be told apart"),
        ('{"columns": ["a"], "index": [0], "data": [[1, 2]]}', "differ in length from its 1 columns"),
    ],
)
def test_what_is_wrong_is_named(text, message):
    with pytest.raises(DataError, match=message):
        read(text)


def test_a_file_called_json_must_be_some():
    with pytest.raises(DataError, match=r"table\.json is no valid JSON"):
        read("arch,x\n00,1\n", "table.json")


def test_numbers_of_any_length_are_texts():
    assert read('[{"a": ' + "9" * 5000 + "}]")[1] == ["9" * 5000]
