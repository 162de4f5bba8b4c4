"""A task on which nothing succeeds ends a search early, with its first error; and failures show as they happen."""

import logging

import pytest

import ktnas
from ktnas.algorithms.random_search import RandomSearch
from ktnas.errors import EvaluationError
from ktnas.problem.callback import Begun, Callback, FailureKinds, Finished
from ktnas.problem.trial import Evaluation
from ktnas.runner.failures import FIRST, FirstFailures
from ktnas.spaces.categorical import Categorical

SPACE = Categorical((5, 5, 5))


def searched(function, **changes):
    arguments = {"budget": 30, "seed": 2, "method": RandomSearch()} | changes
    return ktnas.search(SPACE, {"fine": sum, "doubtful": function}, **arguments)


class Counted:
    def __init__(self, failing):
        self.calls, self.failing = 0, failing

    def __call__(self, code):
        self.calls += 1
        if self.failing(self.calls):
            raise KeyError(f"layer {self.calls}")
        return 1.0


def test_a_task_that_always_fails_ends_the_search_with_its_first_error():
    function = Counted(lambda call: True)
    with pytest.raises(EvaluationError, match=r"first 5 evaluations of task 'doubtful' failed.*KeyError: 'layer 1'"):
        searched(function)
    assert function.calls == FIRST


def test_one_success_in_time_and_the_search_goes_on():
    function = Counted(lambda call: call != FIRST)
    result = searched(function)
    assert result.tasks["doubtful"].failed == 29
    assert function.calls == 30


def test_what_fails_may_be_accepted():
    assert searched(Counted(lambda call: True), catch=True).tasks["doubtful"].failed == 30


def test_a_budget_smaller_than_that_counts_as_well():
    with pytest.raises(EvaluationError, match=r"the first 2 evaluations of task 'doubtful'"):
        searched(Counted(lambda call: True), budget=2)
    with pytest.raises(EvaluationError, match=r"the first evaluation of task 'doubtful'"):
        searched(Counted(lambda call: True), budget=1)


def test_a_search_that_a_callback_ends_is_left_alone():
    class Ends(Callback):
        def evaluation_finished(self, finished):
            return finished.evaluation.error is not None

    result = searched(Counted(lambda call: True), callback=Ends())
    assert result.stopped is not None
    assert result.tasks["doubtful"].failed == 1


def test_what_has_arrived_together_is_counted_before_anything_is_refused():
    watch = FirstFailures()
    for i in range(FIRST + 2):
        watch.evaluation_finished(Finished(("a", (i, 0, 0)), Evaluation.failed("no memory")))
    with pytest.raises(EvaluationError, match="the first 7 evaluations of task 'a' failed"):
        watch.evaluation_begun(Begun(("a", (4, 4, 4))))
    watch.evaluation_finished(Finished(("a", (4, 4, 4)), Evaluation(1.0)))
    watch.evaluation_begun(Begun(("a", (4, 4, 3))))


class TestKinds:
    def test_each_kind_is_told_once_per_task(self):
        kinds = FailureKinds()
        errors = ["ValueError: 3", "ValueError: 4", "KeyError: 3", "killed"]
        told = [kinds.told(Finished(("a", (i,)), Evaluation.failed(error))) for i, error in enumerate(errors)]
        assert [bool(text) for text in told] == [True, False, True, True]
        assert told[0] == "task a: an evaluation failed: ValueError: 3 (more of this kind will only be counted)"
        assert kinds.told(Finished(("b", (0,)), Evaluation.failed("killed")))
        assert kinds.told(Finished(("b", (1,)), Evaluation(1.0))) == ""

    def test_the_library_logs_it_as_it_happens(self, caplog):
        seen = []

        class Watch(Callback):
            def evaluation_finished(self, finished):
                seen.append(len(caplog.records))

        with caplog.at_level(logging.WARNING, "ktnas"):
            searched(Counted(lambda call: call % 2 == 0), callback=Watch())
        (record,) = caplog.records
        assert "task doubtful: an evaluation failed: KeyError: 'layer 2'" in record.getMessage()
        assert (seen[0], seen[-20]) == (0, 1)
