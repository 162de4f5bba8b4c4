import pytest

from ktnas import errors
from ktnas.errors import ArchitectureError, KtnasError, UnknownNameError, bad_architecture, reason, unknown_name


@pytest.mark.parametrize("name", ["ArchitectureError", "UnknownNameError", "DataError", "ConfigurationError"])
def test_every_error_of_a_user_is_a_ktnas_error_and_a_value_error(name):
    kind = getattr(errors, name)
    assert issubclass(kind, KtnasError)
    assert issubclass(kind, ValueError)


def test_unknown_name_says_where_it_looked_and_what_is_near():
    error = unknown_name("task", "norml", ["normal", "autoencoder"], "transnas101-micro")
    assert isinstance(error, UnknownNameError)
    assert str(error) == (
        "unknown task 'norml' of transnas101-micro; did you mean 'normal'? Known: normal, autoencoder"
    )


def test_unknown_name_invents_no_hint():
    assert str(unknown_name("method", "zzz", ["ktnas"])) == "unknown method 'zzz'. Known: ktnas"


def test_unknown_name_of_nothing():
    assert str(unknown_name("task", "a", iter(()))) == "unknown task 'a'. Known: none"


def test_choices_may_be_read_once():
    assert "did you mean 'ktnas'? Known: ktnas, random" in str(
        unknown_name("method", "ktna", iter(["ktnas", "random"]))
    )


def test_bad_architecture_names_space_and_problem():
    error = bad_architecture("nasbench201", "|x|", "expected three nodes")
    assert isinstance(error, ArchitectureError)
    assert str(error) == "'|x|' is no architecture of 'nasbench201': expected three nodes"


@pytest.mark.parametrize(("length", "shown"), [(120, 120), (121, 120), (10**6, 120)])
def test_bad_architecture_shows_long_text_by_its_beginning(length, shown):
    quoted = str(bad_architecture("darts", "x" * length, "too long")).split("'")[1]
    assert len(quoted) == shown
    assert quoted.endswith("...") == (length > 120)


def test_the_reason_of_a_failure_is_bounded_and_always_a_text():
    class Mute(Exception):
        def __str__(self):
            raise RuntimeError("no text")

    assert reason(KeyError("a")) == "KeyError: 'a'"
    assert reason(Mute()) == "Mute: (an error without a text: its own __str__ fails)"
    assert reason(ValueError("x" * 10_000_000)) == f"ValueError: {'x' * 1_988}... (9,998,012 more characters)"
