"""Records that the program left before its modules moved: each is read, and goes on to the end that it came to then.

`fixtures/before_the_move/README.md` says how they were made. Only the command line is used here.
"""

import json
import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import ktnas

pytestmark = pytest.mark.slow  # whole processes, or searches that take seconds

RECORDS = Path(__file__).parent / "fixtures" / "before_the_move"
VERSIONS = json.loads((RECORDS / "run" / "config.json").read_text())["environment"]

TABLE = ["--table", "cells.csv", "--space", "nasbench201", "--tasks", "first,second", "--budget", "12", "--seed", "5"]
SMALL = ["--space", "nasbench201", "--budget", "4", "--epochs", "1", "--channels", "2", "--batch-size", "8"]
SMALL += ["--device", "cpu", "--dataset", "stripes=stripes.npz"]
EARLY = ["--method", "ktnas-early"]
RUNS = {
    "run": ["--source", "cora", "--target", "pubmed", "--budget", "12", *EARLY],
    "cached": [*TABLE, "--method", "ktnas-paper"],
    "proxied": [*TABLE, "--method", "zero-cost-evolution", "--proxy", "flops"],
    "training": [
        *("--fitness", "train", "--source", "stripes", "--target", "spots", "--dataset", "spots=spots.npz", *SMALL),
        *("--method", "mfea", "--population", "2", "--workers", "1"),
    ],
    "supernet": ["--fitness", "supernet", "--tasks", "stripes", "--method", "random-search", *SMALL],
}
REPEATS = ["--tasks", "cora,pubmed", "--transfer", "random", "--budget", "8", "--repeats", "2", "--jobs", "1", *EARLY]


def with_early_methods(plan):
    """A plan of the sweep whose methods are those of the time, under their names of then."""
    first, *others = plan.split("[[arms]]\n")
    listed = json.loads(others[0].split("= ", 1)[1].splitlines()[0])
    early = {name: f"{name}-early" if name in {"ktnas", "gp-search"} else name for name in listed}
    arms = [f'name = "{name}"\nmethod = "{method}"\n' for name, method in early.items()]
    rest = [text.replace('method = "ktnas"', 'method = "ktnas-early"') for text in others[1:]]
    return "[[arms]]\n".join([first, *arms, *rest])


@pytest.fixture
def records(tmp_path, monkeypatch):
    """A copy of the records, which is the current directory."""
    copy = tmp_path / "records"
    shutil.copytree(RECORDS, copy)
    plan = copy / "plan.toml"
    plan.write_text(with_early_methods(plan.read_text()))
    monkeypatch.chdir(copy)
    return copy


@pytest.fixture
def command(monkeypatch):
    """`python -m ktnas` in this process; returns its exit code."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["ktnas", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            runpy.run_module("ktnas", run_name="__main__")
        return ended.value.code

    return call


FRESH = """
import json, runpy, sys
from importlib import metadata
versions, version = json.loads(sys.argv.pop(1)), metadata.version
metadata.version = lambda name: versions[name] if name in {"gensim", "numpy"} else version(name)
if "--proxy" in sys.argv:
    import torch
    torch.__version__ = versions["torch"]
runpy.run_module("ktnas", run_name="__main__")
"""
"""Versions of libraries that are part of the keys of what is cached are as then."""


def untouched(records, *arguments):
    """Whether a command, in a process that remembers nothing, finds all that it needs in the records' cache."""

    def held():
        """A file that is written anew is another one, even if its content is the same."""
        files = (records / "cache" / "ktnas").rglob("*.npz")
        return {path.name: (path.stat().st_ino, path.read_bytes()) for path in files}

    before = held()
    command = [sys.executable, "-c", FRESH, json.dumps(VERSIONS), *arguments]
    subprocess.run(command, check=True, env={**os.environ, "XDG_CACHE_HOME": str(records / "cache")})
    return len(before) == 4 and held() == before


def cut(path, kept=0.5):
    """Cut a file off in the middle, within a line."""
    content = path.read_bytes()
    size = content.index(b"\n", int(len(content) * kept)) - 20
    assert 0 < content[:size].count(b"\n") < content.count(b"\n") - 1
    path.write_bytes(content[:size])


def outcome(path, *, trained=False):
    """What a summary says apart from seconds, version and what was not told then: later fields, the column of a table.

    Of test metrics that took training, only their names.
    """
    summary = json.loads(path.read_text())
    for one in summary if isinstance(summary, list) else [summary]:
        del one["seconds"], one["version"]
        one.pop("check", None)
        one["notes"] = [note for note in one["notes"] if not note.startswith("Architectures: column")]
        for task in one["tasks"].values():
            task.pop("listed", None)
            if task["best"] is not None:
                task["best"].pop("source_task", None)
            if trained:
                task["best"]["report"] = list(task["best"]["report"])
    return summary


