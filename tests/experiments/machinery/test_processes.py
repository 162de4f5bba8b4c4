"""Work that is not a sweep: in the order of its units, whatever the number of processes, with one thread each."""

import operator

import pytest
from threadpoolctl import threadpool_info

from experiments.machinery.processes import in_parallel


@pytest.mark.parametrize("jobs", [1, 2, 8])
def test_the_order_is_that_of_the_units(jobs, capsys):
    assert in_parallel(operator.neg, [3, 1, 2], jobs, "numbers") == [-3, -1, -2]
    assert capsys.readouterr().err.endswith("numbers: 3 of 3\n")


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_fails_is_told(jobs):
    with pytest.raises(TypeError, match="bad operand"):
        in_parallel(operator.neg, ["a"], jobs, "numbers")


def test_matrices_have_one_thread():
    def threads(_):
        return max(pool["num_threads"] for pool in threadpool_info())

    assert in_parallel(threads, [0, 1], 1, "threads") == [1, 1]
