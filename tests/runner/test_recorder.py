"""The recorder: what is on disk before the search acts, and what is left of a run that is cut off."""

import pytest

from ktnas.problem.callback import Answered, Asked, Callback, Callbacks, Ended, StopSearch
from ktnas.problem.progress import Progress, progress_of
from ktnas.problem.trial import Evaluation, Proposal, Trial
from ktnas.records.evaluations import EvaluationLog, read_evaluations
from ktnas.records.trials import TrialLog, read_trials
from ktnas.runner.recorder import Recorder

A, B, C = ("a", (0,)), ("a", (1,)), ("b", (0,))


class Reading(Callback):
    """Notes what is on disk when it is told."""

    def __init__(self, path):
        self.path, self.evaluations, self.trials = path, [], []

    def evaluation_finished(self, finished):
        self.evaluations.append(read_evaluations(self.path))

    def generation_answered(self, answered):
        self.trials.append(read_trials(self.path))


@pytest.fixture
def recorder(tmp_path):
    log, answers = TrialLog(tmp_path), EvaluationLog(tmp_path)
    yield Recorder(str, log, answers)
    log.close()
    answers.close()


@pytest.fixture
def callbacks(recorder, tmp_path):
    callbacks = Callbacks(recorder, Reading(tmp_path))
    callbacks.start(0, "ab")
    return callbacks


def test_every_answer_is_on_disk_before_others_are_told(callbacks, tmp_path):
    callbacks.evaluations(begun=(A, C))
    callbacks.evaluations(begun=(B,), finished=((A, Evaluation(2.0, 5.0)),))
    callbacks.evaluations(finished=((B, Evaluation.failed("diverged", 1.0)),))
    reading = callbacks._members[1]
    assert reading.evaluations[0] == {A: Evaluation(2.0, 5.0)}
    assert set(reading.evaluations[1]) == {A, B}


def test_where_answers_take_no_time_only_trials_are_recorded(recorder, callbacks, tmp_path):
    recorder.answers = None
    callbacks.evaluations(finished=((A, Evaluation(2.0)),))
    assert read_evaluations(tmp_path) == {}


def test_a_generation_is_on_disk_before_the_search_is_told(callbacks, recorder):
    trial = Trial(0, Proposal(*A), Evaluation(2.0))
    callbacks.generation_answered(Answered(0, (trial,)))
    assert callbacks._members[1].trials == [(trial,)]
    callbacks.generation_finished(Progress(0, (trial,), progress_of([trial], "ab"), 0.5))
    assert recorder.search_s == 0.5


def test_a_stop_loses_no_answer(recorder, tmp_path):
    class Stop(Callback):
        def evaluation_finished(self, finished):
            return True

    callbacks = Callbacks(Stop(), recorder)
    callbacks.start(0, "ab")
    with pytest.raises(StopSearch):
        callbacks.evaluations(finished=((A, Evaluation(2.0)), (C, Evaluation(1.0))))
    assert set(read_evaluations(tmp_path)) == {A, C}


def test_an_interruption_counts_what_had_arrived(recorder, callbacks):
    trials = [
        Trial(0, Proposal("a", (9,)), Evaluation.failed("crashed", 2.0)),
        Trial(0, Proposal("a", (8,)), Evaluation(3.0, 2.0)),
    ]
    callbacks.generation_answered(Answered(0, tuple(trials)))
    callbacks.generation_finished(Progress(0, tuple(trials), progress_of(trials, "ab"), 0.25))
    callbacks.generation_asked(Asked(1, ()))
    arrived = ((A, Evaluation(2.0, 1.0)), (B, Evaluation.failed("crashed", 1.0)), (C, Evaluation(-1.0, 1.0)))
    callbacks.evaluations(finished=arrived)
    ending = recorder.ending(callbacks.progress())
    assert not ending.finished
    assert ending.stopped is None
    assert ending.seconds["search"] == 0.25
    a, b = ending.tasks["a"], ending.tasks["b"]
    assert (a.evaluations, a.failed, a.best, a.evaluations_to_best, a.cost_s) == (4, 2, trials[1], 2, 6.0)
    assert (b.evaluations, b.best.fitness, b.evaluations_to_best) == (1, -1.0, 1)


def test_what_a_table_answers_is_written_at_once_and_synced_at_the_end(tmp_path, monkeypatch):
    synced = []
    log = TrialLog(tmp_path)
    recorder = Recorder(str, log, free=True)
    monkeypatch.setattr("ktnas.files.json_lines.sync", lambda descriptor: synced.append(len(read_trials(tmp_path))))
    for number in range(20):
        recorder.synced += number and 1e9  # no second has passed since the first
        recorder.generation_answered(Answered(number, (Trial(number, Proposal("a", (number,)), Evaluation(1.0)),)))
        assert len(read_trials(tmp_path)) == number + 1
    assert synced == [1]
    recorder.search_ended(Ended({}))
    recorder.search_ended(Ended({}))
    assert synced == [1, 20]
    log.close()


def test_what_was_paid_for_is_synced_before_the_search_hears_of_it(tmp_path, monkeypatch):
    synced = []
    log = TrialLog(tmp_path)
    recorder = Recorder(str, log)
    monkeypatch.setattr("ktnas.files.json_lines.sync", lambda descriptor: synced.append(len(read_trials(tmp_path))))
    for number in range(3):
        recorder.generation_answered(Answered(number, (Trial(number, Proposal("a", (number,)), Evaluation(1.0)),)))
    assert synced == [1, 2, 3]
    log.close()
