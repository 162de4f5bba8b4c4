import pytest

from ktnas.errors import DataError
from ktnas.spaces.codes import read_codes, read_columns_of_codes


@pytest.mark.parametrize(
    "codes",
    [
        ("conv,3", "pool,3", "conv,5"),
        ("(conv, 3)", "(pool, 3)", "(conv, 5)"),
        ("['conv', 3]", '["pool",3]', "( conv , 5 )"),
        ("[conv, 3]", "pool,3", "conv, 5"),
        ("conv | 3", "pool|3", "conv |5"),
        ("conv -> 3", "pool->3", "conv  ->  5"),
        ("'conv'/'3'", "'pool'/'3'", "'conv'/'5'"),
        ("'conv_3'", "'pool_3'", "'conv_5'"),
        ("[conv_3]", "[pool_3]", "[conv_5]"),
        ("op=conv;op=3", "op=pool;op=3", "op=conv;op=5"),
        ("Cell(conv, 3)", "Cell(pool, 3)", "Cell(conv, 5)"),
        ("array(['conv' '3'])", "array(['pool' '3'])", "array(['conv' '5'])"),
        ("conv\t3", "pool 3", "conv   5"),
    ],
)
def test_symbols_are_the_same_in_any_dress(codes):
    found = read_codes(codes)
    assert found.rows == [("conv", "3"), ("pool", "3"), ("conv", "5")]
    assert found.names == ()


@pytest.mark.parametrize(
    "codes",
    [
        ("op=conv,k=3", "k=3, op=pool", "op=conv , k=5"),
        ("op: conv; k: 3", "op: pool; k: 3", "op: conv; k: 5"),
        ('{"op": "conv", "k": 3}', '{"k":3,"op":"pool"}', "{'op': 'conv', 'k': 5}"),
        ("Config(op='conv', k=3)", "Config(k=3, op='pool')", "Config(op='conv', k=5)"),
    ],
)
def test_keys_name_positions_whatever_their_order(codes):
    found = read_codes(codes)
    assert found.names == ("op", "k")
    assert found.rows == [("conv", "3"), ("pool", "3"), ("conv", "5")]


def test_what_stands_before_a_colon_is_a_key_only_where_it_keeps_its_place():
    found = read_codes(("conv:3|pool:5", "pool:5|conv:3"))
    assert found.rows == [("conv:3", "pool:5"), ("pool:5", "conv:3")]


def test_nested_codes_are_divided_as_deep_as_all_are_built_alike():
    found = read_codes(('{"d": 2, "ks": [3, 5], "x": [1]}', '{"ks": [7, 5], "d": 4, "x": [1, 2]}'))
    assert found.names == ("d", "ks.0", "ks.1", "x")
    assert found.rows == [("2", "3", "5", "[1]"), ("4", "7", "5", "[1, 2]")]
    found = read_codes(("[[0, 1], [0, 0]]|[a, b]", "[[0, 1], [1, 0]]|[a, c]"))
    assert found.rows == [("0", "1", "0", "0", "a", "b"), ("0", "1", "1", "0", "a", "c")]


def test_a_choice_that_is_missing_is_a_value_of_its_own_and_is_told():
    found = read_codes(('{"n": 1}', '{"n": 2, "w": 16}', '{"n": 2, "w": null}'))
    assert found.rows == [("1", ""), ("2", "16"), ("2", "")]
    assert found.notes == ("Choices that are missing in some codes are taken as a value of their own: w (2).",)


def test_the_separator_is_in_no_symbol():
    found = read_codes(('["a,b", "c|d"]', '["a", "e;f"]'))
    assert found.rows == [("a,b", "c|d"), ("a", "e;f")]
    assert found.separator == ":"


def test_a_column_per_choice():
    found = read_columns_of_codes({"width": ("16", " 32"), "se": ("True", ""), "ks": ("[3, 5]", "[3,7]")})
    assert found.names == ("width", "se", "ks.0", "ks.1")
    assert found.rows == [("16", "True", "3", "5"), ("32", "", "3", "7")]


def test_numbers_with_a_lost_type_are_digits_again_and_are_told():
    found = read_codes(("2012.0", "1121.0"))
    assert found.rows == [("2", "0", "1", "2"), ("1", "1", "2", "1")]
    assert found.notes == ("Codes such as 2012.0 were taken for numbers when they were saved; they are read as 2012.",)


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        (
            ("21", "0112", "1"),
            r"'1' in row 3 has 1 characters, '0112' in row 2 4; .* lost \(0021, 0001\)",
        ),
        (("21.0", "112.0"), r"leading zeros were lost \(021\)"),
        (("0112", "1.01E+11"), r"'1.01E\+11' in row 2 has lost digits"),
        (("1-2", "02-Mar"), "'02-Mar' in row 2 is a date"),
        (("2,012", "1,112"), "'2,012' have commas between thousands"),
        (("[1, 2]", "[1, 2, 3]"), r"'\[1, 2\]' in row 1 has 2 values, '\[1, 2, 3\]' in row 2 has 3"),
        (("{a: 1}", "[1]"), r"some codes have keys, and '\[1\]' in row 2 has none"),
        (("[]", "[]"), "is empty"),
        (("a", " "), r"a code is empty \(row 2\)"),
        (("'ab'", "''"), r"a code is empty \(row 2\)"),
        (("''",), r"a code is empty \(row 1\)"),
        ((), "no codes given"),
        (("0|" * 10_001, "1|" * 10_001), "codes have 10,002 positions; at most 10,000"),
    ],
)
def test_what_does_not_fit_is_named(codes, message):
    with pytest.raises(DataError, match=message):
        read_codes(codes)
