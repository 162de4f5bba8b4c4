"""Views: what is shown, how often, and nothing where nothing was asked for."""

import io

import pytest

from ktnas.problem.progress import NewBest, RunProgress, TaskProgress, Transfers
from ktnas.problem.task import Task
from ktnas.problem.trial import Evaluation, Proposal, Trial
from ktnas.report import progress as live
from ktnas.report.progress import Board, LiveView, PlainView, Total, View

TASKS = (Task("cifar10", "validation accuracy", "%"), Task("loss", minimize=True))


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(live, "monotonic", lambda: now[0])
    return now


def board(budget=10, runs=1):
    return Board("title", TASKS, budget, runs, began=live.monotonic())


def task(evaluations=0, fitness=None, *, closed=False, proposed=0, positive=0, skipped=0, cost_s=0.0):
    trial = Trial(0, Proposal("any", (0,)), Evaluation(fitness or 0.0))
    best = () if fitness is None else (NewBest(1, trial, fitness),)
    transfers = Transfers(proposed, positive, 0, skipped)
    return TaskProgress(evaluations, 0, best, exhausted=closed, transfers=transfers, cost_s=cost_s)


def run(first, second=None, running=(0, 0), doing="", seed=0):
    counts = dict(zip(("cifar10", "loss"), running, strict=True))
    return RunProgress(seed, {"cifar10": first, "loss": second or task()}, counts, doing)


def state(first, second=0, *, seed=0, running=0, **fields):
    return run(task(first, 91.5, **fields), task(second, -0.25), (running, 0), seed=seed)


def test_shares_count_tasks_that_ended_early_as_done():
    shown = board()
    shown.seeds[0] = state(5, closed=True)
    assert shown.share("cifar10") == 1.0
    assert shown.done() == 0.5


def test_runs_are_added_up():
    shown = board(runs=4)
    shown.seeds = {0: state(10, 5, proposed=2, positive=1, skipped=3), 1: state(10, 5, proposed=1, cost_s=2, running=1)}
    assert shown.share("cifar10") == 0.5
    assert shown.total("cifar10") == Total(20, 91.5, 3, 1, 3, 2, 1)


def test_while_hardly_anything_is_done_nothing_is_estimated(clock):
    shown = board(runs=100)
    clock[0] += 30
    shown.seeds[0] = state(10, 10)
    assert shown.clock() == "30.0 s"
    shown.seeds = {seed: state(10, 10) for seed in range(3)}
    assert shown.clock() == "30.0 s, about 16 min 10 s left"


def test_the_clock_estimates_the_time_left(clock):
    shown = board()
    assert shown.clock() == "0.0 s"
    clock[0] += 30
    shown.seeds[0] = state(5)
    assert shown.clock() == "30.0 s, about 1 min 30 s left"
    shown.seeds[0] = state(10, 10)
    assert shown.clock() == "30.0 s"


def test_with_training_time_left_follows_from_its_cost(clock):
    shown = Board("title", TASKS, 10, workers=2, began=live.monotonic())
    assert shown.clock() == "0.0 s; 0 in training, 0.0 s of training so far"
    shown.seeds[0] = run(task(), running=(1, 1))
    assert shown.clock() == "0.0 s; 2 in training, 0.0 s of training so far"
    clock[0] += 5
    shown.seeds[0] = run(task(4, cost_s=40.0), running=(2, 0))
    assert shown.clock() == "5.0 s, about 1 min 20 s left; 2 in training, 40.0 s of training so far"  # (6 + 10) 10 / 2
    shown.seeds[0] = run(task(4, cost_s=40.0), task(5, cost_s=20.0), (0, 1))
    assert shown.clock() == "5.0 s, about 40.0 s left; 1 in training, 1 min 0 s of training so far"  # (6 10 + 5 4) / 2
    shown.seeds[0] = run(task(10, cost_s=99.0), task(7, closed=True, cost_s=21.0))
    assert shown.clock() == "5.0 s; 0 in training, 2 min 0 s of training so far"


def test_the_clock_tells_what_takes_long(clock):
    shown = board()
    shown.seeds[0] = run(task(), running=(0, 1), doing="supernet of loss: epoch 3 of 50")
    assert shown.clock() == "0.0 s; supernet of loss: epoch 3 of 50"


