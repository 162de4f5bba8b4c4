import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from ktnas.algorithms.presets import ktnas_paper
from ktnas.algorithms.random_search import RandomSearch
from ktnas.algorithms.regularized_evolution import RegularizedEvolution
from ktnas.benchmarks.functions import FunctionBenchmark
from ktnas.errors import ConfigurationError, DataError, UnknownNameError
from ktnas.problem.callback import Callback, StopSearch
from ktnas.problem.progress import SweepProgress
from ktnas.problem.task import Task
from ktnas.records.sweep_log import RUNS_FILE, SWEEP_FILE, read_records
from ktnas.report.progress import SweepView
from ktnas.runner.design import Arm, Case, Given, Named, Sweep
from ktnas.runner.plan import planned
from ktnas.runner.sweep import run_sweep
from ktnas.spaces.nasbench201 import NASBench201

EVOLUTION = Arm("evolution", RegularizedEvolution())
RANDOM = Arm("random", RandomSearch())


def threes(code):
    return code.count(3)


def twos(code):
    return code.count(2)


GIVEN = Given(FunctionBenchmark(NASBench201(), {"threes": threes, "twos": twos}))
CASE = Case(GIVEN, budget=20)
SWEEP = Sweep((EVOLUTION, RANDOM), (CASE, Case(GIVEN, ("twos",), 15)), (0, 1, 2))


def told(records):
    return [(r.arm, r.case, r.seed, r.tasks) for r in records]


class TestRuns:
    def test_every_arm_case_and_seed(self, tmp_path):
        result = run_sweep(SWEEP, tmp_path)
        assert result.finished
        assert result.found == 0
        cases = ["functions: threes, twos, 20 evaluations", "functions: twos to threes, 15 evaluations"]
        expected = [(arm, case, seed) for seed in range(3) for case in cases for arm in ("evolution", "random")]
        assert [(r.arm, r.case, r.seed) for r in result.records] == expected
        assert {r.tasks["threes"].evaluations for r in result.records if r.case == cases[1]} == {15}
        assert result.records[2].tasks["twos"].role == "source"

    def test_nothing_is_repeated(self, tmp_path):
        first = run_sweep(SWEEP, tmp_path)
        content = (tmp_path / RUNS_FILE).read_bytes()
        again = run_sweep(SWEEP, tmp_path)
        assert again.found == 12
        assert again.records == first.records
        assert (tmp_path / RUNS_FILE).read_bytes() == content
        more = run_sweep(replace(SWEEP, seeds=(0, 1, 2, 5)), tmp_path)
        assert (more.found, len(more.records)) == (12, 16)

    def test_what_was_cut_off_is_run_again_to_the_same(self, tmp_path):
        whole = run_sweep(SWEEP, tmp_path)
        path = tmp_path / RUNS_FILE
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join(lines[:7]) + lines[7][:99])
        again = run_sweep(SWEEP, tmp_path)
        assert again.found == 7
        assert told(again.records) == told(whole.records)

    def test_names_do_not_decide_what_a_run_is(self, tmp_path):
        run_sweep(SWEEP, tmp_path)
        renamed = Sweep((Arm("another name", RegularizedEvolution()),), (replace(CASE, name="a case"),), (0, 1))
        result = run_sweep(renamed, tmp_path)
        assert result.found == 2
        assert [(r.arm, r.case) for r in result.records] == [("another name", "a case")] * 2

    @pytest.mark.parametrize(
        "change",
        [
            {"arms": (Arm("evolution", RegularizedEvolution(tournament_size=2)),)},
            {"cases": (replace(CASE, budget=21),)},
            {"cases": (replace(CASE, sources=("twos",)),)},
            {"cases": (Case(Given(replace(GIVEN.benchmark, minimize=frozenset({"twos"}))), budget=20),)},
            {"cases": (Case(Given(replace(GIVEN.benchmark, functions={"threes": twos, "twos": twos})), budget=20),)},
            {"seeds": (1,)},
        ],
    )
    def test_whatever_decides_a_run_makes_it_another(self, change):
        base = Sweep((EVOLUTION,), (CASE,), (0,))
        assert not {*planned(base).keys.values()} & {*planned(replace(base, **change)).keys.values()}

    @pytest.mark.slow
    def test_processes_change_nothing(self, tmp_path):
        sweep = Sweep(
            (EVOLUTION, Arm("paper", ktnas_paper())), (Case(Named("nasbench-graph", ("cora", "cs")), (), 15),), (0, 1)
        )
        alone = run_sweep(sweep, tmp_path / "alone")
        several = run_sweep(sweep, tmp_path / "several", jobs=2)
        assert told(alone.records) == told(several.records)
        assert {r.code for r in alone.records} == {r.code for r in several.records}

    def test_the_sweep_is_described_in_full(self, tmp_path):
        run_sweep(SWEEP, tmp_path)
        plain = json.loads((tmp_path / SWEEP_FILE).read_text())
        assert plain["arms"]["evolution"]["tournament_size"] == 5
        assert list(plain["cases"]) == [r.case for r in run_sweep(SWEEP, tmp_path).records[:4:2]]
        assert plain["seeds"] == [0, 1, 2]

    def test_until_the_best(self, tmp_path):
        case = Case(Named("nasbench-graph", ("cora",)), budget=15, until_best=True)
        (record,) = run_sweep(Sweep((RANDOM,), (case,), (0,)), tmp_path).records
        assert record.until_best
        assert record.case == "nasbench-graph: cora, 15 evaluations, until the best"


