"""Names that are formulas, markup or orders to a terminal do no harm where they are shown."""

import csv
import io

import pytest

from ktnas.formatting import cell_text, visible
from ktnas.report.columns import plain
from ktnas.report.markdown import csv_text, markdown_table
from ktnas.report.pages.markup import escape

ORDER = "\x1b]0;owned\x07 \u202eabc \r x"
FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(A1)", " =1", "\uff1d1")


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_of_csv_is_a_formula(formula):
    text = csv_text([{"arm": formula, "n": -1.5, "count": -2, "text": "-0.25"}])
    row = next(csv.DictReader(io.StringIO(text, newline="")))
    assert row == {"arm": f"'{formula}", "n": "-1.5", "count": "-2", "text": "-0.25"}
    assert cell_text("a=b") == "a=b"
    assert (cell_text("\t=1"), cell_text("x\r=1\n=2")) == (r"\t=1", r"x\r=1\n=2")  # no other cell, no other line


@pytest.mark.parametrize("shown", [visible, plain, escape, lambda text: markdown_table([text], [[text]])])
def test_nothing_acts_on_a_terminal_or_turns_what_is_read(shown):
    text = shown(ORDER)
    assert not set("\x1b\x07\r\u202e") & set(text)
    assert r"\x1b]0;owned\x07 \u202eabc" in text


def test_what_people_write_stays():
    for text in ("größe", "精度", "emoji \U0001f600", "a\u00a0b", "कि", "\u200d"):
        assert visible(text) == text
    assert escape("<b>\n</b>") == "&lt;b&gt;\n&lt;/b&gt;"


def test_characters_that_the_output_lacks_have_their_room_in_a_table(monkeypatch):
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BytesIO(), "ascii"))
    assert plain("größe") == r"gr\xf6\xdfe"
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BytesIO(), "utf-8"))
    assert plain("größe") == "größe"