def test_of_several_runs_the_first_tasks_comes_first(clock):
    shown = board(runs=2)
    shown.seeds = {0: run(task(), running=(0, 1), doing="of loss"), 1: run(task(), running=(1, 0), doing="of cifar10")}
    assert shown.clock() == "0.0 s; of cifar10"


def test_repeats_are_told_apart_by_their_seed(clock):
    shown = board(runs=2)
    with PlainView(shown, io.StringIO()) as view:
        for seed in (3, 4, 3):
            view.progressed(state(5, 5, seed=seed))
    assert set(shown.seeds) == {3, 4}
    assert shown.total("cifar10").evaluations == 10


def test_plain_lines_are_sparse_and_end_with_the_last(clock):
    stream = io.StringIO()
    with PlainView(board(budget=1000), stream) as view:
        for i in range(1, 1001):
            clock[0] += 0.05
            view.progressed(state(i, i))
    lines = stream.getvalue().splitlines()
    assert lines[0] == "title"
    assert len(lines) == 11
    assert lines[-1].startswith("100%  cifar10 1000/1000 best 91.500 % | loss 1000/1000 best 0.25000  (")


def test_plain_lines_of_a_fast_run_are_few(clock):
    stream = io.StringIO()
    with PlainView(board(budget=1000), stream) as view:
        for i in range(1, 1001):
            view.progressed(state(i, i))
    assert len(stream.getvalue().splitlines()) == 2


def test_a_slow_run_shows_that_it_lives(clock):
    stream = io.StringIO()
    with PlainView(board(budget=1000), stream) as view:
        for i in range(1, 4):
            clock[0] += 11
            view.progressed(state(i, i))
    assert len(stream.getvalue().splitlines()) == 4


def test_plain_lines_mention_transfers_once_there_are_any(clock):
    stream = io.StringIO()
    with PlainView(board(), stream) as view:
        view.progressed(state(10, 10, proposed=4, positive=1))
    assert "best 91.500 %, transfers 4 (1 positive) | loss" in stream.getvalue()


def test_the_live_table_shows_every_task_and_goes_away(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with LiveView(board(), stream) as view:
        view.progressed(state(4, 6, proposed=3, positive=1, skipped=2))
    shown = stream.getvalue()
    for text in ("title", "cifar10", "4/10", "91.500 %", "loss", "6/10", "0.25000", "transfers", "skipped"):
        assert text in shown
    assert shown.rstrip().endswith("\x1b[2K")  # erased: the final table follows


@pytest.mark.parametrize(
    ("width", "shown"),
    [(100, "skipped"), (82, "positive"), (72, "transfers"), (62, "best so far"), (30, "best so far")],
)
def test_a_narrow_terminal_leaves_columns_out(monkeypatch, width, shown):
    monkeypatch.setenv("COLUMNS", str(width))
    stream = io.StringIO()
    stream.isatty = lambda: True
    with LiveView(board(), stream) as view:
        view.progressed(state(4, 6, proposed=3, positive=1, skipped=2))
    text = stream.getvalue()
    assert "91.500 %" in text
    assert "…" not in text
    last = [name for name in ("best so far", "transfers", "positive", "skipped") if name in text][-1]
    assert last == shown


def test_what_is_done_beside_searching_is_said(clock):
    stream = io.StringIO()
    with PlainView(board(), stream) as view:
        view.busy("test images are looked at")
        view.busy("")
    assert stream.getvalue() == "test images are looked at\n"
    shown = board()
    live_view = LiveView(shown, stream)
    live_view.busy("test images are looked at")
    assert shown.clock() == "test images are looked at"
    live_view.busy("")
    assert shown.clock() == "0.0 s"


def test_a_silent_view_shows_nothing(capfd):
    with View() as view:
        view.progressed(state(1))
        view.busy("something")
    assert capfd.readouterr() == ("", "")


def test_a_live_view_takes_no_more_than_its_share():
    """Told of every answer, it draws on its own clock: being told draws nothing."""
    stream = io.StringIO()
    view = LiveView(board(), stream)
    for i in range(1000):
        view.progressed(state(i % 10))
    assert stream.getvalue() == ""
