import csv
import io
import struct
import sys
from dataclasses import replace

import numpy as np
import pytest

from ktnas.errors import ConfigurationError
from ktnas.records.run_directory import RunDirectory
from ktnas.records.sweep_log import RunRecord
from ktnas.records.trajectory import Step, Trajectory
from ktnas.report import comparison_figures
from ktnas.report.comparison import compare
from ktnas.report.comparison_figures import LONG, convergence, curve, trajectory_panel
from ktnas.report.comparison_files import Written, write_comparison
from ktnas.report.markdown import csv_text, markdown, markdown_table, ranks_markdown, rows
from ktnas.report.statistics import mean_ranks


def trajectory(*steps, minimize=False, evaluations=6):
    return Trajectory("task", "loss", "bit", minimize, 9.0, evaluations, 0, 0, tuple(Step(*s) for s in steps), ())


def run(arm, seed, rank, *, until_best=False, tasks=("t", "u")):
    steps = ((1, 1.0, 50), (4, 10.0 - rank, rank))
    return RunRecord(arm, "a case", seed, 6, until_best, {task: trajectory(*steps) for task in tasks})


RUNS = [run(arm, seed, 1 + (seed + i * 3) % 7) for i, arm in enumerate(("a", "b | c")) for seed in range(7)]


class TestMarkdown:
    def test_both_tables(self):
        text = markdown(compare(RUNS)[0])
        assert text.startswith("### a case\n")
        assert "After 6 evaluations per task, true rank of the best architecture found" in text
        assert "of 7 runs" in text
        first, second = (block for block in text.split("\n\n") if block.startswith("|"))
        assert [line.split(" | ")[0].strip("| ") for line in first.splitlines()[2:]] == ["a", r"b \| c"]
        assert "4 [2.571, 5.429] / 4" in first
        assert second.count("not significant") == 3

    def test_lines_are_aligned(self):
        for block in markdown(compare(RUNS)[0]).split("\n\n"):
            if block.startswith("|"):
                assert len({len(line) for line in block.strip().splitlines()}) == 1

    def test_one_arm_is_compared_with_nothing(self):
        text = markdown(compare(RUNS[:7])[0])
        assert "Wilcoxon" not in text
        assert "7 runs" in text

    def test_lower_bounds_are_marked(self):
        runs = [run("a", seed, 1 + seed % 2, until_best=True) for seed in range(4)]
        text = markdown(compare(runs)[0])
        assert ">= 10 / 10 (50 %)" in text
        found = markdown(compare([run("a", seed, 1, until_best=True) for seed in range(4)])[0])
        assert "| a   | 8 / 8" in found

    def test_mean_ranks(self):
        ranks = mean_ranks(["x", "y", "z"], np.array([[1.0, 2.0, 3.0]] * 12))
        lines = ranks_markdown(ranks).splitlines()
        assert lines[0] == "### Mean ranks over 12 tasks"
        assert [line.split("|")[1:4] for line in lines[4:7]] == [
            [" x   ", " 1.00      ", " -                        "],
            [" y   ", " 2.00      ", " x                        "],
            [" z   ", " 3.00      ", " x; y                     "],
        ]


class TestRows:
    def test_one_per_arm_and_task(self):
        found = rows(compare(RUNS))
        assert [(row["arm"], row["task"]) for row in found] == [
            (arm, task) for arm in ("a", "b | c") for task in ("all tasks", "t", "u")
        ]
        assert found[0]["baseline"] is None
        assert (found[4]["baseline"], found[4]["runs"], found[4]["measure"]) == ("a", 7, "rank of the best found")
        assert found[4]["difference_low"] <= found[4]["difference"] <= found[4]["difference_high"]

    def test_csv(self):
        text = csv_text(rows(compare(RUNS)))
        assert "\r" not in text
        first, *_, last = csv.DictReader(io.StringIO(text))
        assert (first["mean"], first["effect"], first["found"]) == ("4", "", "")
        assert last["arm"] == "b | c"
        assert float(last["low"]) < float(last["mean"]) < float(last["high"])

    def test_numbers_have_six_digits(self):
        assert csv_text([{"a": 1 / 3, "b": None, "c": "x,y", "d": 1234567}]) == 'a,b,c,d\n0.333333,,"x,y",1234567\n'


