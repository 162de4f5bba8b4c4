"""What a line of the table of rendered scenes says."""

import numpy as np

from experiments.machinery import publishing
from experiments.machinery.scenes_lines import COLUMNS, KEY, machine, told
from experiments.machinery.scenes_training import Result


def test_columns_of_a_training():
    values = told(Result(41.123456789, (0.000123456789,), 2.0, (1e-9,), 144_436, 1_855_504, 3.21))
    assert values == ("41.12346", "0.0001234568", "2", "1e-09", "144436", "1855504", "3.2")
    assert len(values) == len(COLUMNS) - KEY - 1  # the machine is added


def test_a_training_that_failed_has_no_metrics():
    assert told(Result(None, (), None, (), 0, 0, 1.0)) == ("", "", "", "", "0", "0", "1.0")


def test_a_machine_is_its_kind_whatever_its_number_of_cores(monkeypatch):
    monkeypatch.setattr(publishing, "hardware", lambda: "a CPU, of a kind (x86_64), 2 cores")
    found = machine("cpu")
    assert found["on"].startswith("a CPU, of a kind (x86_64), ")
    assert "cores" not in found["on"]
    assert found["numpy"] == np.__version__
