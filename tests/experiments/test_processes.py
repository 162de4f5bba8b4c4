"""Work that is not a sweep: in the order of its units, whatever the number of processes, with one thread each."""

import operator

import pytest
from threadpoolctl import threadpool_info


@pytest.fixture
def side_by_side(imported):
    return imported("processes").side_by_side


@pytest.mark.parametrize("jobs", [1, 2, 8])
def test_the_order_is_that_of_the_units(side_by_side, jobs, capsys):
    assert side_by_side(operator.neg, [3, 1, 2], jobs, "numbers") == [-3, -1, -2]
    assert capsys.readouterr().err.endswith("numbers: 3 of 3\n")


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_fails_is_told(side_by_side, jobs):
    with pytest.raises(TypeError, match="bad operand"):
        side_by_side(operator.neg, ["a"], jobs, "numbers")


def test_matrices_have_one_thread(side_by_side):
    def threads(_):
        return max(pool["num_threads"] for pool in threadpool_info())

    assert side_by_side(threads, [0, 1], 1, "threads") == [1, 1]
