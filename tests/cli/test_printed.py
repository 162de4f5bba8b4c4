"""`ktnas printed` shows what evaluations printed."""

import json

import pytest

from ktnas.cli.main import main
from ktnas.records.printed import PrintedLog


@pytest.fixture
def run(tmp_path):
    log = PrintedLog(tmp_path)
    for task, code, text in (("a", (1, 2), "one\n"), ("b", (0, 0), "two\nthree\n"), ("a", (2, 2), "four")):
        log.append((task, code), text)
    log.close()
    return tmp_path


def test_in_the_order_they_ended(run, capsys):
    assert main(["printed", str(run)]) == 0
    assert capsys.readouterr().out == "--- a, 1,2\none\n--- b, 0,0\ntwo\nthree\n--- a, 2,2\nfour\n"


def test_of_a_task_the_last_as_json(run, capsys):
    assert main(["printed", str(run), "--task", "a", "--last", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"task": "a", "genotype": [2, 2], "text": "four"}


def test_nothing_is_said_to_be_nothing(tmp_path, capsys):
    assert main(["printed", str(tmp_path)]) == 0
    assert "nothing was printed" in capsys.readouterr().err


def test_a_directory_that_is_none(tmp_path, capsys):
    assert main(["printed", str(tmp_path / "none")]) == 2
    assert "no run directory" in capsys.readouterr().err
