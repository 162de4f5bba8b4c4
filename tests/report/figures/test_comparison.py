"""Figures of comparisons: they are PNGs of a sane size. How they look is judged by eye."""

import io
import struct

import numpy as np
import pytest
from matplotlib.image import imread

from ktnas.errors import ConfigurationError
from ktnas.records.sweep_log import RunRecord
from ktnas.records.trajectory import Step, Trajectory
from ktnas.report import comparison_figures
from ktnas.report.figures.bands import Line, Panel, bands, coinciding
from ktnas.report.figures.comparison import Cloud, Matrix, clouds, matrices, rank_diagram
from ktnas.report.figures.style import COLOURS
from ktnas.report.statistics import mean_ranks


def size(png):
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", png[16:24])


def end_of_the_top(png):
    """Where, in pixels, the right end of the highest horizontal line is."""
    blue = np.array([0x25, 0x63, 0xEB]) / 255
    image = imread(io.BytesIO(png))[..., :3]
    rows, columns = np.nonzero(np.abs(image - blue).max(axis=2) < 0.02)
    return columns[rows <= rows.min() + 1].max()


def line(name, values=(3.0, 2.0, 1.0)):
    middle = np.array(values)
    return Line(name, np.arange(1.0, 1 + len(middle)), middle, middle * 0.9, middle * 1.1)


class TestBands:
    @pytest.mark.parametrize(
        ("count", "logarithmic"), [(1, False), (1, True), (2, False), (3, True), (4, False), (7, True)]
    )
    def test_panels(self, count, logarithmic):
        panels = [Panel(f"task {i}", "rank", (line("a"), line("b")), logarithmic) for i in range(count)]
        width, height = size(bands(panels, "title"))
        assert 500 < width < 1400
        assert 300 < height < 1400

    def test_more_arms_than_colours_and_names_of_any_length(self):
        lines = tuple(line(f"an arm with quite a long name, number {i}") for i in range(len(COLOURS) + 4))
        width, _ = size(bands([Panel("t", "rank", lines)], "a title " * 30))
        assert width < 1400

    def test_a_logarithmic_scale_gives_the_beginning_room(self):
        # A step early in a long trajectory moves nothing to speak of on a linear scale, and a lot on a logarithmic one.
        x = np.arange(1.0, 3001.0)
        trajectory = Line("a", x, np.where(x < 30, 2.0, 1.0), np.ones(3000), np.ones(3000))
        panel = Panel("t", "rank", (trajectory,))
        linear, logarithmic = (end_of_the_top(bands([panel], "", logarithmic_x=scale)) for scale in (False, True))
        assert logarithmic > linear + 100

    def test_nothing_to_draw(self):
        size(bands([Panel("t", "rank", ()), Panel("u", "rank", (line("a", (np.nan, np.nan)),))], "title", steps=False))

    def test_twice_the_same(self):
        panels = [Panel("t", "rank", (line("a"),))]
        assert bands(panels, "title") == bands(panels, "title")


class TestClouds:
    @pytest.mark.parametrize("count", [1, 3, 4])
    def test_beside_one_another(self, count):
        points = np.arange(5.0)
        parts = [Cloud(f"cloud {i}", points, points**2, "below", "beside") for i in range(count)]
        width, height = size(clouds(parts, "title"))
        assert 400 < width < 1400
        assert 300 < height < 1000


class TestMatrices:
    def test_beside_one_another(self):
        values = np.array([[np.nan, 1.2, -2.0], [0.0, np.nan, 2.0]])
        one = Matrix(values, ("r1", "r2"), ("c1", "c2", "c3"), "one", 2.0, marked=np.abs(values) > 1)
        narrow, _ = size(matrices([one], "title"))
        wide, _ = size(matrices([one, one, one], "title", row_label="source", column_label="target"))
        assert narrow < wide


