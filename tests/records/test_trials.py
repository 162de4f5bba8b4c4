"""The log of trials: what a line holds, and what must come again."""

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktnas.errors import ConfigurationError, DataError
from ktnas.problem.trial import Evaluation, Proposal, Trial
from ktnas.records.trials import TRIALS, TrialLog, decode, encode, read_trials

FINITE = st.floats(allow_nan=False, allow_infinity=False)
GENOTYPES = st.lists(st.integers(0, 9), min_size=1, max_size=6).map(tuple)
ANSWERS = st.one_of(
    st.builds(Evaluation, fitness=FINITE, cost_s=FINITE, metrics=st.dictionaries(st.text(), FINITE, max_size=3)),
    st.builds(Evaluation.failed, st.text()),
)
TRIALS_OF_ANY_KIND = st.builds(
    Trial,
    generation=st.integers(0, 1000),
    proposal=st.builds(
        Proposal,
        task=st.text(),
        genotype=GENOTYPES,
        parents=st.lists(GENOTYPES, max_size=2).map(tuple),
        source_task=st.none() | st.text(),
    ),
    evaluation=ANSWERS,
    repeat=st.booleans(),
)


def trial(code, fitness=1.0, task="a", **fields):
    return Trial(0, Proposal(task, code), Evaluation(fitness), **fields)


def log_of(path, *trials):
    log = TrialLog(path)
    log.append(trials, ["x"] * len(trials))
    log.close()
    return (path / TRIALS).read_bytes()


@given(TRIALS_OF_ANY_KIND)
def test_a_trial_survives_its_line(trial):
    line = encode(trial, "label", 1)
    assert "\n" not in line
    assert decode(line) == trial


def test_a_line_holds_what_the_documentation_lists():
    proposal = Proposal("b", (1, 2), ((0, 2),), "a")
    record = json.loads(encode(Trial(3, proposal, Evaluation(0.5, 2.0, {"loss": 1.5})), "x-y", 7))
    assert record == {
        "task": "b",
        "evaluation": 7,
        "generation": 3,
        "architecture": "x-y",
        "genotype": [1, 2],
        "fitness": 0.5,
        "error": None,
        "cost_s": 2.0,
        "metrics": {"loss": 1.5},
        "repeat": False,
        "parents": [[0, 2]],
        "source_task": "a",
    }


@pytest.mark.parametrize("line", ["", "[]", "3", "{}", '{"task": "a"}', '{"task": "a", "genotype": ["x"]}', "\x00"])
def test_a_line_that_is_no_trial_is_refused(line):
    with pytest.raises(DataError, match="no trial"):
        decode(line)


def test_evaluations_are_numbered_per_task_and_repeats_are_not(tmp_path):
    log_of(tmp_path, trial((0,)), trial((0,), task="b"), trial((0,), repeat=True), trial((1,)))
    numbers = [json.loads(line)["evaluation"] for line in (tmp_path / TRIALS).read_text().splitlines()]
    assert numbers == [1, 1, None, 2]


def test_what_is_recorded_must_come_again_and_the_rest_is_appended(tmp_path):
    whole = log_of(tmp_path, trial((0,)), trial((1,)), trial((2,)))
    log_of(tmp_path, trial((0,)), trial((1,)))  # a shorter repetition takes nothing away
    assert (tmp_path / TRIALS).read_bytes() == whole
    assert log_of(tmp_path, trial((0,)), trial((1,)), trial((2,)), trial((3,))).startswith(whole)
    assert [t.genotype for t in read_trials(tmp_path)] == [(0,), (1,), (2,), (3,)]


def test_another_trial_than_the_recorded_one_is_refused_and_nothing_is_lost(tmp_path):
    whole = log_of(tmp_path, trial((0,)), trial((1,)))
    log = TrialLog(tmp_path)
    log.append([trial((0,))], ["x"])
    with pytest.raises(ConfigurationError, match="line 2: the search now comes to another trial"):
        log.append([trial((3,))], ["x"])
    log.close()
    assert (tmp_path / TRIALS).read_bytes() == whole


def test_a_line_cut_off_is_left_out_and_overwritten(tmp_path):
    whole = log_of(tmp_path, trial((0,)), trial((1,)))
    first = whole.index(b"\n") + 1
    for size in range(first, len(whole)):
        (tmp_path / TRIALS).write_bytes(whole[:size])
        assert [t.genotype for t in read_trials(tmp_path)] == [(0,)]
        assert log_of(tmp_path, trial((0,)), trial((1,))) == whole


def test_a_damaged_line_that_is_whole_is_named(tmp_path):
    content = log_of(tmp_path, trial((0,)), trial((1,)))
    (tmp_path / TRIALS).write_bytes(content.replace(b'"fitness": 1.0', b'"fitness": x.0', 1))
    with pytest.raises(DataError, match=r"trials.jsonl, line 1: no trial"):
        TrialLog(tmp_path)
    with pytest.raises(DataError, match=r"cannot read .*: No such file"):
        read_trials(tmp_path / "absent")


def test_two_writers_at_once_are_refused(tmp_path):
    pytest.importorskip("fcntl")
    log = TrialLog(tmp_path)
    with pytest.raises(ConfigurationError, match="another process is writing"):
        TrialLog(tmp_path)
    log.close()
    TrialLog(tmp_path).close()


def test_trials_are_synced_before_the_search_hears_of_it_and_recorded_ones_need_not_be(tmp_path, monkeypatch):
    whole = log_of(tmp_path, trial((0,)), trial((1,)))
    log = TrialLog(tmp_path)
    sizes = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: sizes.append(os.fstat(descriptor).st_size))
    log.append([trial((0,))], ["x"])
    assert (sizes, log.appended) == ([], 0)
    log.append([trial((1,)), trial((2,)), trial((3,))], ["x"] * 3)
    size = (tmp_path / TRIALS).stat().st_size
    assert (sizes, log.appended) == ([size], 2)
    assert size > len(whole)
    log.close()


def test_what_is_recorded_is_known_by_task_and_genotype_repeats_aside(tmp_path):
    log_of(tmp_path, trial((0,), 1.0), trial((0,), 2.0, task="b"), trial((0,), 9.0, repeat=True))
    log = TrialLog(tmp_path)
    log.close()
    assert log.evaluations == {("a", (0,)): Evaluation(1.0), ("b", (0,)): Evaluation(2.0)}
