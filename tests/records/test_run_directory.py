"""Run directories: the log of trials, what claims a directory, and what a reader gets back."""

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktnas.errors import ConfigurationError, DataError
from ktnas.files.json_lines import write_atomically
from ktnas.problem.trial import Evaluation, Proposal, Trial
from ktnas.records.run_directory import CONFIG, RunDirectory
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


def test_a_directory_is_claimed_once_and_again_by_the_same_configuration(tmp_path):
    directory = RunDirectory(tmp_path / "deep" / "run")
    config = {"budget": 5, "stop_at": {}, "environment": {"numpy": "1"}}
    directory.claim(config)
    directory.claim(config | {"environment": {"numpy": "2"}})
    assert json.loads((directory.path / CONFIG).read_text())["environment"] == {"numpy": "1"}


def test_a_directory_with_another_configuration_is_left_alone(tmp_path):
    directory = RunDirectory(tmp_path)
    directory.claim({"budget": 5})
    before = (tmp_path / CONFIG).read_bytes()
    with pytest.raises(ConfigurationError, match=r"another configuration \(budget: 5 there, 6 now\); choose another"):
        directory.claim({"budget": 6})
    with pytest.raises(ConfigurationError, match=r"\(seed: null there, 1 now\)"):
        directory.claim({"budget": 5, "seed": 1})
    assert (tmp_path / CONFIG).read_bytes() == before


def test_a_directory_of_other_files_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("precious")
    with pytest.raises(ConfigurationError, match="is no run directory"):
        RunDirectory(tmp_path).claim({})
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize("content", ["", "{", "[]", "3"])
def test_a_damaged_configuration_is_an_error(tmp_path, content):
    (tmp_path / CONFIG).write_text(content)
    with pytest.raises(ConfigurationError, match="damaged"):
        RunDirectory(tmp_path).claim({})


def test_a_file_in_the_way_is_an_error(tmp_path):
    (tmp_path / "run").write_text("")
    for path in (tmp_path / "run", tmp_path / "run" / "below"):
        with pytest.raises(ConfigurationError, match="cannot write to"):
            RunDirectory(path).claim({})


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_directory_that_is_not_writable_is_an_error(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(ConfigurationError, match="Permission denied"):
        RunDirectory(tmp_path).claim({})


def test_a_permission_that_is_refused_is_an_error(tmp_path, monkeypatch):
    RunDirectory(tmp_path).claim({"budget": 1})
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(ConfigurationError, match="Permission denied"):
        RunDirectory(tmp_path).claim({"budget": 1})


def test_only_the_summary_of_a_finished_run_counts(tmp_path):
    directory = RunDirectory(tmp_path)
    assert directory.finished_summary() is None
    for content in ("", "[]", '{"finished": false}'):
        directory.write("summary.json", content)
        assert directory.finished_summary() is None
    directory.write("summary.json", '{"finished": true}')
    assert directory.finished_summary() == {"finished": True}


def test_writing_leaves_no_temporary_file(tmp_path):
    write_atomically(tmp_path / "x", "old")
    write_atomically(tmp_path / "x", b"new")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("x", "new")]
