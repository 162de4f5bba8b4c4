"""Tasks of different search spaces at the command line."""

import json

import pytest

from ktnas.cli.main import main

BOTH = ("--source", "mdesign-link:cora", "--target", "mdesign-graph:tu_dd", "--quiet")


def run(*given):
    return main(["run", *given])


def test_a_run_is_recorded_gone_on_with_and_learned_from(tmp_path, capsys):
    place = tmp_path / "run"
    arguments = (*BOTH, "--budget", "8", "--out", str(place))
    assert run(*arguments) == 0
    config = json.loads((place / "config.json").read_text())
    assert config["space"] == "mdesign-link+mdesign-graph"
    assert config["tasks"]["mdesign-graph:tu_dd"]["space"] == "mdesign-graph"
    whole = (place / "trials.jsonl").read_text()
    (place / "trials.jsonl").write_text("".join(whole.splitlines(keepends=True)[:11]))
    (place / "summary.json").unlink()
    assert run(*arguments) == 0
    assert (place / "trials.jsonl").read_text() == whole
    capsys.readouterr()
    assert run("--benchmark", "mdesign-graph", "--tasks", "tu_nci1", "--budget", "6", "--from", str(place)) == 0
    told = capsys.readouterr().out
    assert "mdesign-link:cora of" in told
    assert "mdesign-graph:tu_dd of" in told


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ((*BOTH, "--method", "mfea"), "'mfea' moves codes from task to task"),
        ((*BOTH, "--embedder", "one-hot"), "'one-hot' has no axes that several search spaces can share"),
        (("--tasks", "mdesign-link:cora,tu_dd"), "'tu_dd' must be BENCHMARK:tu_dd"),
        (("--tasks", "mdesign-lunk:cora,mdesign-graph:tu_dd"), "did you mean 'mdesign-link'?"),
        (("--tasks", "mdesign-link:cora,nasbench-graph:cora"), "shares no operation with the others"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line(given, told, capsys):
    assert run(*given, "--budget", "12") == 2
    assert told in capsys.readouterr().err
