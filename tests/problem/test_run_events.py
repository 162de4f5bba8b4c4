"""That a run is opened and closed: what callbacks are told, however it ends."""

import pytest

import ktnas
from ktnas.errors import EvaluationError
from ktnas.problem.callback import Callback
from ktnas.runner.limits import Patience
from ktnas.spaces.categorical import Categorical

SPACE = Categorical((3,) * 4)


class Told(Callback):
    def __init__(self):
        self.opened, self.closed = [], []

    def run_opened(self, opened):
        self.opened.append(opened)

    def run_closed(self, closed):
        self.closed.append(closed)


def study(directory, function=sum, budget=12):
    return ktnas.Study(directory, SPACE, {"sum": function}, method="random-search", budget=budget, seed=3)


@pytest.mark.parametrize("recorded", [False, True])
def test_a_run_is_opened_with_what_decides_it_and_closed_with_what_it_came_to(tmp_path, recorded):
    told = Told()
    place = tmp_path / "run" if recorded else None
    study(place).run(callbacks=told)
    (opened,), (closed,) = told.opened, told.closed
    assert opened.seed == 3
    assert opened.config["budget"] == 12
    assert list(opened.config["tasks"]) == ["sum"]
    assert opened.directory == (str(place) if recorded else None)
    assert (closed.status, closed.reason) == ("finished", "")
    assert closed.summary.get("finished") is (True if recorded else None)


@pytest.mark.parametrize("recorded", [False, True])
def test_how_it_ended_is_told(tmp_path, recorded):
    def place(name):
        return tmp_path / name if recorded else None

    def interrupts(_):
        raise KeyboardInterrupt

    def fails(_):
        raise ValueError("no such thing")

    told = Told()
    study(place("patient"), budget=60).run(callbacks=[told, Patience(2)])
    with pytest.raises(KeyboardInterrupt):
        study(place("interrupted"), interrupts).run(callbacks=told)
    with pytest.raises(EvaluationError):
        study(place("failing"), fails).run(callbacks=told)
    assert [closed.status for closed in told.closed] == ["stopped", "interrupted", "failed"]
    assert told.closed[0].reason == "no task got better for 2 evaluations"
    assert "EvaluationError: the first 5 evaluations of task 'sum' failed" in told.closed[2].reason
    assert len(told.opened) == 3


def test_nobody_is_told_of_a_run_that_is_only_shown_again(tmp_path):
    study(tmp_path / "run").run()
    told = Told()
    study(tmp_path / "run").run()
    assert told.opened == told.closed == []
