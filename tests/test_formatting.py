"""Numbers as people read them."""

import pytest

from ktnas.formatting import number_text
from ktnas.problem.task import Task, value_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.00000"),
        (-1.5, "-1.5000"),
        (99.99999, "100.000"),
        (1e-7, "1.0000e-07"),
        (12345.6, "12346"),
        (1e12, "1.0000e+12"),
    ],
)
def test_numbers_to_read(value, text):
    assert number_text(value) == text


def test_no_fitness_is_said():
    assert value_text(Task("cifar10", "validation accuracy", "%"), None) == "none"
    assert value_text(Task("loss", minimize=True), -2.0) == "2.0000"
