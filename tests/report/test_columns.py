"""Tables in terminals of any width: what gives way, and that nothing is broken over lines."""

import io

import pytest

from ktnas.report.columns import UNLIMITED, Column, console, fitted, left_out, say, table, wrapped

COLUMNS = (
    Column("plant", ("oak", "elm"), right=False),
    Column("height", ("31.25 m", "4.5 m"), short=("31", "4.5")),
    Column("seeds", ("1,234,567", "89")),
    Column("age", ("512", "7")),
)
ORDER = ("age", "height", "seeds")


def headings(columns):
    return [column.heading for column in columns]


def lines(columns, width, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(width))
    stream = io.StringIO()
    console(stream).print(table(columns))
    return stream.getvalue().splitlines()


@pytest.mark.parametrize(
    ("width", "kept", "height"),
    [
        (40, ["plant", "height", "seeds", "age"], "31.25 m"),
        (27, ["plant", "height", "seeds"], "31.25 m"),
        (26, ["plant", "height", "seeds"], "31.25 m"),
        (24, ["plant", "height", "seeds"], "31"),
        (20, ["plant", "height"], "31"),
        (3, ["plant", "height"], "31"),  # the last resort: the terminal is too narrow for anything
    ],
)
def test_columns_give_way_in_their_order(width, kept, height):
    found = fitted(COLUMNS, width, ORDER)
    assert headings(found) == kept
    assert found[1].cells[0] == height


@pytest.mark.parametrize("width", [15, 20, 24, 27, 40, 200])
def test_no_row_is_broken(monkeypatch, width):
    shown = lines(fitted(COLUMNS, width, ORDER), width, monkeypatch)
    assert len(shown) == 4
    assert all(len(line) <= width for line in shown)
    assert shown[3].split()[0] == "elm"


def test_what_found_no_room_is_said():
    assert left_out(COLUMNS, fitted(COLUMNS, 20, ORDER)).startswith("No room here for seeds, age: a wider terminal")
    assert left_out(COLUMNS, COLUMNS) == ""


def test_without_a_terminal_nothing_is_limited_unless_it_is_said(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    assert console(io.StringIO()).width == UNLIMITED
    monkeypatch.setenv("COLUMNS", "60")
    assert console(io.StringIO()).width == 60
    monkeypatch.setenv("COLUMNS", "0")
    assert console(io.StringIO()).width == UNLIMITED


def test_parts_are_broken_between_names_and_never_within():
    parts = ["loss 0.125", "test accuracy 93.5", "size_M 1.25"]
    assert wrapped(parts, 200, "  ") == "  loss 0.125, test accuracy 93.5, size_M 1.25"
    assert wrapped(parts, 22, "  ") == "  loss 0.125,\n  test accuracy 93.5,\n  size_M 1.25"


@pytest.mark.parametrize("width", range(18, 60))
def test_numbers_keep_their_units(monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    stream = io.StringIO()
    say(console(stream), "it took 11 h 15 min, or 3 min 7 s at [best], with --transfer none, for 0.25 % of all")
    text = stream.getvalue()
    for together in ("11 h 15 min", "3 min 7 s", "--transfer none", "0.25 %", "[best]"):
        assert together in text
    assert all(len(line) <= width for line in text.splitlines())
