"""`ktnas sweep --track`: each run that is searched is told by arm, case and seed; the results stay what they are."""

import json
import logging
from dataclasses import replace

import pytest

from ktnas.algorithms.random_search import RandomSearch
from ktnas.algorithms.regularized_evolution import RegularizedEvolution
from ktnas.benchmarks.functions import FunctionBenchmark
from ktnas.cli.main import main
from ktnas.errors import ConfigurationError
from ktnas.problem.callback import Callback, StopSearch
from ktnas.records.sweep_log import RUNS_FILE, SWEEP_FILE
from ktnas.runner.design import Arm, Case, Given, Sweep
from ktnas.runner.sweep import run_sweep
from ktnas.spaces.categorical import Categorical
from ktnas.tracking.base import PATIENCE, Tracker
from ktnas.tracking.by_name import Tracking


def total(code):
    return float(sum(code))


GIVEN = Given(FunctionBenchmark(Categorical((3,) * 4), {"total": total}))
SWEEP = Sweep((Arm("a: b", RandomSearch()), Arm("a/b", RegularizedEvolution())), (Case(GIVEN, budget=12),), (0, 3))
TENSORBOARD = Tracking(("tensorboard",)).callbacks


def written(directory):
    """Every line of the results but the seconds that were measured, and what was asked for."""
    lines = [json.loads(line) for line in (directory / RUNS_FILE).read_text().splitlines()]
    unmeasured = [{key: one[key] for key in one if key not in ("wall_s", "cpu_s")} for one in lines]
    return sorted(unmeasured, key=lambda one: one["key"]), (directory / SWEEP_FILE).read_bytes()


def events(directory):
    return sorted(path.relative_to(directory).as_posix() for path in directory.rglob("events.*"))


class Told(Callback):
    """Keeps what it is told of runs."""

    def __init__(self):
        self.opened, self.closed = [], []

    def run_opened(self, opened):
        self.opened.append(opened)

    def run_closed(self, closed):
        self.closed.append(closed)


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_each_run_gets_events_of_its_own_and_the_results_are_the_same(tmp_path, jobs):
    run_sweep(SWEEP, tmp_path / "plain")
    run_sweep(SWEEP, tmp_path / "told", jobs=jobs, track=TENSORBOARD)
    assert written(tmp_path / "told") == written(tmp_path / "plain")
    places = {place.rpartition("/")[0] for place in events(tmp_path / "told" / "tensorboard")}
    case = "functions-total-12-evaluations"
    assert places == {f"{arm}/{case}/seed-{seed}" for arm in ("a-b", "a-b-2") for seed in (0, 3)}
    for path in (tmp_path / "told").rglob("events.*"):
        content = path.read_bytes()
        assert content.count(b"total/best") == 12
        assert b"functions: total, 12 evaluations" in content
        assert b"results/total/evaluations_to_best" in content


def test_what_was_finished_before_is_not_told_again(tmp_path):
    run_sweep(SWEEP, tmp_path)
    run_sweep(replace(SWEEP, seeds=(0, 3, 5)), tmp_path, track=TENSORBOARD)
    assert {place.split("/")[2] for place in events(tmp_path / "tensorboard")} == {"seed-5"}


def test_it_is_told_what_decides_a_run_and_what_it_came_to(tmp_path):
    told = Told()
    result = run_sweep(SWEEP, tmp_path / "mine", track=lambda: [told])
    assert [run.seed for run in told.opened] == [0, 0, 3, 3]
    first = told.opened[0]
    assert first.labels == {"sweep": "mine", "arm": "a: b", "case": "functions: total, 12 evaluations"}
    assert (first.config["seed"], first.config["budget"], first.config["method"]["type"]) == (0, 12, "RandomSearch")
    assert [run.status for run in told.closed] == ["finished"] * 4
    best = [run.summary["tasks"]["total"]["best"]["fitness"] for run in told.closed]
    assert best == [record.tasks["total"].steps[-1].fitness for record in result.records]


