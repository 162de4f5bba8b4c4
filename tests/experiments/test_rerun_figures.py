import csv
import runpy
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "experiments"


@pytest.fixture
def script(monkeypatch):
    """The script as a module, its neighbours importable."""
    monkeypatch.syspath_prepend(FOLDER)
    return lambda name: runpy.run_path(str(FOLDER / "rerun_figures.py"), run_name=name)


@pytest.mark.table("nasbench201")
def test_smoke(script, monkeypatch, tmp_path, capsys):
    options = ["--smoke", "--jobs", "1", "--out", str(tmp_path / "out"), "--records", str(tmp_path / "runs")]
    monkeypatch.setattr(sys, "argv", ["rerun_figures.py", *options])
    script("__main__")
    with (tmp_path / "out" / "rerun_figures.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["method"] for row in rows} == {
        "regularized evolution",
        "local search, first improvement",
        "regularized evolution, repeats counted",
    }
    assert all(float(row["mean"]) >= 10 for row in rows)
    assert (tmp_path / "out" / "rerun_figures.md").read_text().strip() == capsys.readouterr().out.strip()


def test_a_figure_is_met_within_two_standard_errors_of_the_difference(script):
    module = script("rerun_figures")
    values = [90.0, 110.0] * 50  # mean 100, standard error 1.005
    assert module["standard_error"](values) == pytest.approx(1.005, abs=0.001)
    assert module["met"](values, 102.8)
    assert not module["met"](values, 97.1)


def test_the_table_names_what_is_met(script):
    module = script("rerun_figures")
    counts = [[150.0, 66.0, 150.0], [154.0, 68.0, 154.0]]
    line = next(line for line in module["table"]({"best-first": counts}).splitlines() if "best-first" in line)
    assert "152.0 ± 2.0 (152, met)" in line
    assert "(212, not met)" in line
    assert "370.5" not in line
    assert "371.0 ± 5.0" in line
