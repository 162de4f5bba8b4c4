"""How well seeds agree, by recipe; and the choice with --smoke."""

import csv
import json
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).parents[2] / "experiments"


@pytest.fixture
def recipe(imported):
    return imported("scenes_recipe")


def test_agreement_of_equal_trainings(recipe):
    metrics = np.tile(np.arange(16.0), (3, 1))[..., None]
    found = recipe.agreement(metrics, 2.5)
    assert (found.networks, found.seeds, found.seconds) == (16, 3, 2.5)
    assert (found.every, found.quarter, found.within, found.fewer) == (pytest.approx(1), pytest.approx(1), 0, None)
    assert found.between == pytest.approx(np.arange(16.0).std(ddof=1))


def test_agreement_takes_noise_off(recipe):
    rng = np.random.default_rng(0)
    metrics = rng.normal(0, 2, 4000)[None] + rng.normal(0, 1, (2, 4000))
    found = recipe.agreement(metrics[..., None], 1.0)
    assert (found.between, found.within) == (pytest.approx(2, rel=0.05), pytest.approx(1, rel=0.05))
    assert found.quarter is None


def test_more_scenes_are_judged_together(recipe):
    parts = np.array([[[0.0, 9], [1, 1], [2, 5]], [[2.0, 8], [1, 2], [0, 6]]])
    found = recipe.agreement(parts, 1.0)
    assert (found.fewer, found.every) == (pytest.approx(-1), pytest.approx(1))


def test_the_best_quarter_is_chosen_by_another_seed(recipe):
    rng = np.random.default_rng(0)
    equal = rng.normal(size=(3, 4000))  # nothing but noise: no two rows agree, wherever a third one looks
    assert abs(recipe.best_quarter(equal)) < 0.03


def test_rho_of_what_does_not_differ(recipe):
    assert recipe.rho(np.zeros(3), np.arange(3.0)) == 0


def test_smoke(monkeypatch, imported, tmp_path, capsys):
    imported("scenes_recipe")

    def run():
        monkeypatch.setattr(sys, "argv", ["scenes_recipe.py", "--smoke", "--out", str(tmp_path)])
        runpy.run_path(str(FOLDER / "scenes_recipe.py"), run_name="__main__")
        return (tmp_path / "scenes_recipe-trainings.csv").read_bytes()

    trained = run()
    assert run() == trained
    with (tmp_path / "scenes_recipe.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["task"], row["networks"], row["seeds"]) for row in rows] == [
        ("class_scene", "3", "2"),
        ("jigsaw", "3", "2"),
        ("class_scene", "3", "2"),
    ]
    assert json.loads((tmp_path / "scenes_recipe.json").read_text())["counts"] == {"trainings": 18}
    assert "### Screening of recipes" in capsys.readouterr().out
