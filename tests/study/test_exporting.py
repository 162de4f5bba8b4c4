"""Records as tables for other programs, read back with pandas."""

import json

import pandas as pd
import pytest

import ktnas
from ktnas.cli.main import main
from ktnas.problem.trial import Evaluation
from ktnas.records.sweep_log import RunRecord, SweepLog
from ktnas.records.trajectory import Move, Step, Trajectory
from ktnas.spaces.categorical import Categorical


def total(genotype):
    if genotype[0] == 2 and genotype[1] == 2:
        raise ValueError("=too, large")
    return Evaluation(float(sum(genotype)) / 3, cost_s=1.5, metrics={"size": 2.0 * genotype[0]})


def loss(genotype):
    return float(sum((2 - g) ** 2 for g in genotype))


def study(place, seed=1):
    return ktnas.Study(
        place,
        Categorical((3,) * 3),
        {"total": total, "loss": loss},
        minimize=["loss"],
        method="regularized-evolution",
        budget=12,
        seed=seed,
    )


@pytest.fixture
def runs(tmp_path):
    for seed in (1, 2):
        study(tmp_path / "runs" / f"mine-{seed}", seed).run()
    return tmp_path / "runs"


READERS = {"csv": lambda path: pd.read_csv(path, dtype={"architecture": str}), "parquet": pd.read_parquet}


def plain(value):
    return (
        json.loads(value)
        if isinstance(value, str)
        else [plain(one) for one in value]
        if hasattr(value, "__len__")
        else value
    )


@pytest.mark.parametrize("to", READERS)
def test_every_trial_with_every_digit(runs, capsys, to):
    assert main(["export", str(runs / "mine-1"), "--to", to]) == 0
    table = READERS[to](runs / "mine-1" / f"trials.{to}")
    trials = study(runs / "mine-1").trials
    assert capsys.readouterr().out == f"{len(trials)} trials of 1 run written to {runs / 'mine-1' / f'trials.{to}'}\n"
    expected = study(runs / "mine-1").to_dataframe()
    for name in (
        "task",
        "evaluation",
        "generation",
        "architecture",
        "fitness",
        "value",
        "cost_s",
        "repeat",
        "source_task",
    ):
        assert table[name].astype(object).where(table[name].notna(), None).tolist() == (
            expected[name].astype(object).where(expected[name].notna(), None).tolist()
        ), name
    assert [plain(one) for one in table["genotype"]] == [list(trial.genotype) for trial in trials]
    assert [plain(one) for one in table["parents"]] == [list(map(list, t.proposal.parents)) for t in trials]
    assert table["metric size"].dropna().tolist() == [
        t.evaluation.metrics["size"] for t in trials if t.evaluation.metrics
    ]
    assert set(table["run"]) == {"mine-1"}
    assert set(table["seed"]) == {1}
    assert set(table["method"]) == {"regularized-evolution"}


@pytest.mark.parametrize("to", READERS)
def test_all_runs_below_a_directory_and_what_is_left_out(runs, capsys, tmp_path, to):
    (runs / "mine-2" / "config.json").write_text("{")
    SweepLog(runs / "sweep").close()
    (runs / "sweep" / "sweep.json").write_text("{}")
    assert main(["export", str(runs), "--to", to, "--out", str(tmp_path / "all")]) == 0
    out, error = capsys.readouterr()
    assert " of 1 run written to " in out
    assert [line.split(":")[1].strip() for line in error.splitlines()] == ["mine-2", "sweep"]
    assert set(READERS[to](tmp_path / "all")["run"]) == {"mine-1"}


@pytest.mark.parametrize("to", READERS)
def test_a_name_that_is_no_text_is_escaped(runs, to):
    (runs / "mine-1").rename(runs / "\udcff")
    assert main(["export", str(runs), "--to", to]) == 0
    assert set(READERS[to](runs / f"trials.{to}")["run"]) == {"\\udcff", "mine-2"}


def test_a_formula_stays_a_text_in_csv(runs):
    main(["export", str(runs / "mine-1"), "--to", "csv"])
    errors = pd.read_csv(runs / "mine-1" / "trials.csv")["error"].dropna()
    assert set(errors) <= {"ValueError: =too, large"}


def test_of_a_sweep_what_its_runs_came_to(tmp_path, capsys):
    trajectory = Trajectory(
        "task", "loss", "", True, -0.5, 9, 1, 0, (Step(2, -3.0, 7), Step(5, -1.5, 2)), (Move(1, 4, "a", 3, True),)
    )
    log = SweepLog(tmp_path)
    log.append(
        "k",
        RunRecord(
            "=arm",
            "case",
            3,
            9,
            False,
            {"loss": trajectory, "none": Trajectory("task", "m", "", False, None, 9, 9, 0, (), ())},
        ),
    )
    log.close()
    assert main(["export", str(tmp_path), "--to", "csv"]) == 0
    table = pd.read_csv(tmp_path / "runs.csv")
    assert table.loc[0, ["arm", "task", "value", "evaluations_to_best", "rank", "transfers"]].tolist() == [
        "'=arm",
        "loss",
        1.5,
        5,
        2,
        1,
    ]
    assert table.loc[1, ["value", "rank"]].isna().all()


def test_what_cannot_be_exported_is_said(runs, capsys, tmp_path, monkeypatch):
    (tmp_path / "empty").mkdir()
    for arguments, said in (
        (["nowhere", "--to", "csv"], "nowhere is no directory"),
        ([str(tmp_path / "empty"), "--to", "csv"], "holds no run that can be read"),
        ([str(runs), "--to", "csv", "--task", "total"], "--task is for networks"),
        ([str(runs), "--to", "csv", "--out", str(tmp_path / "no" / "where")], "cannot write"),
    ):
        assert main(["export", *arguments]) == 2
        out, error = capsys.readouterr()
        assert out == ""
        assert said in error
        assert error.count("\n") == 1
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    assert main(["export", str(runs), "--to", "parquet"]) == 2
    assert "pip install 'ktnas[parquet]'" in capsys.readouterr().err
    assert not (runs / "trials.parquet").exists()
