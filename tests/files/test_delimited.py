from pathlib import Path

import pytest

from ktnas.errors import DataError
from ktnas.files import delimited
from ktnas.files.delimited import read_delimited

PATH = Path("table.csv")
ROWS = [["cell", "x"], ["ab", "1.5"], ["ba", "2.5"], ["bb", "3.5"]]
TEXT = "\n".join(map(",".join, ROWS))


def read(text):
    header, cells = read_delimited(PATH, text)
    width = len(header)
    return [header, *(list(cells[i : i + width]) for i in range(0, len(cells), width))]


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\n" + TEXT.replace(",", ";"),
        '"SEP=;"\n' + TEXT.replace(",", ";"),
        "sep=^\n" + TEXT.replace(",", "^"),
        "# of run 17\n#\n\n" + TEXT,
        "# of run 17, seed 3\nsep=,\n" + TEXT,
        "# " + TEXT,
        TEXT.replace("\n", ",,\n") + ",,\n,,,\n , ,\n",
        TEXT.replace("\n", ",,\n", 2) + ",",
        TEXT + '\n"",""\n',
        "\n,\n" + TEXT,
        TEXT.replace(",", ",,"),
        TEXT.replace(",", "|"),
        TEXT.replace(",", "   "),
        "| " + TEXT.replace("\n", " |\n| ").replace("cell,x |\n", "cell,x |\n|:---|---|\n").replace(",", " | ") + " |",
        TEXT + "\n" + TEXT.partition("\n")[0],
        TEXT.replace("ab,", '"ab", '),
    ],
    ids=[
        *(
            "sep",
            "quoted-sep",
            "any-sep",
            "comments",
            "comment-then-sep",
            "header-in-a-comment",
            "blank-tails",
            "ragged",
        ),
        *("quoted-blank-row", "blank-rows-first", "blank-column-within", "pipes", "blanks", "markdown", "header-again"),
        "blank-before-quote",
    ],
)
def test_every_dialect_is_the_same_table(text):
    assert [[cell.strip() for cell in row] for row in read(text)] == ROWS


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("arch;acc, %;lat, ms\n0;93;1\n1;94;2\n", ["arch", "acc, %", "lat, ms"]),
        ("arch;acc;lat\n0;93,5;1,2\n1;94,1;1,3\n", ["arch", "acc", "lat"]),
        ("arch\tacc\n0,0\t93,5\n0,1\t94,1\n", ["arch", "acc"]),
        ("arch,acc\n0|0,93\n0|1,94\n", ["arch", "acc"]),
        ('arch,"a;b;c;d"\n0,93\n1,94\n', ["arch", "a;b;c;d"]),
    ],
)
def test_the_delimiter_is_the_one_that_divides_all_lines_alike(text, header):
    assert read(text)[0] == header


def test_a_column_of_content_may_be_nameless():
    assert read(",arch\n7,ab\n8,ba\n") == [["", "arch"], ["7", "ab"], ["8", "ba"]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n[0, 1],2\n[1, 1],2\n", "row 1 of table.csv has 3 cells; expected 2, .*must stand in quotes"),
        ("a,b\n1,2\n3\n", "row 2 of table.csv has 1 cells; expected 2"),
        ("# only, comments\n", "a header but no rows"),
        ("a,b\n,\n", "a header but no rows"),
        ("sep=;\n", "a header but no rows"),
        ('"",""\n,\n', "a header but no rows"),
        ('a,b\n"1,2\n', "no valid CSV"),
        (",".join(f"c{i}" for i in range(10_001)) + "\n" + ",".join("1" * 10_001), "10,001 columns; at most 10,000"),
        ("a,b\n" + "9" * ((1 << 20) + 1) + ",2\n", "a cell of more than 1,048,576 characters"),
    ],
)
def test_what_is_wrong_is_named(text, message):
    with pytest.raises(DataError, match=message):
        read(text)


def test_tables_of_too_many_cells_are_refused_before_they_are_divided(monkeypatch):
    monkeypatch.setattr(delimited, "CELL_LIMIT", 5)
    for text in ("a,b\n1,2\n3,4\n", "\n" * 6, "a" + "," * 6):
        with pytest.raises(DataError, match="more than 5 cells"):
            read(text)