class TestMistakes:
    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"arms": ()}, "at least one arm"),
            ({"seeds": ()}, "at least one arm, one case and one seed"),
            ({"arms": (EVOLUTION, replace(RANDOM, name="evolution"))}, "two arms are named 'evolution'"),
        ],
    )
    def test_of_the_sweep(self, change, message):
        with pytest.raises(ConfigurationError, match=message):
            replace(SWEEP, **change)

    def test_before_anything_runs(self, tmp_path):
        sweep = Sweep((RANDOM, Arm("large", RegularizedEvolution(population=30))), (CASE,), (0,))
        with pytest.raises(ConfigurationError, match="smaller than the population of 30"):
            run_sweep(sweep, tmp_path)
        assert not (tmp_path / RUNS_FILE).exists()

    def test_two_cases_of_one_name(self, tmp_path):
        with pytest.raises(ConfigurationError, match="two cases are named"):
            run_sweep(replace(SWEEP, cases=(CASE, CASE)), tmp_path)

    def test_unknown_benchmarks_and_tasks(self, tmp_path):
        with pytest.raises(UnknownNameError, match="did you mean 'nasbench-graph'"):
            run_sweep(replace(SWEEP, cases=(Case(Named("nasbench-grap")),)), tmp_path)
        with pytest.raises(UnknownNameError, match="unknown task 'core'"):
            run_sweep(replace(SWEEP, cases=(Case(Named("nasbench-graph", ("core",))),)), tmp_path)

    @pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
    def test_what_goes_wrong_on_the_way_names_arm_and_case_and_loses_nothing(self, tmp_path, jobs):
        sweep = Sweep((EVOLUTION, Arm("broken", Broken())), (CASE,), (0, 1))
        with pytest.raises(
            ConfigurationError, match="arm 'broken' on functions: threes, twos, 20 evaluations: no good"
        ):
            run_sweep(sweep, tmp_path, jobs=jobs)
        assert {r.arm for r in read_records(tmp_path / RUNS_FILE).values()} <= {"evolution"}

    def test_a_damaged_record(self, tmp_path):
        (tmp_path / RUNS_FILE).write_text("nonsense\n")
        with pytest.raises(DataError, match="line 1"):
            run_sweep(SWEEP, tmp_path)


class Broken(RegularizedEvolution):
    """Finds out late that it does not suit the problem."""

    def ask(self, state, remaining, streams):
        raise ConfigurationError("no good")


class Heard(Callback):
    def __init__(self):
        self.progress = []

    def sweep_progressed(self, progress):
        self.progress.append(progress)


