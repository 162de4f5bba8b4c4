"""Callbacks: every hook in its order, who is told after a stop, and what a run has come to within a generation."""

import numpy as np
import pytest

from ktnas.problem.callback import (
    Answered,
    Asked,
    Begun,
    Callback,
    Callbacks,
    Ended,
    Finished,
    Printed,
    StopSearch,
    as_callback,
)
from ktnas.problem.progress import Progress, RunProgress, SweepProgress, progress_of
from ktnas.problem.run_events import Closed, Opened
from ktnas.problem.trial import Evaluation, Proposal, Trial

A, B, C = ("a", (0,)), ("a", (1,)), ("b", (0,))
GENERATION = Progress(0, (), {})
HOOKS = {
    "generation_asked": Asked(0, ()),
    "evaluation_begun": Begun(A),
    "evaluation_finished": Finished(A, Evaluation(1.0)),
    "evaluation_printed": Printed(A, "text"),
    "generation_answered": Answered(0, ()),
    "generation_finished": GENERATION,
    "search_ended": Ended({}),
    "progressed": RunProgress(),
    "busy": "resting",
    "sweep_progressed": SweepProgress(0, 1, 0),
}


class Noting(Callback):
    """Notes what it is told."""

    def __init__(self, **returned):
        self.told, self.returned = [], returned

    def _note(self, hook, record):
        self.told.append((hook, record))
        answer = self.returned.get(hook)
        if isinstance(answer, BaseException):
            raise answer
        return answer


for name in HOOKS:
    setattr(Noting, name, lambda self, record, name=name: self._note(name, record))


def test_the_hooks_are_those_of_a_callback():
    assert {name for name in vars(Callback) if not name.startswith("_")} == {*HOOKS, "run_opened", "run_closed"}


def test_that_a_run_is_opened_and_closed_is_told_to_all_and_ends_nothing():
    told = []

    class Ending(Callback):
        def run_opened(self, opened):
            told.append(opened)
            return True

        def run_closed(self, closed):
            told.append(closed)
            return True

    callbacks = Callbacks(Ending(), Ending())
    opened, closed = Opened(0, {}), Closed("finished")
    callbacks.run_opened(opened)
    callbacks.run_closed(closed)
    assert told == [opened, opened, closed, closed]
    assert callbacks.stopped is None


@pytest.mark.parametrize(("hook", "record"), HOOKS.items())
class TestHooks:
    def test_a_hook_does_nothing_until_it_is_overridden(self, hook, record):
        assert getattr(Callback(), hook)(record) is None

    def test_all_are_told_in_order(self, hook, record):
        first, second = Noting(), Noting()
        callbacks = Callbacks(first, second)
        assert getattr(callbacks, hook)(record) is False
        assert first.told == second.told
        assert first.told[0] == (hook, record)
        assert callbacks.stopped is None

    @pytest.mark.parametrize(
        ("answer", "why"),
        [
            (True, "a callback ended the search"),
            (np.True_, "a callback ended the search"),
            (StopSearch("enough"), "enough"),
            (StopSearch(), "a callback ended the search"),
        ],
    )
    def test_a_stop_is_remembered_and_the_others_are_told_all_the_same(self, hook, record, answer, why):
        first, second = Noting(**{hook: answer}), Noting()
        callbacks = Callbacks(first, second)
        assert getattr(callbacks, hook)(record) is True
        assert callbacks.stopped == why
        assert second.told[0] == (hook, record)

    @pytest.mark.parametrize("answer", [None, False, 1, "yes", [0]])
    def test_anything_but_truth_is_no_stop(self, hook, record, answer):
        callbacks = Callbacks(Noting(**{hook: answer}))
        assert getattr(callbacks, hook)(record) is False

    def test_another_exception_is_not_swallowed(self, hook, record):
        with pytest.raises(KeyboardInterrupt):
            getattr(Callbacks(Noting(**{hook: KeyboardInterrupt()})), hook)(record)


def test_nobody_has_to_tell_of_evaluations_where_nobody_listens():
    class Generations(Callback):
        def generation_finished(self, progress):
            return None

    assert not Callbacks(Generations(), Callback()).of_evaluations
    assert Callbacks(Generations(), Noting()).of_evaluations


