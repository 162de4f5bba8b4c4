"""The recorder: what is shown while a generation is incomplete, and what is left of it when a run is cut off."""

import pytest

from ktnas.evaluation.protocol import Change
from ktnas.problem.progress import Progress, TaskResult
from ktnas.problem.trial import Evaluation, Proposal, Trial
from ktnas.records.evaluations import EvaluationLog, read_evaluations
from ktnas.records.trials import TrialLog, read_trials
from ktnas.report.progress import Standing
from ktnas.runner.recorder import Recorder

A, B, C = ("a", (0,)), ("a", (1,)), ("b", (0,))


@pytest.fixture
def recorder(tmp_path):
    shown = []
    log, answers = TrialLog(tmp_path), EvaluationLog(tmp_path)
    yield Recorder(str, log, answers, shown.append, {"a": TaskResult(), "b": TaskResult()}), shown
    log.close()
    answers.close()


def recorded(tmp_path):
    return read_evaluations(tmp_path)


def test_every_change_is_shown_and_every_answer_is_on_disk_by_then(recorder, tmp_path):
    record, shown = recorder
    record.watch(Change(begun=(A, C)))
    assert shown[-1] == {"a": Standing(running=1), "b": Standing(running=1)}
    record.watch(Change(begun=(B,), arrived=((A, Evaluation(2.0, 5.0)),)))
    assert shown[-1] == {"a": Standing(1, fitness=2.0, cost_s=5.0, running=1), "b": Standing(running=1)}
    assert recorded(tmp_path) == {A: Evaluation(2.0, 5.0)}
    record.watch(Change(arrived=((B, Evaluation.failed("diverged", 1.0)),)))
    assert shown[-1]["a"] == Standing(2, fitness=2.0, cost_s=6.0)


def test_what_an_evaluation_has_come_to_is_shown_until_it_ends(recorder):
    record, shown = recorder
    record.watch(Change(begun=(A,)))
    record.watch(Change(doing="epoch 1 of 9"))
    assert shown[-1] == {"a": Standing(running=1, doing="epoch 1 of 9"), "b": Standing()}
    record.watch(Change(arrived=((A, Evaluation(2.0)),)))
    assert shown[-1] == {"a": Standing(1, fitness=2.0), "b": Standing()}


def test_a_complete_generation_takes_the_place_of_its_answers(recorder, tmp_path):
    record, shown = recorder
    record.watch(Change(begun=(A,)))
    record.watch(Change(arrived=((A, Evaluation(2.0)),)))
    trial = Trial(0, Proposal(*A), Evaluation(2.0))
    record(Progress(0, (trial,), {"a": TaskResult(1, best=trial), "b": TaskResult()}, 0.5))
    assert shown[-1] == {"a": Standing(1, fitness=2.0), "b": Standing()}
    assert read_trials(tmp_path) == (trial,)
    assert record.search_s == 0.5


def test_an_interruption_counts_what_had_arrived(recorder):
    record, _ = recorder
    best = Trial(0, Proposal("a", (9,)), Evaluation(3.0))
    record.tasks = {"a": TaskResult(4, 1, best, 2, cost_s=8.0), "b": TaskResult()}
    arrived = ((A, Evaluation(2.0, 1.0)), (B, Evaluation.failed("crashed", 1.0)), (C, Evaluation(-1.0, 1.0)))
    record.watch(Change(arrived=arrived))
    ending = record.interrupted()
    assert not ending.finished
    a, b = ending.tasks["a"], ending.tasks["b"]
    assert (a.evaluations, a.failed, a.best, a.evaluations_to_best, a.cost_s) == (6, 2, best, 2, 10.0)
    assert (b.evaluations, b.best.fitness, b.evaluations_to_best) == (1, -1.0, 1)
