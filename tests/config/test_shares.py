"""Shares of images: of all datasets, or of one each."""

import pytest

from ktnas.config.shares import Shares, shares
from ktnas.errors import ConfigurationError, UnknownNameError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.5", Shares(0.5)),
        ("1", Shares(1.0)),
        ("birds=.25", Shares(None, (("birds", 0.25),))),
        ("birds=0.5, 0.1 ,cats=1", Shares(0.1, (("birds", 0.5), ("cats", 1.0)))),
        ("a=b=0.5", Shares(None, (("a=b", 0.5),))),
    ],
)
def test_a_text_says_them(text, expected):
    assert shares(text) == expected


@pytest.mark.parametrize("text", ["", "half", "0.5,", "birds=", "=0.5", "birds=half", "50%", "0.1,0.2"])
def test_other_texts_are_refused(text):
    with pytest.raises(ConfigurationError, match=r"is no share: expected|has several shares without a name"):
        shares(text)


@pytest.mark.parametrize("text", ["0", "1.5", "-1", "nan", "birds=0", "0.1,birds=2"])
def test_they_are_above_0_and_at_most_1(text):
    with pytest.raises(ConfigurationError, match="a share of images must be above 0 and at most 1; got"):
        shares(text)


def test_a_task_has_one():
    with pytest.raises(ConfigurationError, match="given for a task twice"):
        shares("birds=0.1,birds=0.2")


def test_what_is_not_named_has_that_of_the_rest():
    given = shares("0.1,birds=0.5")
    assert (given.of("birds"), given.of("cats"), shares("birds=0.5").of("cats")) == (0.5, 0.1, None)
    given.require_known(["birds", "cats"])
    with pytest.raises(UnknownNameError, match="did you mean 'bird'"):
        given.require_known(["bird"])