class TestEnds:
    def test_one_that_fails_ends_nothing_and_is_left_alone_after_a_while(self, tmp_path, caplog):
        begun = []

        class Gone(Tracker):
            def begin(self, run):
                begun.append(run.seed)
                raise OSError("the network is gone")

            def write(self, points):
                """Never told."""

            def end(self, closed, results):
                """Nothing to end."""

        sweep = replace(SWEEP, arms=SWEEP.arms[:1], seeds=tuple(range(6)))
        with caplog.at_level(logging.WARNING, "ktnas"):
            result = run_sweep(sweep, tmp_path, track=lambda: [Gone()])
        assert (result.finished, len(result.records)) == (True, 6)
        assert begun == list(range(PATIENCE))
        assert [record.getMessage() for record in caplog.records] == [
            "tracking with a tracker ended (OSError: the network is gone); the search goes on without it",
            "tracking with a tracker has failed for 3 runs in a row; later ones go on without it",
        ]

    def test_one_that_comes_back_is_told_again(self, tmp_path, caplog):
        begun = []

        class Flickering(Tracker):
            def begin(self, run):
                begun.append(run.seed)
                if run.seed % 2:
                    raise OSError("the network is gone")

            def write(self, points):
                """Kept nowhere."""

            def end(self, closed, results):
                """Nothing to end."""

        sweep = replace(SWEEP, arms=SWEEP.arms[:1], seeds=tuple(range(9)))
        run_sweep(sweep, tmp_path, track=lambda: [Flickering()])
        assert begun == list(range(9))
        assert caplog.text.count("the network is gone") == 4

    def test_an_arm_that_fails(self, tmp_path):
        class Broken(RandomSearch):
            def ask(self, state, remaining, streams):
                raise ConfigurationError("no good")

        told = Told()
        with pytest.raises(ConfigurationError, match=r"arm 'broken' on .*: no good"):
            run_sweep(replace(SWEEP, arms=(Arm("broken", Broken()),)), tmp_path, track=lambda: [told])
        assert [(run.status, run.reason) for run in told.closed] == [("failed", "ConfigurationError: no good")]

    def test_an_interruption(self, tmp_path):
        class Interrupting(Told):
            def generation_asked(self, asked):
                if len(self.opened) == 2:
                    raise KeyboardInterrupt

        told = Interrupting()
        result = run_sweep(SWEEP, tmp_path, track=lambda: [told])
        assert (result.finished, len(result.records)) == (False, 1)
        assert [run.status for run in told.closed] == ["finished", "interrupted"]

    def test_a_run_that_is_stopped_is_left_for_later(self, tmp_path):
        class Stopping(Told):
            def generation_asked(self, asked):
                if len(self.opened) == 2:
                    raise StopSearch("enough")

        told = Stopping()
        result = run_sweep(SWEEP, tmp_path, track=lambda: [told])
        assert (result.finished, len(result.records)) == (False, 3)
        assert [(run.status, run.reason) for run in told.closed][:2] == [("finished", ""), ("stopped", "enough")]
        assert run_sweep(SWEEP, tmp_path).finished


class TestCommand:
    @pytest.fixture(autouse=True)
    def file(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        rows = [f"{a}{b},{a + b}" for a in range(4) for b in range(4)]
        (tmp_path / "table.csv").write_text("\n".join(["arch,sum", *rows]) + "\n")
        (tmp_path / "mine.toml").write_text(
            'budget = 6\nseeds = 2\n[[arms]]\nmethod = "random-search"\n'
            '[[cases]]\ntable = "table.csv"\nspace = "categorical"\ntasks = ["sum"]\nname = "sums"\n'
        )

    def test_it_tells(self, tmp_path):
        assert main(["sweep", "mine.toml", "--jobs", "1", "--quiet", "--track", "tensorboard"]) == 0
        place = tmp_path / "runs" / "mine" / "tensorboard" / "random-search" / "sums"
        assert sorted(path.name for path in place.iterdir()) == ["seed-0", "seed-1"]

    @pytest.mark.parametrize(
        ("more", "said"),
        [
            (["--track", "tensorbord"], "unknown tracker 'tensorbord'; did you mean 'tensorboard'"),
            (["--track", "tensorboard", "--dask", "tcp://127.0.0.1:9"], "leave one of them out"),
        ],
    )
    def test_a_mistake_is_said_before_anything_is_searched(self, tmp_path, capsys, more, said):
        assert main(["sweep", "mine.toml", *more]) == 2
        error = capsys.readouterr().err
        assert said in error
        assert error.count("\n") == 1
        assert not (tmp_path / "runs").exists()
