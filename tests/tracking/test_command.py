"""`ktnas run --track`: every run is told to the tools that are named, in whichever process it is searched."""

import importlib.util

import pytest

from ktnas.cli.main import main

SEARCH = ["--method", "random-search", "--budget", "6", "--quiet", "--no-alone"]


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [f"{a}{b},{a + b},{a * b}" for a in range(4) for b in range(4)]
    (tmp_path / "table.csv").write_text("\n".join(["arch,sum,product", *rows]) + "\n")
    return ["--table", "table.csv", "--space", "categorical", "--tasks", "sum,product"]


@pytest.mark.parametrize("jobs", ["1", pytest.param("2", marks=pytest.mark.slow)])
def test_each_of_several_runs_is_told(table, tmp_path, jobs):
    command = ["run", *table, *SEARCH, "--repeats", "2", "--jobs", jobs, "--out", "set", "--track", "tensorboard"]
    assert main(command) == 0
    for seed in (0, 1):
        (events,) = (tmp_path / "set" / f"seed-{seed}" / "tensorboard").iterdir()
        assert b"sum/best" in events.read_bytes()


def test_one_that_goes_on_is_told_too(table, tmp_path):
    assert main(["run", *table, *SEARCH, "--out", "one"]) == 0
    assert not (tmp_path / "one" / "tensorboard").exists()
    assert main(["resume", "one", "--budget", "8", "--quiet", "--track", "tensorboard"]) == 0
    (events,) = (tmp_path / "one" / "tensorboard").iterdir()
    assert b"product/cost_s" in events.read_bytes()


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ("tensorbord", "unknown tracker 'tensorbord'; did you mean 'tensorboard'"),
        ("mlflow,", "has an empty name in it"),
    ],
)
def test_a_mistake_is_said_before_anything_is_searched(table, tmp_path, capsys, names, said):
    try:
        code = main(["run", *table, *SEARCH, "--out", "one", "--track", names])
    except SystemExit as exit_:
        code = exit_.code
    assert code == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "one").exists()


def test_so_is_a_tool_that_is_not_installed(table, tmp_path, capsys, monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name == "wandb" else found(name, *more)
    )
    assert main(["run", *table, *SEARCH, "--out", "one", "--track", "wandb"]) == 2
    error = "tracking with Weights & Biases needs the package wandb: pip install 'ktnas[wandb]'"
    assert error in capsys.readouterr().err
    assert not (tmp_path / "one").exists()
