"""Experiments that train, with --smoke: they train nothing twice, and say at once what is missing."""

import numpy as np
import pytest

from experiments.training import live_searches, supernet_scores, training_truth
from ktnas.datasets.dataset import Dataset, Split
from ktnas.datasets.objectives import Classification
from ktnas.errors import DataError

pytestmark = pytest.mark.slow  # whole processes, or searches that take seconds


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("training_truth", marks=pytest.mark.table("nasbench201")),
        "live_images",
    ],
)
def test_smoke(name, smoke, tmp_path):
    found = smoke(f"training.{name}", "--jobs", 1, "--records", tmp_path / "runs")
    assert all(float(row["low"]) <= float(row["high"]) for row in found.rows)
    assert (found.told["seeds"], found.told["cpu_s"] > 0, len(found.told["code"])) == (2, True, 1)
    assert found.told["counts"]["trainings"] >= 12
    assert found.pictures


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("live_images", "pneumoniamnist"),
        pytest.param("supernet_correlation", "cifar10_jpeg_10k", marks=pytest.mark.table("nasbench201")),
        pytest.param("training_truth", "cifar10_jpeg_10k", marks=pytest.mark.table("nasbench201")),
    ],
)
def test_missing_data_are_told_in_a_line_before_anything_is_trained(name, missing, run, tmp_path, capsys, monkeypatch):
    part = Split(np.zeros((4, 8, 8, 1), np.uint8), np.arange(4))

    def find(asked):
        if asked == missing:
            raise DataError(f"no {missing} anywhere")
        return Dataset(asked, Classification(10), part, part, part)

    for module in (live_searches, supernet_scores, training_truth):
        monkeypatch.setattr(module, "find", find)
        module.dataset.cache_clear()
    monkeypatch.setattr("ktnas.training.benchmark.TrainingBenchmark.evaluate", None)
    with pytest.raises(SystemExit) as exit_:
        run(f"training.{name}", "--jobs", 1, "--out", tmp_path / "out", "--records", tmp_path / "runs")
    assert exit_.value.code == 2
    assert capsys.readouterr().err == f"{name}.py: error: no {missing} anywhere\n"
    assert not list(tmp_path.iterdir())
