"""Tasks of different search spaces at the command line."""

import json

import pytest

import ktnas
from ktnas.cli.main import main
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.spaces.transnas_micro import TransNASMicro

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


SPACES = ("--space", "nasbench201+transnas101-micro")
TASKS = ("--tasks", "nasbench201:birds,transnas101-micro:flowers")
OUTSIDE = (*SPACES, *TASKS, "--minimize", "transnas101-micro:flowers", "--method", "random-search", "--budget", "4")


def answered(place, capsys):
    """Tells a study how many threes the code of each architecture has, until nothing is left; what it handed out."""
    found = []
    while True:
        capsys.readouterr()
        assert main(["ask", str(place), "-n", "3", "--json"]) == 0
        asked = json.loads(capsys.readouterr().out)
        if not asked:
            return found
        for one in asked:
            assert main(["tell", str(place), str(one["id"]), str(one["genotype"].count(3)), "--quiet"]) == 0
        found += asked


class TestEvaluatedOutside:
    def test_asked_told_shown_exported_and_extended(self, tmp_path, capsys):
        place = tmp_path / "study"
        assert main(["new", str(place), *OUTSIDE]) == 0
        asked = answered(place, capsys)
        assert len(asked) == 8
        for one in asked:
            space, _, _ = one["task"].partition(":")
            assert one["architecture"].startswith(f"{space}:")
            assert one["genotype"][0] == ("nasbench201", "transnas101-micro").index(space)
        assert main(["best", str(place), "--json"]) == 0
        best = json.loads(capsys.readouterr().out)
        threes = [one["genotype"].count(3) for one in asked if one["task"] == "transnas101-micro:flowers"]
        assert best["transnas101-micro:flowers"]["value"] == min(threes)
        assert main(["show", str(place)]) == 0
        shown = capsys.readouterr().out
        assert "space nasbench201+transnas101-micro" in shown
        assert "finished" in shown
        assert main(["export", str(place), "--to", "csv"]) == 0
        lines = (place / "trials.csv").read_text().splitlines()
        assert len(lines) == 9
        assert sum(",transnas101-micro:flowers," in line for line in lines) == 4
        assert main(["report", str(place)]) == 0
        capsys.readouterr()
        assert main(["resume", str(place)]) == 2
        assert "are evaluated outside: `ktnas ask" in capsys.readouterr().err
        assert main(["new", str(place), *OUTSIDE[:-1], "5"]) == 0
        assert len(answered(place, capsys)) == 2

    def test_python_opens_the_same_study(self, tmp_path, capsys):
        place = tmp_path / "study"
        assert main(["new", str(place), *OUTSIDE]) == 0
        answered(place, capsys)
        spaces = {"nasbench201:birds": NASBench201(), "transnas101-micro:flowers": TransNASMicro()}
        study = ktnas.Study(
            place, spaces, list(spaces), method="random-search", budget=4, minimize=["transnas101-micro:flowers"]
        )
        assert len(study) == 8
        assert study.ended

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            ((*SPACES, "--tasks", "birds,transnas101-micro:flowers"), "'birds' does not say of which search space"),
            ((*SPACES, "--tasks", "nasbench201:"), "'nasbench201:' does not say of which search space it is"),
            ((*SPACES, "--tasks", "darts:birds"), "unknown search space 'darts' of task 'darts:birds'"),
            ((*SPACES, "--tasks", "transnas101-micro:flowers"), "no task is of search space 'nasbench201'"),
            (("--space", "darts+darts", "--tasks", "darts:a"), "search space 'darts' is named twice"),
            (("--space", "nasbench201+", "--tasks", "nasbench201:a"), "unknown search space ''"),
            ((*SPACES, *TASKS, "--minimize", "birds"), "unknown task to minimize 'birds'. Known: nasbench201:birds"),
            ((*SPACES, *TASKS, "--choices", "3,3"), "--choices is of a categorical space"),
            ((*SPACES, *TASKS, "--method", "mfea"), "'mfea' moves codes from task to task"),
            ((*SPACES, *TASKS, "--embedder", "one-hot"), "'one-hot' has no axes that several search spaces can share"),
            ((*SPACES, *TASKS, "--from", "nasbench201"), "--from is of no use to a study that is evaluated outside"),
            (TASKS, "tasks that you evaluate yourself need --space nasbench201+transnas101-micro"),
            (("--tasks", "darts:a,nasbench201:b"), "tasks that you evaluate yourself need --space darts+nasbench201"),
            (("--space", "categorical+darts", "--tasks", "categorical:a,darts:b"), "needs --choices 4,4,3"),
        ],
    )
    def test_what_cannot_be_is_refused_before_anything_is_made(self, tmp_path, capsys, given, told):
        assert main(["new", str(tmp_path / "study"), *given]) == 2
        error = capsys.readouterr().err
        assert told in error
        assert error.count("\n") == 1
        assert not (tmp_path / "study").exists()

    def test_a_categorical_space_beside_another(self, tmp_path, capsys):
        place = tmp_path / "study"
        given = ("--space", "categorical+darts", "--choices", "4,4,2", "--tasks", "categorical:a,darts:b")
        assert main(["new", str(place), *given, "--method", "random-search", "--budget", "2"]) == 0
        asked = [(one["task"][0], one["architecture"].partition(":")[0]) for one in answered(place, capsys)]
        assert sorted(asked) == [("c", "categorical"), ("c", "categorical"), ("d", "darts"), ("d", "darts")]

    def test_a_name_of_a_task_may_have_a_colon_where_there_is_one_space(self, tmp_path, capsys):
        assert main(["new", str(tmp_path / "study"), "--space", "nasbench201", "--tasks", "photos: birds"]) == 0
        assert "outside: photos: birds" in capsys.readouterr().out