def cut_off(run):
    """Take a run back to what it was in the middle."""
    cut(run / "trials.jsonl")
    (run / "summary.json").unlink()


def same(run, then, *, trained=False):
    """Whether a run came to the recorded end."""
    files = all((run / name).read_bytes() == (then / name).read_bytes() for name in ("trials.jsonl", "config.json"))
    ends = [outcome(path / "summary.json", trained=trained) for path in (run, then)]
    return files and ends[0] == ends[1]


@pytest.mark.parametrize("name", ["run", "training", "supernet"])
def test_a_run_cut_off_in_the_middle_goes_on(name, records, command):
    cut_off(records / name)
    assert command("run", *RUNS[name], "--out", name, "--quiet") == 0
    assert same(records / name, RECORDS / name, trained=name != "run")


@pytest.mark.parametrize("name", ["cached", "proxied"])
def test_a_run_that_goes_on_reads_what_was_cached(name, records):
    cut_off(records / name)
    assert untouched(records, "run", *RUNS[name], "--out", name, "--quiet")
    assert same(records / name, RECORDS / name)


def test_a_finished_run_is_shown_again(records, command, capsys):
    run = records / "run"
    assert command("run", *RUNS["run"], "--out", run, "--json") == 0
    assert json.loads(capsys.readouterr().out) == json.loads((RECORDS / "run" / "summary.json").read_text())
    for path in (RECORDS / "run").iterdir():
        assert (run / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    "changed", [["--budget", "13", *EARLY], [*RUNS["run"], "--transfer", "none"], ["--budget", "12"]]
)
def test_a_run_of_another_configuration_is_still_refused(changed, records, command, capsys):
    assert command("run", *changed, "--out", records / "run", "--quiet") == 2
    assert "holds a run with another configuration" in capsys.readouterr().err


def test_repeats_of_which_one_was_cut_off_go_on(records, command):
    run, then = records / "repeats", RECORDS / "repeats"
    cut_off(run / "seed-1")
    (run / "summary.json").unlink()
    assert command("run", *REPEATS, "--out", run, "--quiet") == 0
    for seed in ("seed-0", "seed-1"):
        assert same(run / seed, then / seed)
    assert (run / "seed-0" / "summary.json").read_bytes() == (then / "seed-0" / "summary.json").read_bytes()
    assert (run / "config.json").read_bytes() == (then / "config.json").read_bytes()
    assert outcome(run / "summary.json") == outcome(then / "summary.json")


class TestSweep:
    """A sweep of every method, of which some runs were finished."""

    @pytest.fixture(autouse=True)
    def _same_version(self):
        if ktnas.__version__ != VERSIONS["ktnas"]:
            pytest.skip("another version runs a sweep again (docs/sweep.md)")

    @staticmethod
    def runs(path):
        """The lines of a record of runs, without what differs between any two."""
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        return [
            {key: value for key, value in line.items() if key not in {"wall_s", "cpu_s", "code", "check"}}
            for line in lines
        ]

    def test_cut_off_in_the_middle_it_runs_what_is_missing(self, records, command, capsys):
        then, now = RECORDS / "sweep" / "runs.jsonl", records / "sweep" / "runs.jsonl"
        cut(now, 0.7)
        whole = now.read_bytes().count(b"\n")
        assert command("sweep", "plan.toml", "--jobs", "1", "--quiet", "--out", "sweep") == 0
        total = len(self.runs(then))
        assert f"{total} runs, {whole} of them found finished" in capsys.readouterr().out
        assert now.read_bytes().splitlines()[:whole] == then.read_bytes().splitlines()[:whole]
        assert self.runs(now) == self.runs(then)

    def test_finished_it_repeats_nothing(self, records, command, capsys):
        assert command("sweep", "plan.toml", "--jobs", "1", "--quiet", "--out", "sweep") == 0
        assert "20 runs, 20 of them found finished" in capsys.readouterr().out
        assert (records / "sweep" / "runs.jsonl").read_bytes() == (RECORDS / "sweep" / "runs.jsonl").read_bytes()
        assert '"ktnas.' not in (records / "sweep" / "sweep.json").read_text()

    def test_run_anew_it_comes_to_the_same_with_what_was_cached(self, records):
        (records / "sweep" / "runs.jsonl").unlink()
        assert untouched(records, "sweep", "plan.toml", "--jobs", "1", "--quiet", "--out", "sweep")
        assert self.runs(records / "sweep" / "runs.jsonl") == self.runs(RECORDS / "sweep" / "runs.jsonl")


def test_records_are_compared(records, command, capsys):
    assert command("compare", "sweep", "repeats", "run", "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    random = "ktnas, transfer RandomTransfer"  # what the repeats had: by what differs from the sweep's
    named = {"ktnas, transfer TransferRank", random, "ktnas-paper", "mfea2", "transfer, transfer none"}
    assert named <= {row["arm"] for row in rows}
