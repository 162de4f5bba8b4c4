"""`ktnas run --alone`: the targets searched alone as well, and what sharing gave."""

import json

import pytest

from ktnas.cli.main import main
from ktnas.config.defaults import SHOWN_SEEDS
from ktnas.report.sharing import LEAST_SEEDS

SCENES = ["run", "--benchmark", "scenes", "--source", "segmentsemantic", "--target", "normal", "--budget", "3"]
QUICK = [*SCENES, "--method", "random-search", "--quiet"]


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.setenv(variable, "1")  # the command sets them, and they are to be put back


def test_what_is_shown_is_enough_for_a_verdict():
    assert SHOWN_SEEDS >= LEAST_SEEDS


def test_the_target_is_searched_alone_with_the_same_seeds(tmp_path, capsys):
    assert main([*QUICK, "--alone", "--repeats", "2", "--seed", "5", "--jobs", "1", "--out", "here"]) == 0
    (row,) = json.loads((tmp_path / "here/sharing.json").read_text())
    assert (row["task"], row["others"], row["seeds"]) == ("normal", ["segmentsemantic"], 2)
    assert row["verdict"] == "too few seeds"
    for seed in (5, 6):
        config = json.loads((tmp_path / f"here/alone/normal/seed-{seed}/config.json").read_text())
        assert list(config["tasks"]) == ["normal"]
        assert config["data"] == json.loads((tmp_path / f"here/seed-{seed}/config.json").read_text())["data"]
    assert "normal, 3 evaluations, 2 seeds: with segmentsemantic" in capsys.readouterr().out.replace("\n", " ")


def test_as_json_it_holds_both_searches(capsys):
    assert main([*QUICK, "--alone", "--json", "--out", "here"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [run["seed"] for run in told["runs"]] == [0]
    assert set(told["alone"]) == {"normal"}
    assert told["sharing"][0]["seeds"] == 1


def test_what_was_searched_is_not_searched_again(tmp_path, capsys):
    assert main([*QUICK, "--alone", "--out", "here"]) == 0
    first = {path: path.read_bytes() for path in (tmp_path / "here").rglob("*.json*")}
    assert main([*QUICK, "--alone", "--out", "here"]) == 0
    assert {path: path.read_bytes() for path in (tmp_path / "here").rglob("*.json*")} == first


def test_where_nothing_is_named_it_shows_what_sharing_gives(tmp_path, capsys):
    assert main(["run", "--method", "random-search", "--budget", "2", "--json", "--jobs", "1", "--out", "here"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told["runs"]) == SHOWN_SEEDS
    assert told["runs"][0]["benchmark"] == "scenes"
    assert told["sharing"][0]["verdict"] in ("better", "worse", "not significant")


def test_it_can_be_left_out(tmp_path, capsys):
    arguments = [
        "--method",
        "random-search",
        "--budget",
        "2",
        "--json",
        "--repeats",
        "1",
        "--no-alone",
        "--out",
        "here",
    ]
    assert main(["run", *arguments]) == 0
    assert json.loads(capsys.readouterr().out)["seed"] == 0
    assert not (tmp_path / "here/alone").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--benchmark", "scenes", "--tasks", "normal"], "takes at least two tasks"),
        (["--fitness", "train", "--source", "normal", "--target", "jigsaw"], "--alone is for tables"),
    ],
)
def test_where_it_shows_nothing_it_is_refused(capsys, arguments, said, tmp_path):
    pytest.importorskip("torch")
    assert main(["run", *arguments, "--alone", "--out", "here"]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "here").exists()
