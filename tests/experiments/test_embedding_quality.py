import csv
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest

from ktnas.benchmarks.lookup import load_benchmark
from ktnas.embedding.one_hot import OneHot
from ktnas.surrogate.constant import ConstantPredictor

SCRIPT = Path(__file__).parents[2] / "experiments" / "embedding_quality.py"


@pytest.fixture(scope="module")
def script():
    # Under its own name in sys.modules, where dataclasses look for their module.
    name = "embedding_quality_under_test"
    module = type(sys)(name)
    sys.modules[name] = module
    module.__dict__.update(__file__=str(SCRIPT))
    exec(compile(SCRIPT.read_text(), str(SCRIPT), "exec"), module.__dict__)
    yield module
    del sys.modules[name]


@pytest.mark.table("nasbench-graph")
class TestOnTheTable:
    def test_smoke(self, monkeypatch, tmp_path, capsys):
        monkeypatch.setattr(sys, "argv", [SCRIPT.name, "--smoke", "--out", str(tmp_path / "new")])
        runpy.run_path(str(SCRIPT), run_name="__main__")
        with (tmp_path / "new" / "embedding_quality.csv").open(newline="") as stream:
            rows = list(csv.DictReader(stream))
        assert {row["embedding"] for row in rows} >= {"combined", "one-hot"}
        assert all(-1 <= float(row["tau"]) <= 1 for row in rows)
        assert (tmp_path / "new" / "embedding_quality.md").read_text() in capsys.readouterr().out

    def test_draws_do_not_overlap_and_smaller_ones_begin_larger_ones(self, script):
        benchmark = load_benchmark("nasbench-graph", ("proteins",))
        test, train = script.draw(benchmark, 3, (30, 100))
        assert (len(test), len(train)) == (1000, 100)
        assert len(np.unique(np.concatenate([test, train]))) == 1100
        assert script.draw(benchmark, 3, (30,))[1].tolist() == train[:30].tolist()

    def test_a_surrogate_that_knows_nothing_scores_zero(self, script):
        class Constant:
            name = "constant"

            def fit(self, x, y, rng):
                return ConstantPredictor(0.0, 1.0)

        benchmark = load_benchmark("nasbench-graph", ("proteins",))
        scores = script.score(benchmark, "one-hot", OneHot(), surrogates=[Constant()], seeds=[0], sizes=(30,))
        assert [(s.tau, s.task, s.trained, s.draws) for s in scores] == [(0.0, "proteins", 30, 1)]


def test_markdown_weighs_benchmarks_the_same(script):
    scores = [
        script.Score("e", "s", "one", "a", 30, 0.2, 1),
        script.Score("e", "s", "one", "b", 30, 0.4, 1),
        script.Score("e", "s", "two", "c", 30, 0.7, 1),
    ]
    assert script.markdown(scores).splitlines()[-1] == "| e | s | .300 | .700 | **.500** |"


def test_documentation_shows_the_results():
    results = (SCRIPT.parent / "results" / "embedding_quality.md").read_text().replace("## ", "### ").strip()
    assert results in (SCRIPT.parents[1] / "docs" / "embedding.md").read_text()
