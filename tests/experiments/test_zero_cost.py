import csv
import json
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).parents[2] / "experiments"
pytestmark = [pytest.mark.table("nasbench201", "transnas101-micro")]


@pytest.fixture
def script(monkeypatch):
    """Load a script, or run it, as ``python experiments/<name>.py`` does."""
    monkeypatch.syspath_prepend(FOLDER)

    def load(name, *arguments):
        monkeypatch.setattr(sys, "argv", [f"{name}.py", *map(str, arguments)])
        return runpy.run_path(str(FOLDER / f"{name}.py"), run_name="__main__" if arguments else "loaded")

    return load


class Fitness:
    """A proxy that knows the answer, or its opposite; minus infinity for the worst cell."""

    name = "fitness"

    def __init__(self, benchmark, sign):
        self.rows = {genotype: row for row, genotype in enumerate(benchmark.genotypes)}
        self.benchmark, self.sign = benchmark, sign

    def scores(self, space, task, genotypes):
        fitness = self.benchmark.record(task).fitness[[self.rows[g] for g in genotypes]] * self.sign
        return np.where(fitness == fitness.min(), -np.inf, fitness)


@pytest.mark.parametrize("sign", [1, -1])
def test_agreement_of_a_proxy_that_knows(sign, script, nasbench201):
    agreements = script("zero_cost")["agreements"]
    rows = range(0, 15_625, 100)
    for found in agreements(nasbench201, Fitness(nasbench201, sign), rows, "-", 0):
        assert found.spearman == pytest.approx(sign)
        assert found.kendall == pytest.approx(sign)
        assert found.test * sign > 0.9
        assert (found.cells, found.best_rank) == (157, None)


def test_rank_of_the_best(script, nasbench201):
    agreements = script("zero_cost")["agreements"]
    rows = range(15_625)
    assert {one.best_rank for one in agreements(nasbench201, Fitness(nasbench201, 1), rows, "-", 0)} == {1}


def test_smoke(script, tmp_path, capsys):
    script("zero_cost", "--smoke", "--out", tmp_path)
    text = (tmp_path / "zero_cost.md").read_text()
    assert capsys.readouterr().out.strip() in text
    with (tmp_path / "zero_cost.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["proxy"] for row in rows} == {
        *("parameters", "synflow", "flops", "naswot", "jacob_cov", "snip", "grasp"),
    }
    assert all(-1 <= float(row["spearman"]) <= 1 for row in rows)
    told = json.loads((tmp_path / "zero_cost.json").read_text())
    assert told["counts"] == {"rank correlations": len(rows)}


def test_search_smoke(script, tmp_path, capsys):
    options = ("--smoke", "--jobs", 1, "--out", tmp_path, "--records", tmp_path / "records")
    script("zero_cost_search", *options)
    text = (tmp_path / "zero_cost_search.md").read_text()
    assert capsys.readouterr().out.strip() in text
    assert "](zero_cost_search-convergence.png)" in text
    with (tmp_path / "zero_cost_search.csv").open(newline="") as stream:
        assert {row["arm"] for row in csv.DictReader(stream)} == {"mtnas, synflow", "ktnas-paper, synflow"}
    files = {path.name: path.read_bytes() for path in tmp_path.glob("zero_cost_search*")}
    script("zero_cost_search", *options)
    assert {path.name: path.read_bytes() for path in tmp_path.glob("zero_cost_search*")} == files


def test_the_page_on_proxies_shows_the_results(script, tmp_path):
    (tmp_path / "zero_cost.md").write_text("what came of it\n")
    page = (FOLDER.parent / "docs" / "zero_cost.md").read_text()
    report = script("report")
    shown = report["renewed"](page, tmp_path, FOLDER.parent / "docs")
    assert "<!-- zero_cost -->\nwhat came of it\n<!-- /zero_cost -->\n" in shown
    assert shown.partition("<!-- ")[0] == page.partition("<!-- ")[0]
    assert shown.rpartition(" -->")[2] == page.rpartition(" -->")[2]
    (tmp_path / "docs").mkdir()
    assert "## Scores of untrained networks\n" in report["page"](tmp_path, tmp_path / "docs")
