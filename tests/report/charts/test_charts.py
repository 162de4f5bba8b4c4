import math

import numpy as np

from ktnas.problem.task import Task
from ktnas.report.charts.beliefs import rank_correlation
from ktnas.report.charts.cells import BestCell, cell_charts, shared_operations
from ktnas.report.charts.convergence import Incumbents, convergence_chart
from ktnas.report.charts.curves import stairs
from ktnas.report.charts.landscape import two_dimensions
from ktnas.report.charts.transfers import Moved, Offer, transfer_chart, transfer_rows
from ktnas.spaces.graph import OperationGraph

FIRST = OperationGraph(("input", "conv", "pool", "output"), ((0, 1), (1, 2), (2, 3)))
SECOND = OperationGraph(("input", "conv", "conv", "output"), ((0, 1), (1, 2), (2, 3)))


def layers(chart, mark):
    return [layer for layer in chart.plain()["layers"] if layer["mark"] == mark]


def test_one_run_is_a_line_and_several_their_median_with_a_band():
    task = Task("t", "loss", minimize=True)
    one = convergence_chart(Incumbents(task, ((None, -2.0, -1.0),), (), -0.5))
    (line,) = layers(one, "line")
    assert (line["x"], line["y"]) == ([1, 2, 2, 3, 3], [None, 2.0, 2.0, 2.0, 1.0]) or line["y"][-1] == 1.0
    assert layers(one, "rule")[0]["value"] == 0.5
    several = convergence_chart(Incumbents(task, ((-3.0, -2.0), (-1.0,), (-2.0, -2.0)), ((-4.0, -4.0),)))
    assert len(layers(several, "band")) == len(layers(several, "lines")) == 1
    assert layers(several, "line")[-1]["y"][-1] == 2.0
    assert "1.0000 to 2.0000 in 3 runs" in several.about


def test_stairs_have_no_nan_and_keep_the_last_value():
    found = stairs([math.nan, 1.0, 1.0, 2.0])
    assert found.y == (None, 1.0, 1.0, 2.0)
    assert found.x == (1, 2, 4, 4)


def test_what_the_other_cell_has_otherwise_is_marked():
    first, second = cell_charts([BestCell("a", "1", "A", FIRST), BestCell("b", "2", "B", SECOND)])
    assert layers(first, "boxes")[0]["marked"] == [False, False, True, False]
    assert layers(second, "boxes")[0]["text"] == ["input", "conv", "conv", "output"]
    assert "Not in the best of the other tasks: pool" in first.about
    assert shared_operations(FIRST, SECOND) == 1
    (alone,) = cell_charts([BestCell("a", "1", "A", FIRST)])
    assert not any(layers(alone, "boxes")[0]["marked"])


def test_transfers_are_stacked_and_counted():
    moved = [Moved("a", "b", 1, positive=1, negative=2), Moved("a", "b", 2, unjudged=1)]
    offers = [Offer("a", "b", 1, 5, 4), Offer("b", "a", 1, 3, 0)]
    chart = transfer_chart("b", moved, offers)
    bars = {bar["label"]: (bar["base"], bar["top"]) for bar in layers(chart, "bars")}
    assert bars == {"positive": ([0.0], [1.0]), "negative": ([1.0], [3.0]), "not judged": ([0.0], [1.0])}
    assert transfer_rows(moved, offers) == [["a", "b", 5, 4, 4, 1, 2, 1], ["b", "a", 3, 0, 0, 0, 0, 0]]
    assert transfer_rows(moved, ()) == [["a", "b", None, None, 4, 1, 2, 1]]


def test_a_thousand_generations_share_columns():
    chart = transfer_chart("b", [Moved("a", "b", i, negative=1) for i in range(1000)], ())
    (bars,) = layers(chart, "bars")
    assert len(bars["at"]) <= 60
    assert sum(top - base for top, base in zip(bars["top"], bars["base"], strict=True)) == 1000


def test_two_dimensions_have_fixed_signs_and_hold_the_variance():
    vectors = np.random.default_rng(0).normal(size=(30, 5)) * [9, 4, 0.1, 0.1, 0.1]
    places, share = two_dimensions(vectors)
    assert share > 0.99
    assert np.abs(np.corrcoef(places[:, 0], vectors[:, 0])[0, 1]) > 0.98
    np.testing.assert_array_equal(two_dimensions(vectors.copy())[0], places)
    assert two_dimensions(np.ones((4, 3)))[1] == 0.0
    assert two_dimensions(np.ones((4, 1)))[0].shape == (4, 2)


def test_rank_correlation():
    assert rank_correlation([1.0, 2.0], [1.0, 2.0]) is None
    assert rank_correlation([1.0, 1.0, 1.0], [1.0, 2.0, 3.0]) is None
    assert rank_correlation([1.0, 2.0, 2.0, 3.0], [3.0, 2.0, 2.0, 1.0]) == -1.0