class TestDiagram:
    @pytest.fixture
    def ranks(self):
        return mean_ranks(["x", "y", "z"], np.array([[1.0, 2.0, 3.0], [1.0, 3.0, 2.0], [2.0, 1.0, 3.0]]))

    def test_drawn(self, ranks):
        width, height = size(rank_diagram(ranks, "title"))
        assert width > height > 100

    def test_the_order_of_a_set_of_names_changes_no_pixel(self, ranks, monkeypatch):
        """It is another one in every process."""
        from scikit_posthocs import _plotting

        drawn = []
        for bar in (["x", "y", "z"], ["y", "x", "z"], ["z", "y", "x"]):
            monkeypatch.setattr(_plotting, "_find_maximal_cliques", lambda _, bar=bar: [bar])
            drawn.append(rank_diagram(ranks, "title"))
        assert drawn[0] == drawn[1] == drawn[2]

    def test_says_what_to_install(self, ranks, monkeypatch):
        monkeypatch.setitem(__import__("sys").modules, "scikit_posthocs", None)
        with pytest.raises(ConfigurationError, match=r"ktnas\[stats\]"):
            rank_diagram(ranks, "title")


def share(png, colour):
    """Share of the pixels that are of a colour."""
    wanted = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return float((np.abs(imread(io.BytesIO(png))[..., :3] - wanted).max(axis=2) < 0.02).mean())


class TestOneColourPerArm:
    def test_an_order_of_colours_holds_in_every_figure(self):
        alone = bands([Panel("t", "rank", (line("b"),))], "", arms=("a", "b", "c"))
        assert share(alone, COLOURS[1]) > 0
        assert share(alone, COLOURS[0]) == share(alone, COLOURS[2]) == 0
        ranks = mean_ranks(["c", "b", "a"], np.array([[1.0, 2.0, 3.0]] * 12))
        ordered, plain = (rank_diagram(ranks, "", arms=arms) for arms in (("a", "b", "c"), ()))
        assert ordered != plain

    def test_arms_that_were_not_ordered_follow(self):
        figure = bands([Panel("t", "rank", (line("new"), line("a", (9.0, 8.0, 7.0))))], "", arms=("a",))
        assert share(figure, COLOURS[1]) > 0
        assert share(figure, COLOURS[0]) > 0

    def test_a_comparison_orders_its_colours_by_all_of_its_arms(self, monkeypatch):
        tasks = {"t": Trajectory("task", "m", "", False, None, 4, 0, 0, (Step(1, 1.0, None),), ())}
        records = [RunRecord(arm, case, 0, 4, False, tasks) for arm, case in (("a", "x"), ("b", "x"), ("b", "y"))]
        seen = []
        monkeypatch.setattr(comparison_figures, "bands", lambda *_, arms, **__: seen.append(arms))
        for case in ("x", "y"):
            comparison_figures.convergence(records, case)
        assert seen == [("a", "b")] * 2


class TestCoinciding:
    def test_by_hand(self):
        lines = [line("a", (9.0, 5.0, 5.0, 1.0)), line("b", (9.0, 5.0, 4.0)), line("c", (8.0, 5.0, 4.0, 1.0))]
        found = [(s.lines, s.x.tolist(), s.y.tolist()) for s in coinciding(lines, steps=True)]
        assert found == [
            ((0, 1), [1, 2], [9, 9]),
            ((0, 1, 2), [2, 3], [5, 5]),
            ((1, 2), [3, 4], [4, 4]),
        ]
        straight = [(s.lines, s.x.tolist()) for s in coinciding(lines[:2], steps=False)]
        assert straight == [((0, 1), [1, 2])]

    def test_nothing_lies_on_gaps_or_beside(self):
        assert coinciding([line("a", (np.nan, 2.0)), line("b", (np.nan, 3.0))], steps=True) == []

    def test_every_colour_is_seen(self):
        lines = tuple(line(name, (3.0,) * 40) for name in "abcd")
        figure = bands([Panel("t", "rank", lines)], "")
        seen = [share(figure, colour) for colour in COLOURS[:4]]
        assert min(seen) > 0.4 * max(seen)


def test_matrices_share_one_scale():
    def matrix(values, limit):
        return Matrix(np.array(values), ("r",), ("c", "d"), "", limit)

    blue = "#053061"  # the end of the scale
    alone = share(matrices([matrix([[1.0, 1.0]], 1.0)], ""), blue)
    beside = share(matrices([matrix([[1.0, 1.0]], 1.0), matrix([[0.0, 0.0]], 4.0)], ""), blue)
    assert alone > 0.1
    assert 0 < beside < 0.01  # in the colour bar alone
