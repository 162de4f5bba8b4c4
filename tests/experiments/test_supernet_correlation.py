import csv
import json
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr

FOLDER = Path(__file__).parents[2] / "experiments"
NEIGHBOURS = ("harness", "trainings", "training_truth", "supernet_scores")


@pytest.fixture
def script(monkeypatch):
    """Run the script in this process, its neighbours importable."""
    monkeypatch.syspath_prepend(FOLDER)

    def run(*arguments, run_name="__main__"):
        monkeypatch.setattr(sys, "argv", ["supernet_correlation.py", *map(str, arguments)])
        return runpy.run_path(str(FOLDER / "supernet_correlation.py"), run_name=run_name)

    yield run
    for name in NEIGHBOURS:
        sys.modules.pop(name, None)


@pytest.fixture
def module(script):
    return script(run_name="supernet_correlation")


def test_spearman_is_that_of_scipy(module):
    rng = np.random.default_rng(0)
    first, second = rng.integers(0, 6, (2, 15)).astype(float)
    found = spearmanr(first, second).statistic
    assert module["spearman"](first, second) == pytest.approx(found)
    assert module["spearman"](np.array([first, second]), second) == pytest.approx((found + 1) / 2)
    assert module["spearman"](np.zeros(15), second) == 0


def test_what_agrees_is_one_with_certainty(module):
    truth = np.arange(12.0)
    for found in module["correlations"](np.array([truth, truth]), truth).values():
        assert found == pytest.approx((1, 1, 1))
    assert module["correlations"](-truth, truth)["tau"] == pytest.approx((-1, -1, -1))


def test_the_first_score_has_paid_for_the_training(module):
    spent = module["Spent"](3, 0.0, frozenset())
    costs = (np.array([[102.0, 2.0, 2.0]]), np.array([[52.0, 1.0, 3.0]]))
    found = [module["Answers"](np.zeros((1, 3)), cost, spent) for cost in costs]
    assert module["times"](found) == (75.0, 2.0)


def test_a_supernet_per_seed_and_a_training_of_each(module):
    units = module["units"]("emt-nas", "smoke", [(0,), (1,)], 2, None)
    assert [(unit.shared, unit.asked, unit.seeds) for unit in units] == [
        (True, ((0,), (1,)), (0,)),
        (True, ((0,), (1,)), (1,)),
        (False, ((0,),), (0, 1)),
        (False, ((1,),), (0, 1)),
    ]
    assert len({unit.name for unit in units}) == 4
    assert all(unit.shared for unit in module["units"]("nasbench201", "smoke", [(0,)], 2, None))


@pytest.mark.slow
@pytest.mark.table("nasbench201")
def test_smoke(script, tmp_path, capsys):
    out = tmp_path / "results"
    options = ("--smoke", "--jobs", 1, "--out", out, "--records", tmp_path / "runs")
    script(*options)
    text = (out / "supernet_correlation.md").read_text()
    assert capsys.readouterr().out.strip() in text
    with (out / "supernet_correlation.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["space"] for row in rows} == {"emt-nas", "nasbench201"}
    assert all(-1 <= float(row["low"]) <= float(row["high"]) <= 1 for row in rows)
    told = json.loads((out / "supernet_correlation.json").read_text())
    assert told["counts"] == {"supernets": 4, "scores": 20, "trainings": 8}
    files = {path.name: path.read_bytes() for path in out.iterdir()}
    script(*options)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == files
