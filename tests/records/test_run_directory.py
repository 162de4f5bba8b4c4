"""Run directories: what claims one, and what is written whole there."""

import json
import os
from typing import ClassVar

import pytest

from ktnas.errors import ConfigurationError, DataError
from ktnas.records.run_directory import CONFIG, SUMMARY, RunDirectory, read_config, unused_directory


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


@pytest.mark.parametrize(
    "content", ["{", "[]", "3", "[" * 100_000, '{"budget": NaN}', '{"budget": ' + "9" * 5000 + "}"]
)
def test_a_damaged_configuration_is_an_error(tmp_path, content):
    (tmp_path / CONFIG).write_text(content)
    with pytest.raises(ConfigurationError, match="damaged"):
        RunDirectory(tmp_path).claim({})


@pytest.mark.parametrize("content", [b"", b"\0" * 3000])
class TestAfterAPowerCut:
    """What was not synced may be empty, or zeros."""

    def test_a_directory_without_a_record_is_begun(self, tmp_path, content):
        (tmp_path / CONFIG).write_bytes(content)
        assert RunDirectory(tmp_path).claim({"budget": 5}) is False
        assert read_config(tmp_path) == {"budget": 5}

    @pytest.mark.parametrize("record", ["trials.jsonl", "answers.jsonl", "seed-3"])
    def test_one_with_a_record_waits_for_its_proof(self, tmp_path, content, record):
        (tmp_path / CONFIG).write_bytes(content)
        (tmp_path / record).touch()
        assert RunDirectory(tmp_path).claim({"budget": 5}) is True
        assert (tmp_path / CONFIG).read_bytes() == content

    def test_other_files_are_no_record(self, tmp_path, content):
        (tmp_path / CONFIG).write_bytes(content)
        (tmp_path / "thesis.tex").touch()
        with pytest.raises(ConfigurationError, match="is no run directory"):
            RunDirectory(tmp_path).claim({"budget": 5})


def test_a_pipe_in_place_of_the_configuration_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / CONFIG)
    with pytest.raises(ConfigurationError, match="it is no regular file"):
        RunDirectory(tmp_path).claim({})


def test_what_is_held_is_nobody_elses(tmp_path):
    new = RunDirectory(tmp_path / "deep" / "run")
    with new.held():
        assert list(new.path.iterdir()) == []
        with pytest.raises(ConfigurationError, match="another process is writing to"), new.held():
            pass
    with new.held():
        pass


def test_a_file_in_the_way_is_an_error(tmp_path):
    (tmp_path / "run").write_text("")
    for path in (tmp_path / "run", tmp_path / "run" / "below"):
        with pytest.raises(ConfigurationError, match="cannot write to"):
            RunDirectory(path).claim({})
        with pytest.raises(ConfigurationError, match="cannot write to"), RunDirectory(path).held():
            pass


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


def test_the_claim_is_synced_with_all_names_on_the_way_to_it(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_ino))
    path = tmp_path / "deep" / "run"
    RunDirectory(path).claim({"budget": 5})
    assert {place.stat().st_ino for place in (tmp_path, tmp_path / "deep", path, path / CONFIG)} == set(synced)
    assert synced[-2:] == [(path / CONFIG).stat().st_ino, path.stat().st_ino]


def test_only_the_summary_of_a_finished_run_counts(tmp_path):
    directory = RunDirectory(tmp_path)
    assert directory.finished_summary() is None
    for content in ("", "[]", '{"finished": false}'):
        directory.write("summary.json", content)
        assert directory.finished_summary() is None
    directory.write("summary.json", '{"finished": true}')
    assert directory.finished_summary() == {"finished": True}


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / SUMMARY).mkdir()
    with pytest.raises(ConfigurationError, match=r"cannot write .*summary.json: Is a directory; .* is kept: give"):
        RunDirectory(tmp_path).write(SUMMARY, "{}")
    assert [path.name for path in tmp_path.iterdir()] == [SUMMARY]


def test_a_directory_that_has_no_name_yet_gets_the_next_number(tmp_path):
    made = [unused_directory(tmp_path / "runs", ("a b", "c/d")) for _ in range(3)]
    assert [path.name for path in made] == ["a-b-c-d", "a-b-c-d-2", "a-b-c-d-3"]
    assert all(path.is_dir() for path in made)
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match=r"cannot make .*; choose another --out"):
        unused_directory(tmp_path / "file", ("a",))


class TestData:
    """A table that has changed is not taken for the one that a run was begun with."""

    CONFIG: ClassVar[dict[str, object]] = {
        "benchmark": "t.csv",
        "data": "abc",
        "space": "s",
        "tasks": {"a": {"best_listed": 1.0, "role": "task"}},
    }

    def claimed(self, path, **changes):
        RunDirectory(path / "run").claim({**self.CONFIG, **changes})

    @pytest.mark.parametrize(
        "changes", [{}, {"tasks": {"a": {"best_listed": 2.0, "role": "task"}}}, {"benchmark": "renamed.csv"}]
    )
    def test_it_is_named(self, tmp_path, changes):
        self.claimed(tmp_path)
        with pytest.raises(ConfigurationError, match=r"the table is not the one .* \(data: abc there, def now\)"):
            self.claimed(tmp_path, data="def", **changes)

    def test_other_tasks_are_another_configuration(self, tmp_path):
        self.claimed(tmp_path)
        with pytest.raises(ConfigurationError, match="another configuration"):
            self.claimed(tmp_path, data="def", tasks={"a": {"best_listed": 1.0}, "b": {"best_listed": 2.0}})

    def test_a_run_that_was_recorded_without_goes_on(self, tmp_path):
        before = {key: value for key, value in self.CONFIG.items() if key != "data"}
        RunDirectory(tmp_path / "run").claim(before)
        self.claimed(tmp_path)
        assert read_config(tmp_path / "run") == before


def test_a_configuration_that_was_changed_is_damaged(tmp_path):
    directory = RunDirectory(tmp_path)
    directory.claim({"budget": 5, "tasks": {"a": {"best_listed": 91.25}}})
    changed = (tmp_path / CONFIG).read_bytes().replace(b"91.25", b"91.75")
    (tmp_path / CONFIG).write_bytes(changed)
    with pytest.raises(DataError, match="changed since it was written"):
        read_config(tmp_path)
    assert directory.config() is None
    with pytest.raises(ConfigurationError, match=r"config\.json is damaged; choose another --out, or remove that file"):
        directory.claim({"budget": 5, "tasks": {"a": {"best_listed": 91.25}}})
    assert (tmp_path / CONFIG).read_bytes() == changed


def test_nothing_is_written_through_a_linked_directory_within_it(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    run = tmp_path / "run"
    run.mkdir()
    (run / "seed-0").symlink_to(elsewhere)
    with pytest.raises(ConfigurationError, match=r"seed-0 is a link to a directory"), RunDirectory(run).held():
        pass
    (run / "seed-0").unlink()
    linked = tmp_path / "linked"
    linked.symlink_to(run)
    with RunDirectory(linked).held():  # the directory itself is the user's choice
        pass


def test_what_killed_writers_have_left_goes_once_the_directory_has_proved_to_be_ours(tmp_path):
    directory = RunDirectory(tmp_path / "run")
    directory.path.mkdir()
    left = directory.path / f".config.json-{'0' * 16}.tmp"
    left.touch()
    with pytest.raises(ZeroDivisionError), directory.held():
        raise ZeroDivisionError
    assert left.exists()
    with directory.held():
        pass
    assert not left.exists()
