import numpy as np
import pytest

from experiments.training.live_images import compared, differences
from experiments.training.live_searches import Found, trajectory
from ktnas.problem.trial import Evaluation, Proposal, Trial


def test_the_best_so_far():
    trials = [
        Trial(0, Proposal("t", (i,)), Evaluation.failed("no") if v is None else Evaluation(v))
        for i, v in enumerate((None, 2.0, 1.0, None, 3.0))
    ]
    found = trajectory(trials, 7)
    assert np.isnan(found[0])
    assert found[1:] == (2.0, 2.0, 2.0, 3.0, 3.0, 3.0)


def test_differences_are_paired_by_seed_and_pooled_over_tasks():
    found = [
        Found("p", arm, seed, task, "a", (1.0,), 10 * seed + gain * (arm == "ktnas"), 1, 1, 1)
        for task, gain in (("t", 1.0), ("u", 3.0))
        for arm in ("random-search", "ktnas")
        for seed in (2, 0, 1)
    ]
    tests = compared(found)
    assert [(key, t.pairs, t.difference) for key, t in tests.items()] == [
        (("random-search", "t"), 3, 1.0),
        (("random-search", "u"), 3, 3.0),
        (("random-search", "all tasks"), 6, 2.0),
    ]
    text = differences(tests, 3)
    assert "cannot give a p below 0.25" in text
    assert text.count("not significant") == 3


def test_the_large_scale_asks_for_a_gpu(run, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(SystemExit):
        run("training.live_images", "--scale", "paper", "--out", tmp_path)
    assert "use --device cpu" in capsys.readouterr().err
