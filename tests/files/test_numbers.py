import math

import pytest

from ktnas.errors import DataError
from ktnas.files.numbers import is_measured, may_be_thousands, plain_spelling, read_numbers


def read(*cells):
    return read_numbers("lat", cells, "mine.csv")


@pytest.mark.parametrize(
    ("cells", "values", "told"),
    [
        (("1.5", "2", ".5", "1e-3"), [1.5, 2, 0.5, 1e-3], ""),
        (("1,5", "2", "3,25"), [1.5, 2, 3.25], "decimal commas: '1,5' is 1.5"),
        (("0,123", "0,456"), [0.123, 0.456], "decimal commas"),
        (("1,5e-3", "2"), [1.5e-3, 2], "decimal commas"),
        (("1,234,567", "999"), [1234567, 999], "commas between thousands"),
        (("1,234.5", "999"), [1234.5, 999], "commas between thousands"),
        (("1.234.567", "999", "12.345"), [1234567, 999, 12345], "points between thousands"),
        (("1.234,5", "999"), [1234.5, 999], "points between thousands"),
        (("1 234,5", "999"), [1234.5, 999], "blanks between thousands and decimal commas"),
        (("1\u202f234", "999"), [1234, 999], "blanks between thousands"),
        (("1'234.5", "2'000"), [1234.5, 2000], "apostrophes between thousands"),
        (("1_000", "2"), [1000, 2], "underscores between digits"),
        (("93.5%", "94 %"), [93.5, 94], "the unit '%' left out: '93.5%' is 93.5"),
        (("93,5 %", "94 %"), [93.5, 94], "decimal commas and the unit '%' left out"),
        (("12 ms", "9.5ms"), [12, 9.5], "the unit 'ms' left out"),
        (("$1.20", "$3"), [1.2, 3], "the unit '$' left out"),
        (("\N{MINUS SIGN}1.5", "+2"), [-1.5, 2], ""),
        (('="1.5"', "'2"), [1.5, 2], ""),
    ],
)
def test_a_column_is_read_by_one_convention_which_is_told(cells, values, told):
    numbers = read(*cells)
    assert numbers.values.tolist() == values
    assert not numbers.failures
    assert told in numbers.note
    assert bool(told) == bool(numbers.note)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (
            ("1,234", "999"),
            r"row 1, '1,234', is 1\.234 \(decimal commas\) or 1234 \(commas between thousands\)",
        ),
        (
            ("93,5", "94.1"),
            r"mixes ways .*: decimal commas \(row 1: '93,5'\), decimal points \(row 2: '94.1'\)",
        ),
        (("93.5%", "94", "95"), "different units, or with and without: '93.5%' in row 1 and '94' in row 2"),
        (("1.2M", "900K"), "different units"),
        (("93.5 ± 0.2", "94"), "row 1 is '93.5 ± 0.2'. Write plain numbers"),
        (("1", "0:12:33"), "row 2 is '0:12:33'"),
        (("1", "1.5.2"), "row 2 is '1.5.2'"),
        (("1", "01. Feb"), "row 2 is '01. Feb'; a spreadsheet may have made a date of it"),
        (("<0.1", "0.2"), "row 1 is '<0.1'"),
        (("1,23,456", "1"), "row 1 is '1,23,456'"),
        (("yes", "no"), "holds no finite number in 2 rows; its first cell is 'yes'"),
    ],
)
def test_what_cannot_be_told_is_refused(cells, message):
    with pytest.raises(DataError, match=message) as caught:
        read(*cells)
    assert str(caught.value).startswith("column 'lat' of mine.csv")


def test_words_are_failures_beside_any_convention():
    numbers = read("1,5", "n/a", "", "CUDA error 11")
    assert numbers.values[0] == 1.5
    assert numbers.failures == {
        1: "lat is 'n/a' in the table, not a finite number",
        2: "lat is missing",
        3: "lat is 'CUDA error 11' in the table, not a finite number",
    }


@pytest.mark.parametrize(
    "cell", ["1.7976931348623157e+308", "-3.4028234663852886e+38", "2147483647", "-9223372036854775808"]
)
def test_the_largest_numbers_of_a_type_stand_for_failures(cell):
    numbers = read("1", cell)
    assert math.isnan(numbers.values[1])
    assert numbers.failures == {1: f"lat is '{cell}' in the table, which stands for no value"}


def test_numbers_of_any_length_are_no_finite_ones():
    assert set(read("1", "1e999", "9" * 400).failures) == {1, 2}


@pytest.mark.parametrize(
    ("cells", "measured"),
    [
        (("1.5", "2"), True),
        (("93,5", "94,1", "95,7", "96,2"), True),
        (("12 ms", "13 ms"), True),
        (("012", "100"), False),
        (("1_2", "0_1"), False),
        (("0,0", "0,1", "1,0", "1,1"), False),
        (("16 conv", "32 pool"), False),
        (("ab", "ba"), False),
    ],
)
def test_measurements_are_told_from_codes(cells, measured):
    assert is_measured(cells) is measured


def test_choices_are_spelled_as_programs_do_where_one_convention_fits():
    assert list(plain_spelling(("0,1", "0,01"))) == ["0.1", "0.01"]
    for cells in (("1,234", "2,345"), ("a", "b"), ("1.5", "2")):
        assert list(plain_spelling(cells)) == list(cells)


def test_points_before_three_digits_may_stand_between_thousands():
    assert may_be_thousands(("1.234", "999"))
    assert not may_be_thousands(("0.234", "999"))
    assert not may_be_thousands(("1.2", "999"))
    assert not may_be_thousands(("1", "2"))
