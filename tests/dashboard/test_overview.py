"""The list: what it says of records in every state, and that it never says more than a record does."""

import json
import shutil
import time

import pytest

from ktnas.dashboard.held import Held, held_files
from ktnas.dashboard.overview import Watch
from ktnas.files.json_lines import AppendOnlyLog, locked_directory
from ktnas.records.sweep_log import RunRecord, SweepLog
from ktnas.records.trajectory import Trajectory
from ktnas.runner.limits import Patience
from tests.dashboard.runs import age, change, cut, study


def rows(root, watch=None):
    return {row.name: row for row in (watch or Watch(root)).look().rows}


def copied(root, name, lines=None):
    shutil.copytree(root / "done", root / name)
    if lines is not None:
        cut(root / name, lines)
    return root / name


def test_a_finished_run_is_as_its_summary_says(root):
    row = rows(root)["done"]
    summary = json.loads((root / "done" / "summary.json").read_text())
    assert (row.kind, row.state, row.reason, row.method) == ("run", "finished", "", "regularized-evolution")
    assert (row.done, row.budget, row.seeds, row.parent) == (24, 24, (0,), None)
    told = row.plain()["tasks"][1]
    best = summary["tasks"]["loss"]["best"]
    assert (told["name"], told["value"], told["architecture"], told["at"]) == (
        "loss",
        best["value"],
        best["architecture"],
        best["evaluations_to_best"],
    )
    assert told["minimize"]


def test_one_that_is_not_finished_is_as_its_trials_say_and_is_followed(root):
    place = copied(root, "going", lines=9)
    watch = Watch(root)
    row = rows(root, watch)["going"]
    assert (row.state, row.done, row.method) == ("unfinished", 9, "regularized-evolution")
    whole = (root / "done" / "trials.jsonl").read_bytes()
    (place / "trials.jsonl").write_bytes(whole)
    row = rows(root, watch)["going"]
    assert row.state == "running"  # it grew a moment ago
    assert row.tasks == tuple(
        type(task)(**{**{f: getattr(task, f) for f in task.__slots__}, "rank": None, "listed": None})
        for task in rows(root)["done"].tasks
    )
    age(place)
    assert rows(root, watch)["going"].state == "unfinished"


def test_one_that_a_process_holds_is_running(root):
    place = copied(root, "held", lines=5)
    log = AppendOnlyLog(place / "trials.jsonl", str)
    try:
        assert rows(root)["held"].state == "running"
    finally:
        log.close()
    assert rows(root)["held"].state == "unfinished"
    with locked_directory(place):  # as whoever prepares a run holds it, or starts several
        assert rows(root)["held"].state == "running"


def test_one_that_was_ended_says_why(root):
    study(root / "patient", budget=60).run(callbacks=Patience(3))
    age(root / "patient")
    row = rows(root)["patient"]
    assert (row.state, row.reason) == ("stopped", "no task got better for 3 evaluations")
    assert 0 < row.done < row.budget
    change(root / "done" / "config.json", budget=50)  # a larger budget, not used yet
    assert (rows(root)["done"].state, rows(root)["done"].done) == ("unfinished", 24)


def test_a_study_that_is_asked_from_outside_waits(root):
    outside = study(root / "outside", functions=["total", "loss"], budget=10)
    suggestions = outside.ask(2)
    outside.tell(suggestions[0], 3.0)
    age(root / "outside")
    row = rows(root)["outside"]
    assert (row.state, row.done, row.budget) == ("waiting", 1, 20)
    outside.tell(suggestions[1], 1.0)
    while suggestions := outside.ask(4):
        for one in suggestions:
            outside.tell(one, 1.0)
    assert (rows(root)["outside"].state, rows(root)["outside"].done) == ("finished", 20)


def test_several_seeds_are_one_row_with_their_means(root):
    place = root / "set"
    for seed in (0, 1):
        study(place / f"seed-{seed}", seed=seed).run()
    config = json.loads((place / "seed-0" / "config.json").read_text())
    del config["seed"]
    (place / "config.json").write_text(json.dumps({**config, "seeds": [0, 1, 2]}))
    age(place / "seed-0")
    age(place / "seed-1")
    found = rows(root)
    row = found["set"]
    assert (row.kind, row.seeds, row.done, row.budget) == ("repeats", (0, 1, 2), 48, 72)
    assert row.state == "unfinished"  # one has not begun
    assert found["set/seed-1"].parent == "set"
    values = [found[f"set/seed-{seed}"].tasks[0].fitness for seed in (0, 1)]
    assert (row.tasks[0].fitness, row.tasks[0].runs) == (sum(values) / 2, 2)
    change(place / "config.json", seeds=[0, 1])
    assert rows(root)["set"].state == "finished"


