"""Fields of records that others may have changed."""

import pytest

from ktnas.problem.trial import Evaluation
from ktnas.records.checked import (
    count_of,
    evaluation_of,
    fields_of,
    flag_of,
    genotype_of,
    list_of,
    number_of,
    text_of,
)


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (fields_of, {"a": 1}, ["[]", None, 3, "1"]),
        (list_of, [1], ["1", None, {}]),
        (text_of, "a", [1, None, []]),
        (flag_of, False, [0, None, "false"]),
        (count_of, 0, [-1, 1.0, True, None, "1", float("inf")]),
        (number_of, -2.5, [True, None, "1", float("inf"), float("nan")]),
        (genotype_of, [], ["12", [1.0], [True], None]),
    ],
)
def test_a_field_is_of_its_type_or_refused(check, good, bad):
    assert check(good) == (tuple(good) if check is genotype_of else good)
    for value in bad:
        with pytest.raises(TypeError):
            check(value)


def test_an_object_may_stand_in_a_text():
    assert fields_of('{"a": 1}') == {"a": 1}


def test_numbers_of_hundreds_of_digits_are_none():
    assert number_of(10**300) == 10**300
    with pytest.raises(ValueError, match="too many digits"):
        number_of(10**400)


RECORD = {"fitness": 1.5, "error": None, "cost_s": 2, "metrics": {"a": 0.5}}


def test_an_evaluation_is_whole_or_refused():
    assert evaluation_of(RECORD) == Evaluation(1.5, 2, {"a": 0.5})
    for change in ({"metrics": [["a", 1]]}, {"metrics": {"a": "b"}}, {"cost_s": None}, {"fitness": True}):
        with pytest.raises(TypeError):
            evaluation_of(RECORD | change)
    with pytest.raises(KeyError):
        evaluation_of({"fitness": 1.5})
