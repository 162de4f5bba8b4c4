"""Answers on disk as they arrive, and recalled from there."""

from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktnas.errors import ConfigurationError, DataError
from ktnas.evaluation.replay import recalling
from ktnas.problem.trial import Evaluation, History, Proposal, Trial
from ktnas.records.evaluations import ANSWERS, AnswerLog, answered
from ktnas.records.trials import TrialLog

FINITE = st.floats(allow_nan=False, allow_infinity=False)
ANSWER = Evaluation(0.1, 2.5, {"loss": 1 / 3})


def log_of(directory, *items):
    log = AnswerLog(directory)
    for question, evaluation in items:
        log.append(question, evaluation)
    log.close()
    return (directory / ANSWERS).read_bytes()


def found(directory):
    log = AnswerLog(directory)
    log.close()
    return log.answers


@given(fitness=st.none() | FINITE, cost=st.floats(0, 1e9), metrics=st.dictionaries(st.text(), FINITE, max_size=3))
def test_an_answer_comes_back_to_the_bit(tmp_path_factory, fitness, cost, metrics):
    evaluation = Evaluation(fitness, cost, metrics, "out of memory" if fitness is None else None)
    directory = tmp_path_factory.mktemp("run")
    log_of(directory, (("a", (1, 0)), evaluation))
    assert found(directory) == {("a", (1, 0)): evaluation}


def test_every_answer_is_on_disk_at_once(tmp_path):
    log = AnswerLog(tmp_path)
    log.append(("a", (0,)), ANSWER)
    assert found(tmp_path) == {("a", (0,)): ANSWER}
    log.append(("b", (0,)), Evaluation.failed("diverged"))
    assert len(found(tmp_path)) == 2
    log.close()


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
        AnswerLog(tmp_path)


def test_what_is_answered_stands_in_either_record(tmp_path):
    assert answered(tmp_path / "nowhere") == answered(tmp_path) == frozenset()
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
        AnswerLog(tmp_path)


class Asked:
    def __init__(self):
        self.calls, self.expected = [], []

    def __call__(self, task, genotype):
        self.calls.append((task, genotype))
        return Evaluation(9.0)


class AskedInBatches(Asked):
    def expect(self, questions, history):
        self.expected.append((list(questions), history))


def test_what_is_known_is_not_asked():
    evaluate = Asked()
    recalled = recalling({("a", (0,)): ANSWER}, evaluate)
    assert recalled("a", (0,)) == ANSWER
    assert recalled("b", (0,)).fitness == 9.0
    assert evaluate.calls == [("b", (0,))]
    recalled.expect([("b", (0,))], History())  # one that takes no batches is not told of any


def test_nor_is_it_announced():
    evaluate, history = AskedInBatches(), History()
    recalled = recalling({("a", (0,)): ANSWER}, evaluate)
    recalled.expect([("a", (0,)), ("a", (1,))], history)
    assert evaluate.expected == [([("a", (1,))], history)]


def test_with_nothing_known_nothing_is_in_between():
    evaluate = Asked()
    assert recalling({}, evaluate) is evaluate
