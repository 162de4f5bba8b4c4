"""Runs and sweeps below a directory: by the names of files, links not followed, within bounds."""

from ktnas.records import found
from ktnas.records.found import find_records


def make(directory, *names):
    directory.mkdir(parents=True, exist_ok=True)
    for name in names:
        (directory / name).write_text("{}")
    return directory


def names(root):
    return [record.name for record in find_records(root).records]


def test_runs_repeats_and_sweeps_wherever_they_lie(tmp_path):
    make(tmp_path / "a" / "b", "config.json", "trials.jsonl")
    make(tmp_path / "set", "config.json")
    make(tmp_path / "set" / "seed-0", "config.json")
    make(tmp_path / "sweep", "sweep.json", "runs.jsonl")
    make(tmp_path / "neither", "sweep.json", "trials.jsonl")
    make(tmp_path / ".hidden", "config.json")
    make(tmp_path / "set" / "weights", "config.json")
    survey = find_records(tmp_path)
    assert [(one.name, one.is_sweep) for one in survey.records] == [
        ("a/b", False),
        ("set", False),
        ("set/seed-0", False),
        ("sweep", True),
    ]
    assert (survey.links, survey.refused, survey.whole) == (0, 0, True)
    assert set(survey.records[0].files) == {"config.json", "trials.jsonl"}
    assert names(tmp_path / "set" / "seed-0") == ["."]


def test_links_are_counted_and_not_followed(tmp_path):
    elsewhere = make(tmp_path / "elsewhere", "config.json")
    root = make(tmp_path / "runs")
    (root / "link").symlink_to(elsewhere)
    (root / "loop").symlink_to(root)
    made = make(root / "run")
    (made / "config.json").symlink_to(elsewhere / "config.json")
    survey = find_records(root)
    assert survey.records == []
    assert survey.links == 2


def test_bounds_are_said(tmp_path, monkeypatch):
    for i in range(5):
        make(tmp_path / str(i), "config.json")
    monkeypatch.setattr(found, "DIRECTORIES", 3)
    survey = find_records(tmp_path)
    assert (len(survey.records), survey.whole) == (2, False)
    monkeypatch.setattr(found, "DIRECTORIES", 100)
    monkeypatch.setattr(found, "DEPTH", 0)
    assert not find_records(tmp_path).whole
    assert find_records(tmp_path / "nowhere").refused == 1


def test_the_state_differs_once_a_file_has_changed(tmp_path):
    make(tmp_path, "config.json")
    before = find_records(tmp_path).records[0]
    assert find_records(tmp_path).records[0].state == before.state
    (tmp_path / "trials.jsonl").write_text("x\n")
    assert find_records(tmp_path).records[0].state != before.state
