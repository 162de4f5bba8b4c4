import numpy as np
import pytest

from experiments import report
from experiments.parts import embedding_quality
from ktnas.benchmarks.registry import load_benchmark
from ktnas.embedding.one_hot import OneHot
from ktnas.surrogate.constant import ConstantPredictor


@pytest.mark.table("nasbench-graph")
class TestOnTheTable:
    @pytest.mark.slow
    def test_smoke(self, smoke):
        found = smoke("parts.embedding_quality", again=False)
        assert {row["embedding"] for row in found.rows} == {"Weisfeiler-Lehman 1", "one-hot"}
        assert all(-1 <= float(row["tau"]) <= 1 and float(row["std"]) >= 0 for row in found.rows)
        assert (found.told["seeds"], found.told["counts"]) == (2, {"fitted surrogates": 20})
        assert found.told["cpu_s"] > 0
        assert found.told["commit"]

    def test_draws_do_not_overlap_and_smaller_ones_begin_larger_ones(self):
        benchmark = load_benchmark("nasbench-graph", ("proteins",))
        test, train = embedding_quality.draw(benchmark, 3, (30, 100))
        assert (len(test), len(train)) == (1000, 100)
        assert len(np.unique(np.concatenate([test, train]))) == 1100
        assert embedding_quality.draw(benchmark, 3, (30,))[1].tolist() == train[:30].tolist()

    def test_a_surrogate_that_knows_nothing_scores_zero(self):
        class Constant:
            name = "constant"

            def fit(self, x, y, rng):
                return ConstantPredictor(0.0, 1.0)

        benchmark = load_benchmark("nasbench-graph", ("proteins",))
        scores = embedding_quality.score(
            benchmark, "one-hot", OneHot(), surrogates=[Constant()], seeds=[0], sizes=(30,)
        )
        assert [(s.row["tau"], s.task, s.trained, s.taus) for s in scores] == [(0.0, "proteins", 30, (0.0,))]
        assert scores[0].row["std"] is None


def test_markdown_weighs_benchmarks_the_same():
    scores = [
        embedding_quality.Score("e", "s", "one", "a", 30, (0.2, 0.2)),
        embedding_quality.Score("e", "s", "one", "b", 30, (0.4, 0.4)),
        embedding_quality.Score("e", "s", "two", "c", 30, (0.7, 0.7)),
    ]
    cells = [cell.strip() for cell in embedding_quality.markdown(scores).splitlines()[-1].split("|")[1:-1]]
    assert cells == ["e", "s", ".300", ".700", "**.500**", ".500 to .500", "-"]


def test_differences_are_paired_by_draw():
    # The second row is .1 worse in each draw, which is certain though the draws differ by more; the third in one only.
    scores = [
        embedding_quality.Score("first", "s", "one", "a", 30, (0.2, 0.8)),
        embedding_quality.Score("second", "s", "one", "a", 30, (0.1, 0.7)),
        embedding_quality.Score("third", "s", "one", "a", 30, (0.1, 0.8)),
    ]
    last = [line.split("|")[-2].strip() for line in embedding_quality.markdown(scores).splitlines()[-3:]]
    assert last == ["-", "-.100", "(-.050)"]


def test_intervals_resample_draws_not_tasks():
    draws = [np.array([[0.1, 0.5], [0.3, 0.5]])]
    low, high = embedding_quality.mean_interval(draws)
    assert (low.tolist(), high.tolist()) == ([0.1, 0.5], [0.3, 0.5])
    scores = [embedding_quality.Score("e", "s", "one", task, 30, (0.2, 0.4)) for task in "ab"]
    assert [d.ravel().tolist() for d in embedding_quality.by_draw(scores)] == [pytest.approx([0.2, 0.4])]


def test_documentation_shows_the_results():
    results = (report.RESULTS / "embedding_quality.md").read_text().strip().replace("### ", "## ")
    assert results in (report.TARGET / "embedding_quality.md").read_text()
