"""Experiments run in this process, as ``python -m experiments.GROUP.NAME`` runs them; what they write is looked at."""

import csv
import json
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT))  # where the clone is not installed as a path


@pytest.fixture
def run(monkeypatch):
    """Run an experiment by its module below `experiments`."""
    from experiments.machinery import harness

    def started(name, *arguments):
        module = import_module(f"experiments.{name}")
        monkeypatch.setattr(sys, "argv", [module.__file__, *map(str, arguments)])
        harness.start(module.main)

    return started


@dataclass(frozen=True)
class Published:
    """What an experiment has written.

    Attributes:
        rows: Of its CSV file.
        text: Its tables in Markdown.
        told: How they came about.
        shown: What it printed.
        pictures: Names of its drawings.
    """

    rows: list[dict[str, str]]
    text: str
    told: dict[str, object]
    shown: str
    pictures: list[str]


@pytest.fixture
def smoke(run, tmp_path, capsys):
    """Run an experiment with --smoke; again, if its runs are kept, when it must write the same, byte for byte."""

    def published(name, *options, again=True):
        out, stem = tmp_path / "results", name.rpartition(".")[2]
        options = ("--smoke", "--out", out, *options)
        run(name, *options)
        shown = capsys.readouterr().out
        read = Published(
            rows=list(csv.DictReader((out / f"{stem}.csv").read_text().splitlines())),
            text=(out / f"{stem}.md").read_text(),
            told=json.loads((out / f"{stem}.json").read_text()),
            shown=shown,
            pictures=sorted(path.name for path in out.glob(f"{stem}-*.png")),
        )
        assert len(read.rows) > 1
        assert shown.strip() in read.text
        assert read.told["command"] == f"python -m experiments.{name} --smoke"
        assert all(f"]({picture})" in read.text for picture in read.pictures)
        if again:
            files = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
            run(name, *options)
            assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == files
        return read

    return published