class TestCurves:
    def test_best_so_far(self):
        found = curve(trajectory((2, 5.0, 30), (5, 7.0, 2)), 6, by_rank=True)
        np.testing.assert_array_equal(found, [np.nan, 30, 30, 30, 2, 2])
        metric = curve(trajectory((2, -5.0, 30), (5, -3.0, 2), minimize=True), 6, by_rank=False)
        np.testing.assert_array_equal(metric, [np.nan, 5, 5, 5, 3, 3])

    def test_a_run_that_ended_early_keeps_its_last(self):
        found = curve(trajectory((1, 5.0, 30), evaluations=2), 5, by_rank=True)
        np.testing.assert_array_equal(found, [30.0] * 5)

    def test_quartiles_over_runs(self):
        runs = {
            "a": {seed: RunRecord("a", "c", seed, 1, False, {"t": trajectory((1, 0.0, seed))}) for seed in range(5)}
        }
        panel = trajectory_panel(runs, "t", by_rank=True)
        (line,) = panel.lines
        assert (line.low[0], line.middle[0], line.high[0]) == (1.0, 2.0, 3.0)
        assert panel.logarithmic
        assert not trajectory_panel(runs, "t", by_rank=False).logarithmic
        assert trajectory_panel(runs, "t", by_rank=False).y_label == "loss (bit)"


class TestWrite:
    def test_files(self, tmp_path):
        comparisons = compare([*RUNS, *(run("d", seed, 2) for seed in range(7))])
        ranks = mean_ranks(["x", "y", "z"], np.array([[1.0, 2.0, 3.0]] * 12))
        place = tmp_path / "new" / "place"
        files = ("comparison.csv", "convergence.png", "mean-ranks.png")
        assert write_comparison(RunDirectory(place), RUNS, comparisons, ranks) == Written(files)
        assert sorted(path.name for path in place.iterdir()) == ["comparison.csv", "convergence.png", "mean-ranks.png"]
        width, height = struct.unpack(">II", (place / "mean-ranks.png").read_bytes()[16:24])
        assert 400 < width < 1400
        assert 100 < height < 900

    def test_a_figure_that_cannot_be_drawn_is_a_note(self, tmp_path, monkeypatch):
        def broken(records, case, form):
            raise FloatingPointError("axes")

        monkeypatch.setattr(comparison_figures, "convergence", broken)
        note = "convergence.png could not be drawn (FloatingPointError: axes)"
        assert write_comparison(RunDirectory(tmp_path), RUNS, compare(RUNS), None) == Written(
            ("comparison.csv",), (note,)
        )
        assert [path.name for path in tmp_path.iterdir()] == ["comparison.csv"]

    def test_a_place_that_cannot_be_written(self, tmp_path):
        (tmp_path / "file").write_text("")
        with pytest.raises(ConfigurationError, match="choose another --out"):
            write_comparison(RunDirectory(tmp_path / "file"), RUNS, compare(RUNS), None)


@pytest.mark.parametrize(("evaluations", "logarithmic"), [(LONG, False), (LONG + 1, True)])
def test_long_courses_are_drawn_over_the_logarithm(monkeypatch, evaluations, logarithmic):
    drawn = []
    monkeypatch.setattr(comparison_figures, "bands", lambda *_, logarithmic_x, arms, form: drawn.append(logarithmic_x))
    longer = trajectory((1, 1.0, 5), evaluations=evaluations)
    convergence([replace(RUNS[0], tasks={"t": longer})], RUNS[0].case)
    assert drawn == [logarithmic]


def test_figures_do_not_start_pyplot():
    assert convergence(RUNS, "a case").startswith(b"\x89PNG")
    assert "matplotlib.pyplot" not in sys.modules or "scikit_posthocs" in sys.modules


def test_tables_without_rows():
    assert markdown_table(["a"], []) == "| a |\n|---|\n"


@pytest.mark.parametrize("width", [40, 60, 80])
def test_tables_of_a_comparison_fit(width):
    tasks = [f"task {i}" for i in range(5)]
    text = markdown(compare([run(arm, seed, 1 + seed, tasks=tasks) for arm in "ab" for seed in range(6)])[0], width)
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert max(map(len, table)) <= width
    for task in tasks:
        assert any(task in line for line in table)
    assert markdown(compare(RUNS)[0], None) == markdown(compare(RUNS)[0])