def test_a_sweep_counts_its_runs(root):
    log = SweepLog(root / "sweep")
    trajectory = Trajectory("task", "m", "", False, None, 9, 0, 0, (), ())
    log.append("k", RunRecord("arm", "case", 3, 9, False, {"loss": trajectory}))
    log.close()
    plain = {"arms": {"arm": {}, "other": {}}, "cases": {"case": {"benchmark": "b"}}, "seeds": [0, 1]}
    (root / "sweep" / "sweep.json").write_text(json.dumps(plain))
    age(root / "sweep")
    row = rows(root)["sweep"]
    assert (row.kind, row.state, row.done, row.budget, row.benchmark) == ("sweep", "unfinished", 1, 4, "b")


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("config.json", "{", "Expecting"),
        ("config.json", "[1]", "an object was expected"),
        ("summary.json", None, "summary.json was changed since it was written"),
        ("summary.json", "nothing", "summary.json is damaged"),
        ("trials.jsonl", '{"task": 1}\n', "trials.jsonl, line 1: no trial but"),
    ],
)
def test_a_damaged_record_says_so_and_spoils_no_other(root, file, content, said):
    place = copied(root, "damaged", lines=9 if file == "trials.jsonl" else None)
    if content is None:
        content = (place / file).read_text().replace('"evaluations": 12', '"evaluations": 13', 1)
    (place / file).write_text(content)
    found = rows(root)
    assert found["damaged"].state == "damaged"
    assert said in found["damaged"].reason
    assert str(root) not in found["damaged"].reason
    assert found["done"].state == "finished"


def test_of_a_large_record_the_list_says_what_its_trials_say(root, monkeypatch):
    place = copied(root, "large", lines=9)
    (place / "answers.jsonl").write_text("not looked at\n")
    age(place)
    assert rows(root)["large"].state == "damaged"
    monkeypatch.setattr("ktnas.dashboard.record.SIZE_LIMIT", 100)
    assert (rows(root)["large"].state, rows(root)["large"].done) == ("unfinished", 9)


def test_where_there_is_much_to_read_an_answer_does_not_wait_for_all_of_it(root):
    for i in range(5):
        copied(root, f"run-{i}", lines=9)
    watch = Watch(root)
    first = watch.look(patience_s=0)
    assert first.reading
    assert {row.state for row in first.rows} == {"reading"}
    assert not watch.look(patience_s=60).reading
    assert not watch.look(patience_s=0).reading  # nothing has changed: nothing is read


def test_what_has_not_changed_is_not_read_again(root, monkeypatch):
    watch = Watch(root)
    before = watch.look()
    monkeypatch.setattr("ktnas.dashboard.record.read_json_file", None)  # whoever read would fail
    assert watch.look().rows == before.rows


def test_a_record_that_has_gone_leaves_the_list(root):
    watch = Watch(root)
    copied(root, "other")
    assert set(rows(root, watch)) == {"done", "other"}
    shutil.rmtree(root / "other")
    assert set(rows(root, watch)) == {"done"}


def test_where_the_system_tells_of_no_locks_what_grows_is_running(root, tmp_path):
    assert held_files(tmp_path / "nothing") == Held(None)
    lines = [
        "1: FLOCK  ADVISORY  WRITE 304 fe:00:2367668 0 EOF",
        "2: POSIX  ADVISORY  WRITE 3 fe:00:1 0 EOF",
        "2: ->",
        "",
    ]
    (tmp_path / "locks").write_text("\n".join([*lines, "3: FLOCK ADVISORY WRITE 1 zz:00:5 0 EOF"]))
    assert {number for _, number in held_files(tmp_path / "locks").known} == {2367668}
    status = (root / "done").stat()
    assert not Held(None).holds(status)
    assert Held(frozenset({(status.st_dev, status.st_ino)})).holds(status)


@pytest.mark.slow
def test_a_thousand_runs_are_listed_in_under_a_second(root):
    for i in range(1_000):
        place = root / f"run-{i:04}"
        place.mkdir()
        for name in ("config.json", "summary.json", "trials.jsonl"):
            (place / name).hardlink_to(root / "done" / name)
    watch = Watch(root)
    began = time.process_time()
    assert len(watch.look(patience_s=60).rows) == 1_001
    assert time.process_time() - began < 2  # about .4 s; a bound that a busy machine does not break
