import json

import pytest

from ktnas.files.journal import WorkJournal

KEY = {"importer": "x", "sha256": "0"}


def test_it_goes_on_where_it_was_stopped(tmp_path):
    journal = WorkJournal(tmp_path / "work", KEY)
    assert journal.state is None
    journal.append_json({"row": 1})
    journal.checkpoint({"done": 1})
    journal.append_json({"row": 2})
    journal.close()  # stopped: the second row does not count
    again = WorkJournal(tmp_path / "work", KEY)
    assert again.state == {"done": 1}
    again.append_json({"row": 3})
    assert list(again.lines()) == [{"row": 1}, {"row": 3}]
    assert again.content().read_bytes() == b'{"row": 1}\n{"row": 3}\n'
    again.remove()
    assert not (tmp_path / "work").exists()


@pytest.mark.parametrize(
    "damage",
    [
        lambda work: (work / "state.json").write_text("{"),
        lambda work: (work / "state.json").write_text("[]"),
        lambda work: (work / "rows").write_bytes(b""),
        lambda work: (work / "rows").unlink(),
        lambda work: (work / "state.json").write_text(json.dumps({"key": KEY, "bytes": -1, "state": {}})),
    ],
)
def test_what_is_damaged_begins_anew(tmp_path, damage):
    journal = WorkJournal(tmp_path, KEY)
    journal.append_json({"row": 1})
    journal.checkpoint({"done": 1})
    journal.close()
    damage(tmp_path)
    again = WorkJournal(tmp_path, KEY)
    assert again.state is None
    assert list(again.lines()) == []
    again.close()


def test_other_work_begins_anew(tmp_path):
    journal = WorkJournal(tmp_path, KEY)
    journal.append_json({"row": 1})
    journal.checkpoint({"done": 1})
    journal.close()
    again = WorkJournal(tmp_path, {**KEY, "sha256": "1"})
    assert again.state is None
    again.close()