class TestProgress:
    def test_told_after_every_run(self, tmp_path):
        run_sweep(SWEEP, tmp_path, callback=(listener := Heard()))
        heard = listener.progress
        assert [p.done for p in heard] == list(range(13))
        assert heard[0] == SweepProgress(0, 12, 0, None)
        assert heard[-1].left_s == 0
        assert all(p.left_s > 0 for p in heard[1:-1])

    def test_what_was_found_is_told_first(self, tmp_path):
        run_sweep(replace(SWEEP, seeds=(0,)), tmp_path)
        run_sweep(SWEEP, tmp_path, callback=(listener := Heard()))
        assert listener.progress[0] == SweepProgress(4, 12, 4, None)

    def test_view_of_no_terminal(self, capsys):
        view = SweepView(sys.stderr)
        for done in range(5):
            view.sweep_progressed(SweepProgress(done, 4, 0, 3.0))
        shown = capsys.readouterr().err.splitlines()
        assert shown == ["0 of 4 runs, about 3.0 s left", "4 of 4 runs"]


class TestInterruption:
    def test_alone_keeps_what_is_finished(self, tmp_path):
        class Stop(Callback):
            def sweep_progressed(self, progress):
                if progress.done == 3:
                    raise KeyboardInterrupt

        result = run_sweep(SWEEP, tmp_path, callback=Stop())
        assert not result.finished
        assert len(result.records) == 3
        assert run_sweep(SWEEP, tmp_path).found == 3

    @pytest.mark.slow
    @pytest.mark.parametrize("jobs", [1, 2])
    @pytest.mark.parametrize("how", [True, StopSearch("enough")])
    def test_a_callback_ends_it_and_it_goes_on(self, tmp_path, jobs, how):
        class Stop(Callback):
            def sweep_progressed(self, progress):
                if progress.done < 2:
                    return None
                if how is True:
                    return True
                raise how

        result = run_sweep(SWEEP, tmp_path, jobs=jobs, callback=Stop())
        assert not result.finished
        assert 2 <= len(result.records) <= 3  # the other process may just have finished one
        again = run_sweep(SWEEP, tmp_path)
        assert (again.finished, again.found) == (True, len(result.records))
        assert told(again.records) == told(run_sweep(SWEEP, tmp_path / "fresh").records)

    def test_a_callback_ends_it_before_it_begins(self, tmp_path):
        class Stop(Callback):
            def sweep_progressed(self, progress):
                return True

        assert run_sweep(SWEEP, tmp_path, callback=Stop()).records == ()

    @pytest.mark.slow
    @pytest.mark.skipif(not hasattr(os, "killpg"), reason="process groups are POSIX")
    def test_of_the_command(self, tmp_path):
        file = tmp_path / "sweep.toml"
        file.write_text(
            'budget = 1000\nseeds = 100\n[[arms]]\nmethod = "regularized-evolution"\n'
            '[[cases]]\ntasks = ["cora", "citeseer"]\n'
        )
        out = tmp_path / "out"
        command = [sys.executable, "-c", INTERRUPTIBLE, "sweep", str(file), "--out", str(out), "--jobs", "2"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True) as process:
            while process.poll() is None and not lines(out):
                time.sleep(0.02)
            os.killpg(process.pid, signal.SIGINT)
            _, errors = process.communicate(timeout=600)
        assert process.returncode == 130
        assert b"the same command goes on from here" in errors
        assert b"Traceback" not in errors
        found = read_records(out / RUNS_FILE)
        assert 1 <= len(found) < 100


INTERRUPTIBLE = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background of a script inherits it ignored
runpy.run_module("ktnas", run_name="__main__", alter_sys=True)
"""
"""``python -m ktnas``, which heeds SIGINT whoever starts it."""


def lines(out: Path) -> int:
    path = out / RUNS_FILE
    return path.read_bytes().count(b"\n") if path.exists() else 0


def test_sources_of_equal_fields_are_read_once():
    assert Named("nasbench-graph", ("cora",)) == Named("nasbench-graph", ("cora",))
    first, second = (Named("nasbench-graph", (task,)).load() for task in ("cora", "citeseer"))
    assert first.tasks[0].name == "cora"
    assert first.genotypes is second.genotypes
    assert isinstance(second.tasks[0], Task)
