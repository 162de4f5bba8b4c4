"""Figures: they are PNGs of a sane size, and say the same each time. How they look is judged by eye."""

import math
import struct
import sys
import warnings

import numpy as np
import pytest

from ktnas.problem.task import Task
from ktnas.records.run_directory import RunDirectory
from ktnas.report.figures.architecture import _colours, architecture, cells
from ktnas.report.figures.convergence import TaskCurves, convergence
from ktnas.report.figures.writing import write_figures
from ktnas.spaces.categorical import Categorical
from ktnas.spaces.darts import DARTS, EMT_NAS
from ktnas.spaces.graph import OperationGraph
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.spaces.nasbench_graph import NASBenchGraph
from ktnas.spaces.operators import sample_distinct
from ktnas.spaces.transnas_macro import TransNASMacro

CELL = OperationGraph(("input", "conv", "skip", "output"), ((0, 1), (0, 2), (1, 3), (2, 3)))


def size(png):
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", png[16:24])


def trajectory(name="cifar10", curves=((1.0, 2.0, 2.0),), optimum=3.0, **task):
    return TaskCurves(Task(name, "validation accuracy", "%", **task), curves, optimum)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 9])
def test_panels_for_any_number_of_tasks(count):
    width, height = size(convergence([trajectory(f"task {i}") for i in range(count)], "title"))
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
@pytest.mark.parametrize(("optimum", "minimize"), [(None, False), (None, True), (5.0, False), (5.0, True)])
def test_courses_at_the_edge(curves, optimum, minimize):
    size(convergence([trajectory(curves=curves, optimum=optimum, minimize=minimize)], "title"))


@pytest.mark.parametrize("text", ["a $x_1$ and $", "100 % of #1 \\frac", "名前", "_" * 300])
def test_names_are_not_read_as_formulae(text):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        size(convergence([trajectory(text)], text))
        size(architecture(OperationGraph(("input", text, "output"), ((0, 1), (1, 2))), text, text))


def test_a_figure_is_the_same_every_time():
    assert convergence([trajectory()], "title") == convergence([trajectory()], "title")
    assert architecture(CELL, "title", "caption") == architecture(CELL, "title", "caption")


def test_a_drawing_grows_with_its_graph():
    chain = OperationGraph(("input", *["conv"] * 9, "output"), tuple((i, i + 1) for i in range(10)))
    assert size(architecture(chain, "t"))[0] > 2 * size(architecture(CELL, "t"))[0]
    unconnected = OperationGraph(("input", "output"), ())
    width, height = size(architecture(unconnected, "t", "c" * 1000))
    assert math.prod((width, height)) < 2_000_000


def test_pyplot_is_not_needed(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    size(convergence([trajectory()], "title"))


class TestCells:
    @pytest.mark.slow
    @pytest.mark.parametrize("space", [DARTS(), EMT_NAS], ids=lambda space: space.name)
    def test_two_cells_are_two_panels(self, space):
        for genotype in sample_distinct(space, 20, np.random.default_rng(7)):
            graph = space.graph(genotype)
            found = dict(cells(graph))
            if graph.is_connected:
                assert set(found) <= {"normal", "reduce"}
                inner = [name for name in graph.operations if name not in ("input", "output")]
                drawn = [f"{cell}:{name}" for cell, part in found.items() for name in part.operations]
                assert sorted(drawn) == sorted(inner)
                assert sum(len(part.edges) for part in found.values()) == sum(
                    "input" not in ends and "output" not in ends
                    for ends in ((graph.operations[a], graph.operations[b]) for a, b in graph.edges)
                )
            size(architecture(graph, "title", space.format(genotype)))

    def test_a_narrow_page_holds_both(self):
        (genotype,) = sample_distinct(DARTS(), 1, np.random.default_rng(0))
        width, height = size(architecture(DARTS().graph(genotype), ""))
        assert width < 2.5 * height

    @pytest.mark.parametrize(
        "space", [DARTS(), EMT_NAS, NASBench201(), TransNASMacro(), NASBenchGraph(), Categorical((9,) * 9)]
    )
    def test_operations_that_differ_get_colours_that_differ(self, space):
        drawn = sample_distinct(space, 30, np.random.default_rng(1))
        names = {name for genotype in drawn for name in space.graph(genotype).operations}
        colours = _colours(names)
        assert len(set(colours.values())) == len({name.rpartition(":")[2] for name in names - {"input", "output"}})


def test_what_cannot_be_drawn_is_a_note_and_the_rest_is_written(tmp_path):
    def broken():
        raise OverflowError("limits")

    missing = write_figures(RunDirectory(tmp_path), {"a.png": broken, "b.png": lambda: b"png", "no/c.png": lambda: b""})
    assert missing["a.png"] == "a.png could not be drawn (OverflowError: limits)"
    assert "no/c.png" in missing["no/c.png"]
    assert [path.name for path in tmp_path.iterdir()] == ["b.png"]
