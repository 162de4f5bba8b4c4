import pytest

from ktnas.errors import DataError
from ktnas.spaces.code_text import (
    Nested,
    alone_in,
    flattened,
    is_bracketed,
    keyed,
    number,
    parsed,
    spelled,
    split,
    tidied,
    unquoted,
)


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("(4, 0)", ("4", "0")),
        ("[4 0]", ("4", "0")),
        ("[ 4  0]", ("4", "0")),
        ("{4; 0}", ("4", "0")),
        ("('a', \"b,c\",)", ("a", "b,c")),
        ("['a' 'b']", ("a", "b")),
        ("array([4, 0])", ("4", "0")),
        ("np.array([4, 0], dtype=int64)", ("4", "0")),
        ("(np.int64(4), torch.tensor(0))", ("4", "0")),
        ("[conv 3x3, pool]", ("conv 3x3", "pool")),
        ("[conv(3, 1), pool(2)]", ("conv(3, 1)", "pool(2)")),
        ("[don't, do]", ("don't", "do")),
        ("((1, 2), 3)", (Nested(("1", "2")), "3")),
        ("[]", ()),
    ],
)
def test_what_holds_symbols_is_no_part_of_them(text, items):
    assert is_bracketed(text)
    assert parsed(text) == Nested(items)


@pytest.mark.parametrize(
    "text", ['{"a": 4, "b": [0, 1]}', "{'b': (0, 1), 'a': 4}", "(a=4, b=[0 1])", "dict(a=4, b=[0, 1])"]
)
def test_keys_say_which_is_which(text):
    node = parsed(text)
    assert node.named == {"a": "4", "b": Nested(("0", "1"))}
    assert spelled(node) == "{a: 4, b: [0, 1]}"
    assert flattened(node, ("b.1", "b.0", "a"), 3) == ["1", "0", "4"]


def test_a_key_that_stands_twice_is_part_of_the_symbol():
    assert parsed("(k=3, k=5)") == Nested(("k=3", "k=5"))


@pytest.mark.parametrize("text", ["a|b", "[1]|[2]", "(1", "1)", "conv(3)", "", "[1}"])
def test_codes_without_brackets_around_them(text):
    assert not is_bracketed(text)
    assert parsed(text) == text


def test_deep_nesting_is_refused():
    assert parsed("[" * 20 + "1, 2" + "]" * 20)
    with pytest.raises(DataError, match="nested more than 20 deep"):
        parsed("[" * 5000 + "1" + "]" * 5000)


def test_flattening_goes_as_deep_as_there_are_positions():
    node = parsed("[[1, 2], [3, 4.0]]")
    assert flattened(node, (), 4) == ["1", "2", "3", "4.0"]
    assert flattened(node, (), 2) == ["[1, 2]", "[3, 4]"]
    assert flattened(parsed("{a: 1, c: 2}"), ("a", "b"), 2) is None
    assert flattened(parsed("{a: 1, b: null}"), ("a", "b", "c"), 3) == ["1", "", ""]


@pytest.mark.parametrize(
    ("text", "separator", "parts"),
    [
        ("a | b", "|", ["a", "b"]),
        ("a  b", " ", ["a", "b"]),
        ("f(1,2),'x,y'", ",", ["f(1,2)", "x,y"]),
        ("ab", "", ["a", "b"]),
    ],
)
def test_separators_within_brackets_and_quotes_divide_nothing(text, separator, parts):
    assert split(text, separator) == parts


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("(403)", "403"),
        ("[4_0_3]", "4_0_3"),
        ("{4|0|3}", "4|0|3"),
        ("[403]", None),
        ("[true]", None),
        ("['4_0_3']", None),
        ("(403,)", None),
        ("[4, 0]", None),
        ("[4 0]", None),
        ("{k: 4_0}", None),
        ("[[4_0]]", None),
        ("4_0", None),
    ],
)
def test_brackets_may_merely_surround_a_code(text, alone):
    assert alone_in(text) == alone


def test_small_things():
    assert unquoted(" '\"a\"' ") == "a"
    assert unquoted("'a' 'b'") == "'a' 'b'"
    assert tidied('="012"') == "012"
    assert tidied("e\u0301") == "\u00e9"
    assert number("16.0") == number("16") == number("1.6e1")
    assert number("1_6") is number("nan") is number("x") is number("9" * 500) is None
    assert keyed("k = 3") == ("k", "3")
    assert keyed("conv:3") == ("conv", "3")
    assert keyed("conv:3", colons=False) is None
    assert keyed("a==b") is None
