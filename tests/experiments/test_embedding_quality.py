import csv
import json
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest

from ktnas.benchmarks.registry import load_benchmark
from ktnas.embedding.one_hot import OneHot
from ktnas.surrogate.constant import ConstantPredictor

SCRIPT = Path(__file__).parents[2] / "experiments" / "embedding_quality.py"


@pytest.fixture(scope="module")
def script():
    sys.path.insert(0, str(SCRIPT.parent))  # its neighbours
    # Under its own name in sys.modules, where dataclasses look for their module.
    name = "embedding_quality_under_test"
    module = type(sys)(name)
    sys.modules[name] = module
    module.__dict__.update(__file__=str(SCRIPT))
    exec(compile(SCRIPT.read_text(), str(SCRIPT), "exec"), module.__dict__)
    yield module
    del sys.modules[name]
    sys.path.remove(str(SCRIPT.parent))


@pytest.mark.table("nasbench-graph")
class TestOnTheTable:
    def test_smoke(self, script, monkeypatch, tmp_path, capsys):
        monkeypatch.setattr(sys, "argv", [SCRIPT.name, "--smoke", "--out", str(tmp_path / "new")])
        runpy.run_path(str(SCRIPT), run_name="__main__")
        with (tmp_path / "new" / "embedding_quality.csv").open(newline="") as stream:
            rows = list(csv.DictReader(stream))
        assert {row["embedding"] for row in rows} >= {"combined", "one-hot"}
        assert all(-1 <= float(row["tau"]) <= 1 and float(row["std"]) >= 0 for row in rows)
        told = json.loads((tmp_path / "new" / "embedding_quality.json").read_text())
        assert (told["seeds"], told["counts"]) == (2, {"fitted surrogates": 40})
        assert told["cpu_s"] > 0
        assert told["commit"]
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
        assert [(s.row["tau"], s.task, s.trained, s.taus) for s in scores] == [(0.0, "proteins", 30, (0.0,))]
        assert scores[0].row["std"] is None


def test_markdown_weighs_benchmarks_the_same(script):
    scores = [
        script.Score("e", "s", "one", "a", 30, (0.2, 0.2)),
        script.Score("e", "s", "one", "b", 30, (0.4, 0.4)),
        script.Score("e", "s", "two", "c", 30, (0.7, 0.7)),
    ]
    cells = [cell.strip() for cell in script.markdown(scores).splitlines()[-1].split("|")[1:-1]]
    assert cells == ["e", "s", ".300", ".700", "**.500**", ".500 to .500", "-"]


def test_differences_are_paired_by_draw(script):
    # The second row is .1 worse in each draw, which is certain though the draws differ by more; the third in one only.
    scores = [
        script.Score("first", "s", "one", "a", 30, (0.2, 0.8)),
        script.Score("second", "s", "one", "a", 30, (0.1, 0.7)),
        script.Score("third", "s", "one", "a", 30, (0.1, 0.8)),
    ]
    last = [line.split("|")[-2].strip() for line in script.markdown(scores).splitlines()[-3:]]
    assert last == ["-", "-.100", "(-.050)"]


def test_intervals_resample_draws_not_tasks(script):
    draws = [np.array([[0.1, 0.5], [0.3, 0.5]])]
    low, high = script.mean_interval(draws)
    assert (low.tolist(), high.tolist()) == ([0.1, 0.5], [0.3, 0.5])
    scores = [script.Score("e", "s", "one", task, 30, (0.2, 0.4)) for task in "ab"]
    assert [d.ravel().tolist() for d in script.by_draw(scores)] == [pytest.approx([0.2, 0.4])]


def test_documentation_shows_the_results():
    results = (SCRIPT.parent / "results" / "embedding_quality.md").read_text().strip()
    assert results in (SCRIPT.parents[1] / "docs" / "embedding.md").read_text()