def test_the_first_reason_counts():
    callbacks = Callbacks(Noting(busy=StopSearch("one")), Noting(busy=StopSearch("two")))
    callbacks.busy("")
    callbacks.stop("three")
    assert callbacks.stopped == "one"


def test_several_are_not_wrapped_again():
    callbacks = Callbacks(Noting())
    assert Callbacks.of(callbacks) is callbacks
    assert Callbacks.of(None).busy("") is False
    noting = Noting()
    Callbacks.of(noting).busy("x")
    assert noting.told == [("busy", "x")]


class TestFunctions:
    def test_a_function_is_called_after_every_generation(self):
        seen = []
        callback = as_callback(seen.append)
        assert callback.generation_finished(GENERATION) is False
        callback.evaluation_begun(Begun(A))
        assert seen == [GENERATION]

    def test_it_ends_the_search_with_true_but_not_with_a_number(self):
        assert as_callback(lambda progress: True).generation_finished(GENERATION)
        assert not as_callback(lambda progress: 12).generation_finished(GENERATION)

    def test_a_callback_and_nothing_stay_what_they_are(self):
        noting = Noting()
        assert as_callback(noting) is noting
        assert type(as_callback(None)) is Callback


class TestEvaluationsThatTakeLong:
    def started(self, *members):
        callbacks = Callbacks(*members)
        callbacks.start(7, "ab")
        return callbacks

    def test_every_hook_is_called_and_progress_once(self):
        noting = Noting()
        callbacks = self.started(noting)
        callbacks.evaluations(begun=(A, C))
        callbacks.evaluations(begun=(B,), finished=((A, Evaluation(2.0, 5.0)),), doing="epoch 1")
        assert [hook for hook, _ in noting.told] == [
            *("evaluation_begun", "evaluation_begun", "progressed"),
            *("evaluation_finished", "evaluation_begun", "progressed"),
        ]
        _, progress = noting.told[-1]
        assert (progress.seed, progress.running, progress.doing) == (7, {"a": 1, "b": 1}, "epoch 1")
        a = progress.tasks["a"]
        assert (a.evaluations, a.fitness, a.cost_s, progress.tasks["b"].evaluations) == (1, 2.0, 5.0, 0)

    def test_what_is_done_is_told_until_something_else_happens_or_nothing_runs(self):
        callbacks = self.started()
        callbacks.evaluations(begun=(A,))
        callbacks.evaluations(doing="epoch 1")
        assert callbacks.progress().doing == "epoch 1"
        callbacks.evaluations(begun=(B,))
        assert callbacks.progress().doing == ""
        callbacks.evaluations(finished=((A, Evaluation(1.0)), (B, Evaluation(1.0))), doing="epoch 2")
        assert callbacks.progress().doing == ""

    def test_a_stop_is_raised_once_all_is_told(self):
        stopping, noting = Noting(evaluation_finished=True), Noting()
        callbacks = self.started(stopping, noting)
        callbacks.evaluations(begun=(A, B))
        with pytest.raises(StopSearch):
            callbacks.evaluations(finished=((A, Evaluation(1.0)), (B, Evaluation(2.0))), begun=(C,))
        assert [hook for hook, _ in noting.told[3:]] == [
            *("evaluation_finished", "evaluation_finished", "evaluation_begun", "progressed"),
        ]
        assert callbacks.progress().tasks["a"].evaluations == 2

    def test_an_answered_generation_takes_the_place_of_its_answers(self):
        callbacks = self.started()
        callbacks.generation_asked(Asked(3, ()))
        callbacks.evaluations(begun=(A, B), finished=((A, Evaluation(2.0)), (C, Evaluation(9.0))))
        assert callbacks.arrived(A) == Evaluation(2.0)
        assert callbacks.progress().tasks["a"].best.generation == 3
        trial = Trial(3, Proposal(*A), Evaluation(2.0))
        callbacks.generation_answered(Answered(3, (trial,)))
        assert callbacks.arrived(A) is None
        tasks = callbacks.progress().tasks
        assert (tasks["a"].evaluations, tasks["b"].evaluations) == (1, 1)  # an answer nobody has asked for yet counts
        callbacks.generation_finished(Progress(3, (trial,), progress_of([trial], "ab")))
        progress = callbacks.progress()
        assert (progress.tasks["a"].best, progress.tasks["b"].evaluations, progress.running) == (trial, 0, {})
