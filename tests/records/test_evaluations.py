"""Evaluations on disk as they arrive."""

import json
import os
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktnas.errors import ConfigurationError, DataError
from ktnas.problem.trial import Evaluation, Proposal, Trial
from ktnas.records.evaluations import ANSWERS, EvaluationLog, answered, encode, read_evaluations
from ktnas.records.trials import TrialLog

FINITE = st.floats(allow_nan=False, allow_infinity=False)
ANSWER = Evaluation(0.1, 2.5, {"loss": 1 / 3})


def log_of(directory, *items):
    log = EvaluationLog(directory)
    for question, evaluation in items:
        log.append(question, evaluation)
    log.close()
    return (directory / ANSWERS).read_bytes()


def found(directory):
    log = EvaluationLog(directory)
    log.close()
    return log.evaluations


@given(fitness=st.none() | FINITE, cost=st.floats(0, 1e9), metrics=st.dictionaries(st.text(), FINITE, max_size=3))
def test_an_answer_comes_back_to_the_bit(tmp_path_factory, fitness, cost, metrics):
    evaluation = Evaluation(fitness, cost, metrics, "out of memory" if fitness is None else None)
    directory = tmp_path_factory.mktemp("run")
    log_of(directory, (("a", (1, 0)), evaluation))
    assert found(directory) == {("a", (1, 0)): evaluation}


def test_every_answer_is_on_disk_at_once(tmp_path, monkeypatch):
    log = EvaluationLog(tmp_path)
    sizes = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: sizes.append(os.fstat(descriptor).st_size))
    log.append(("a", (0,)), ANSWER)
    assert sizes == [(tmp_path / ANSWERS).stat().st_size]
    assert read_evaluations(tmp_path) == {("a", (0,)): ANSWER}
    log.append(("b", (0,)), Evaluation.failed("diverged"))
    assert len(read_evaluations(tmp_path)) == 2
    log.close()


def test_a_line_holds_what_the_documentation_lists():
    plain = json.loads(encode(("b", (1, 2)), ANSWER))
    assert plain.items() >= {"task": "b", "genotype": [1, 2], "fitness": 0.1, "error": None, "cost_s": 2.5}.items()
    assert plain["metrics"] == {"loss": 1 / 3}
    assert len(plain) == 6


def test_one_writer_at_a_time(tmp_path):
    pytest.importorskip("fcntl")
    with closing(EvaluationLog(tmp_path)), pytest.raises(ConfigurationError, match="another process is writing"):
        EvaluationLog(tmp_path)
    EvaluationLog(tmp_path).close()


def test_a_line_cut_off_is_dropped_and_the_next_stands_on_its_own(tmp_path):
    whole = log_of(tmp_path, (("a", (0,)), ANSWER), (("a", (1,)), ANSWER))
    first = whole.index(b"\n") + 1
    for size in range(first, len(whole)):
        (tmp_path / ANSWERS).write_bytes(whole[:size])
        assert log_of(tmp_path, (("a", (1,)), ANSWER)) == whole


@pytest.mark.parametrize("line", ["", "[]", "{}", '{"task": "a", "genotype": ["x"]}', "\x00"])
def test_a_damaged_line_that_is_whole_is_named(tmp_path, line):
    whole = log_of(tmp_path, (("a", (0,)), ANSWER))
    (tmp_path / ANSWERS).write_bytes(whole + line.encode() + b"\n" + whole)
    with pytest.raises(DataError, match=r"answers.jsonl, line 2: no answer but"):
        EvaluationLog(tmp_path)


def test_what_is_answered_stands_in_either_record(tmp_path):
    assert answered(tmp_path / "nowhere") == answered(tmp_path) == frozenset()
    (tmp_path / "file").touch()
    assert answered(tmp_path / "file") == frozenset()
    whole = log_of(tmp_path, (("a", (0,)), ANSWER), (("b", (0,)), Evaluation.failed("diverged")))
    assert answered(tmp_path) == {("a", (0,)), ("b", (0,))}
    (tmp_path / ANSWERS).write_bytes(whole[:-1])
    assert answered(tmp_path) == {("a", (0,))}
    with closing(TrialLog(tmp_path)) as trials:
        for repeat in (False, True):
            trials.append([Trial(0, Proposal("c", (1,)), ANSWER, repeat=repeat)], ["1"])
    assert answered(tmp_path) == {("a", (0,)), ("c", (1,))}
    (tmp_path / ANSWERS).write_bytes(b"[]\n")
    with pytest.raises(DataError, match=r"answers.jsonl, line 1: no answer but"):
        answered(tmp_path)


def test_answers_that_cannot_be_read_are_named(tmp_path):
    (tmp_path / ANSWERS).mkdir()
    with pytest.raises(DataError, match=r"cannot read .*answers.jsonl"):
        answered(tmp_path)


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / ANSWERS).mkdir()
    with pytest.raises(ConfigurationError, match=r"cannot write .*choose another --out"):
        EvaluationLog(tmp_path)
