"""Weights & Biases, offline: the run's file holds what was told, and the run ends with the search."""

import json
import sys
import time

import pytest

from ktnas.errors import EvaluationError
from ktnas.problem.run_events import Closed, Opened
from ktnas.tracking.weights_and_biases import WeightsAndBiases

pytestmark = [
    pytest.mark.slow,  # it starts a process of its own
    pytest.mark.filterwarnings("ignore"),  # whatever a library of somebody else's warns of
]


@pytest.fixture(autouse=True)
def _offline(tmp_path, monkeypatch):
    monkeypatch.setenv("WANDB_MODE", "offline")
    for place in ("WANDB_CACHE_DIR", "WANDB_CONFIG_DIR", "WANDB_DATA_DIR", "WANDB_ARTIFACT_DIR"):
        monkeypatch.setenv(place, str(tmp_path / "elsewhere"))


def holds(place, *texts):
    """Whether a run's file comes to hold texts: the process that writes it may be a little behind."""
    (directory,) = (place / "wandb").glob("offline-run-*")
    (file,) = directory.glob("run-*.wandb")
    for _ in range(200):
        content = file.read_bytes()
        if all(text.encode() in content for text in texts):
            return True
        time.sleep(0.05)
    return False


def test_a_run_offline_holds_settings_and_curves_and_one_that_fails_ends_too(searched, tmp_path):
    def broken(_):
        raise ValueError("no data")

    ways_out = (sys.exit, sys.excepthook)
    searched(WeightsAndBiases())
    told = ("total/best", "loss/value", "total/evaluation", "method.type", "RandomSearch", "total/metric size")
    assert holds(tmp_path / "runs" / "mine", *told, json.dumps("finished"))
    tracker = WeightsAndBiases()
    with pytest.raises(EvaluationError):
        searched(tracker, functions={"total": broken, "loss": broken}, place=tmp_path / "runs" / "failing")
    assert tracker._run is None
    assert holds(tmp_path / "runs" / "failing", "no data", json.dumps("failed"))
    assert (sys.exit, sys.excepthook) == ways_out


def test_runs_of_a_sweep_are_grouped_by_arm_and_case(tmp_path):
    tracker, long = WeightsAndBiases(), "x" * 150
    labels = {"sweep": "mine", "arm": "an arm", "case": "a case"}
    tracker.run_opened(Opened(3, {}, str(tmp_path), f"an-arm/{long}/seed-3", labels))
    tracker.run_closed(Closed("finished"))
    assert holds(tmp_path, "an arm on a case", f"an-arm/{long[:54]}...{long[:57]}/seed-3")
