"""Figures of comparisons: they are PNGs of a sane size. How they look is judged by eye."""

import io
import struct

import numpy as np
import pytest
from matplotlib.image import imread

from ktnas.errors import ConfigurationError
from ktnas.report.figures.comparison import COLOURS, Cloud, Line, Matrix, Panel, bands, clouds, matrices, rank_diagram
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
    @pytest.mark.parametrize("count", [1, 2, 3, 4, 7])
    @pytest.mark.parametrize("logarithmic", [False, True])
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

    def test_says_what_to_install(self, ranks, monkeypatch):
        monkeypatch.setitem(__import__("sys").modules, "scikit_posthocs", None)
        with pytest.raises(ConfigurationError, match=r"ktnas\[stats\]"):
            rank_diagram(ranks, "title")
