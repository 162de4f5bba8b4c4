"""What labels add to a surrogate: areas under the curve where they tell all, nothing, or something of their own."""

import csv
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).parents[2] / "experiments" / "transfer_signal.py"


@pytest.fixture
def script(monkeypatch):
    monkeypatch.syspath_prepend(SCRIPT.parent)
    return runpy.run_path(str(SCRIPT))


@pytest.fixture
def choices(script):
    rng = np.random.default_rng(0)

    def made(weight_of_label):
        found = []
        for seed in range(8):
            for _ in range(60):
                improvement, label = rng.standard_normal(), float(rng.random() < 0.5)
                positive = improvement + weight_of_label * label + 0.5 * rng.standard_normal() > weight_of_label / 2
                found.append(script["Choice"](seed, improvement, label, label, True, bool(positive)))
        return found

    return made


def test_labels_that_say_nothing_add_nothing(script, choices):
    found = choices(0.0)
    got = script["finding"](found, [c.nearest for c in found])
    assert got.choices == 480
    assert got.surrogate > 0.85
    assert got.labels == pytest.approx(0.5, abs=0.06)
    assert got.low < 0.005
    assert abs(got.both - got.surrogate) < 0.01


def test_labels_that_say_something_of_their_own_add_it(script, choices):
    found = choices(2.0)
    got = script["finding"](found, [c.nearest for c in found])
    assert got.both - got.surrogate > 0.05
    assert got.low > 0
    assert got.labels > 0.6


@pytest.mark.table("transnas101-micro")
def test_smoke(monkeypatch, tmp_path, capsys):
    monkeypatch.syspath_prepend(SCRIPT.parent)
    monkeypatch.setattr(sys, "argv", [SCRIPT.name, "--smoke", "--jobs", "1", "--out", str(tmp_path)])
    runpy.run_path(str(SCRIPT), run_name="__main__")
    with (tmp_path / "transfer_signal.csv").open(newline="") as stream:
        every = next(row for row in csv.DictReader(stream) if row["choices"] == "all")
    assert int(every["number"]) == 2 * 2 * 10  # seeds, tasks, evaluations after the tenth
    assert 0 < float(every["positive"]) < 1
    assert "labels add" in capsys.readouterr().out
