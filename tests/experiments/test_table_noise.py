import csv
import json
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).parents[2] / "experiments" / "table_noise.py"

DOCS = SCRIPT.parents[1] / "docs" / "spaces.md"


@pytest.fixture(autouse=True)
def neighbours(monkeypatch):
    monkeypatch.syspath_prepend(SCRIPT.parent)


def run(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", [SCRIPT.name, *map(str, arguments)])
    runpy.run_path(str(SCRIPT), run_name="__main__")


def test_pooled_deviation_by_hand():
    pooled = runpy.run_path(str(SCRIPT))["pooled_deviation"]
    # squares 2 and 8 + 0 + 8 around the means, over 1 + 2 degrees of freedom
    assert pooled([np.array([1.0, 3.0]), np.array([1.0, 3.0, 5.0])]) == pytest.approx((10 / 3) ** 0.5)


@pytest.mark.table("transnas101-micro")
class TestOnTheTable:
    def test_figures_of_the_method(self, monkeypatch, tmp_path, capsys):
        run(monkeypatch, "--out", tmp_path)
        with (tmp_path / "table_noise.csv").open(newline="") as stream:
            rows = {row["task"]: row for row in csv.DictReader(stream)}
        published = {
            "class_object": (0.31, 0.43),
            "class_scene": (0.25, 0.34),
            "room_layout": (0.0087, 0.0113),
            "jigsaw": (0.48, 0.50),
            "segmentsemantic": (0.031, 0.052),
            "normal": (0.0045, 0.0049),
            "autoencoder": (0.0112, 0.0128),
        }
        found = {
            task: (float(row["repeats_in_best_quarter"]), float(row["best_quarter"])) for task, row in rows.items()
        }
        assert set(found) == set(published)
        for task, figures in published.items():
            assert found[task] == pytest.approx(figures, rel=0.03), task
        assert {row["classes"] for row in rows.values()} == {"184"}
        printed = capsys.readouterr().out
        assert (tmp_path / "table_noise.md").read_text() in printed
        assert sum(line.startswith("| ") for line in printed.splitlines()) == 1 + 7
        assert printed.strip() in DOCS.read_text()
        told = json.loads((tmp_path / "table_noise.json").read_text())
        assert told["command"] == "python experiments/table_noise.py"
        assert told["seeds"] == 0
        assert told["counts"] == {"listed architectures": 4096}
        assert told["cpu_s"] >= 0

    def test_smoke(self, monkeypatch, tmp_path, capsys):
        run(monkeypatch, "--smoke", "--out", tmp_path / "new")
        assert len((tmp_path / "new" / "table_noise.csv").read_text().splitlines()) == 3
        assert "class_object" in capsys.readouterr().out
