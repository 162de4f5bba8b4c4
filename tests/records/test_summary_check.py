"""The check of a summary."""

import pytest

from ktnas.records.summary_check import check_of, is_as_written

SUMMARY = {
    "seed": 1,
    "seconds": {"total": 1.0},
    "notes": ["a"],
    "tasks": {"b": {"cost_s": 1.5, "best": {"fitness": 0.25, "report": {"test": 0.125}}}},
}


def test_a_figure_that_was_changed():
    written = SUMMARY | {"check": check_of(SUMMARY)}
    assert is_as_written(written)
    for changed in ({"seed": 2}, {"notes": []}, {"tasks": {}}, {"check": ""}, {"check": None}, {"more": 1}):
        assert not is_as_written(written | changed)


def test_equal_runs_that_took_unequal_time_have_equal_checks():
    tasks = {"b": SUMMARY["tasks"]["b"] | {"cost_s": 9.0}}
    assert check_of(SUMMARY) == check_of(SUMMARY | {"seconds": {"total": 2.0}, "tasks": tasks})


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_fields_is_no_matter(order):
    assert check_of(dict(list(SUMMARY.items())[::order])) == check_of(SUMMARY)


def test_an_older_summary_is_taken_as_it_is():
    assert is_as_written(SUMMARY)
