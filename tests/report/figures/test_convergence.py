"""Figures: they are PNGs of a sane size, and say the same each time. How they look is judged by eye."""

import math
import struct
import sys
import warnings

import pytest

from ktnas.problem.task import Task
from ktnas.report.figures.architecture import architecture
from ktnas.report.figures.convergence import Course, convergence
from ktnas.spaces.graph import OperationGraph

CELL = OperationGraph(("input", "conv", "skip", "output"), ((0, 1), (0, 2), (1, 3), (2, 3)))


def size(png):
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", png[16:24])


def course(name="cifar10", curves=((1.0, 2.0, 2.0),), optimum=3.0, **task):
    return Course(Task(name, "validation accuracy", "%", **task), curves, optimum)


@pytest.mark.parametrize("count", range(1, 10))
def test_panels_for_any_number_of_tasks(count):
    width, height = size(convergence([course(f"task {i}") for i in range(count)], "title"))
    assert 400 < width < 1400
    assert 200 < height < 1400


@pytest.mark.parametrize(
    "curves",
    [
        ((None, None),),  # all failed
        ((),),  # nothing evaluated
        ((5.0,),),  # one evaluation
        ((1.0, 1.0, 1.0),),  # all the same
        ((-1.7e308, 0.4), (-1.6e308, -1.6e308), (1.7e308, 1.7e308)),  # what stands for a diverged training
        ((1.0, 2.0), (None, 3.0, 4.0), ()),  # runs of different length
    ],
)
@pytest.mark.parametrize("optimum", [None, 5.0])
@pytest.mark.parametrize("minimize", [False, True])
def test_courses_at_the_edge(curves, optimum, minimize):
    size(convergence([course(curves=curves, optimum=optimum, minimize=minimize)], "title"))


@pytest.mark.parametrize("text", ["a $x_1$ and $", "100 % of #1 \\frac", "名前", "_" * 300])
def test_names_are_not_read_as_formulae(text):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        size(convergence([course(text)], text))
        size(architecture(OperationGraph(("input", text, "output"), ((0, 1), (1, 2))), text, text))


def test_a_figure_is_the_same_every_time():
    assert convergence([course()], "title") == convergence([course()], "title")
    assert architecture(CELL, "title", "caption") == architecture(CELL, "title", "caption")


def test_a_drawing_grows_with_its_graph():
    chain = OperationGraph(("input", *["conv"] * 9, "output"), tuple((i, i + 1) for i in range(10)))
    assert size(architecture(chain, "t"))[0] > 2 * size(architecture(CELL, "t"))[0]
    unconnected = OperationGraph(("input", "output"), ())
    width, height = size(architecture(unconnected, "t", "c" * 1000))
    assert math.prod((width, height)) < 2_000_000


def test_pyplot_is_not_needed(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    size(convergence([course()], "title"))
