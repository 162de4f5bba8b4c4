import csv
import json

import numpy as np
import pytest

from experiments import report
from experiments.paper.table_noise import pooled_deviation


def test_pooled_deviation_by_hand():
    # squares 2 and 8 + 0 + 8 around the means, over 1 + 2 degrees of freedom
    assert pooled_deviation([np.array([1.0, 3.0]), np.array([1.0, 3.0, 5.0])]) == pytest.approx((10 / 3) ** 0.5)


@pytest.mark.table("transnas101-micro")
class TestOnTheTable:
    def test_figures_of_the_method(self, run, tmp_path, capsys):
        run("paper.table_noise", "--out", tmp_path)
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
        assert printed.strip() in (report.TARGET / "table_noise.md").read_text()
        told = json.loads((tmp_path / "table_noise.json").read_text())
        assert told["command"] == "python -m experiments.paper.table_noise"
        assert told["seeds"] == 0
        assert told["counts"] == {"listed architectures": 4096}
        assert told["cpu_s"] >= 0

    def test_smoke(self, smoke):
        found = smoke("paper.table_noise", again=False)
        assert [row["task"] for row in found.rows] == ["class_object", "class_scene"]
        assert "class_object" in found.shown
