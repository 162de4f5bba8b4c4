"""What every tracker is told, and that none of them ever ends a search."""

import logging

import pytest

from ktnas.errors import ConfigurationError, EvaluationError
from ktnas.problem.run_events import Opened
from ktnas.tracking.base import Tracker, plain_name, run_name, settings_of


class Keeping(Tracker):
    """Keeps what it is told; fails where it is told to."""

    def __init__(self, fails=()):
        super().__init__()
        self.told, self.fails = [], fails

    def _keep(self, what, value):
        self.told.append((what, value))
        if what in self.fails:
            raise OSError("the network is gone")

    def begin(self, run):
        self._keep("begin", run)

    def write(self, points):
        self._keep("write", list(points))

    def end(self, closed, results):
        self._keep("end", (closed, dict(results)))

    @property
    def points(self):
        return [point for what, several in self.told if what == "write" for point in several]


def test_every_evaluation_once_with_the_best_so_far_in_the_units_of_the_task(searched):
    tracker = Keeping()
    result = searched(tracker)
    assert tracker.told[0][0] == "begin"
    closed, results = tracker.told[-1][1]
    assert closed.status == "finished"
    for task, sign in (("total", 1.0), ("loss", -1.0)):
        points = [point for point in tracker.points if point.task == task]
        progress = result.tasks[task]
        assert [point.evaluation for point in points] == list(range(1, progress.evaluations + 1))
        best = [None if fitness is None else sign * fitness for fitness in progress.incumbents()]
        assert [point.values.get("best") for point in points] == best
        assert points[-1].values["failed"] == progress.failed
        assert points[-1].values["cost_s"] == pytest.approx(progress.cost_s)
        assert results[f"{task}/evaluations_to_best"] == progress.evaluations_to_best
    assert any("metric size" in point.values for point in tracker.points)


def test_a_run_that_goes_on_is_told_from_its_beginning_without_repeats(searched):
    whole, again = Keeping(), Keeping()
    searched(whole)
    searched(again)
    assert [(p.task, p.evaluation, p.values.get("value")) for p in again.points] == [
        (p.task, p.evaluation, p.values.get("value")) for p in whole.points
    ]


@pytest.mark.parametrize("fails", ["begin", "write", "end"])
def test_one_that_fails_is_said_once_and_the_search_goes_on(searched, caplog, fails):
    tracker, other = Keeping(fails=(fails,)), Keeping()
    with caplog.at_level(logging.WARNING, "ktnas"):
        result = searched([tracker, other])
    assert {task.evaluations for task in result.tasks.values()} == {15}
    warnings = [record.getMessage() for record in caplog.records if "tracking" in record.getMessage()]
    assert warnings == ["tracking with a tracker ended (OSError: the network is gone); the search goes on without it"]
    assert len(other.points) == 30
    assert [what for what, _ in tracker.told].count("end") == 1  # it tries to end what it began


def test_it_is_told_of_a_search_that_fails(searched):
    def broken(_):
        raise ValueError("no data")

    tracker = Keeping()
    with pytest.raises(EvaluationError):
        searched(tracker, functions={"total": broken, "loss": broken})
    closed, results = tracker.told[-1][1]
    assert (closed.status, results) == ("failed", {})
    assert "no data" in closed.reason


def test_what_is_missing_is_said_before_anything_begins():
    class Absent(Keeping):
        title, package, extra = "Nothing", "a_package_that_is_not_here", "nothing"

    with pytest.raises(ConfigurationError, match=r"tracking with Nothing needs .*: pip install 'ktnas\[nothing\]'"):
        Absent()


def test_settings_are_flat_and_bounded():
    method = {"type": "KTNAS", "parts": [{"type": "A"}, {"type": "B"}], "seeds": [1, 2], "text": "x" * 1_000}
    found = settings_of(Opened(7, {"benchmark": "b", "method": method}))
    assert found["method.type"] == "KTNAS"
    assert found["method.parts.1.type"] == "B"
    assert found["method.seeds"] == "[1, 2]"
    assert found["seed"] == "7"
    assert max(map(len, found.values())) == 500


def test_a_run_of_a_sweep_is_called_what_it_is_there():
    run = Opened(0, {}, "runs/mine", "arm/case/seed-0", {"arm": "an arm", "case": "a case"})
    assert run_name(run) == "arm/case/seed-0"
    assert settings_of(run) == {"arm": "an arm", "case": "a case", "seed": "0"}


def test_names():
    assert plain_name("top-1 (%): <b>") == "top-1 ____ _b_"
    assert run_name(Opened(0, {}, "runs/cora/")) == "cora"
    assert run_name(Opened(0, {}, "runs/cora/seed-3")) == "cora/seed-3"
    assert run_name(Opened(4, {"benchmark": "scenes"})) == "scenes-seed4"
