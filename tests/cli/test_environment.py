"""What the machine refuses is one line; a defect keeps its traceback."""

import errno
import os
import re

import pytest

from ktnas.cli import main as cli
from ktnas.cli.environment import environmental
from ktnas.errors import MESSAGE, DataError


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/a/b"), "No space left on device: /a/b; what was recorded"),
        (OSError(errno.EMFILE, os.strerror(errno.EMFILE)), "Too many open files; what was recorded is kept"),
        (MemoryError("Unable to allocate 9 GiB"), r"memory is exhausted \(Unable to allocate 9 GiB\); what"),
        (ImportError("libx.so: failed to map segment"), "a library cannot be loaded"),
    ],
)
def test_refusals_are_one_line(error, expected, monkeypatch, capsys):
    def refused(options):
        raise error

    monkeypatch.setattr(cli.COMMANDS["docs"], "execute", refused)
    assert cli.main(["docs"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert re.search(expected, err)


@pytest.mark.parametrize("error", [OSError(errno.ENOTTY, "odd"), ImportError("no module named x"), ValueError("odd")])
def test_anything_else_is_a_defect(error, monkeypatch):
    def broken(options):
        raise error

    monkeypatch.setattr(cli.COMMANDS["docs"], "execute", broken)
    with pytest.raises(type(error)):
        cli.main(["docs"])
    assert environmental(error) is None


def test_a_message_is_of_bounded_length_and_acts_on_no_terminal(monkeypatch, capsys):
    def wrong(options):
        raise DataError("column \x1b]0;owned\x07 \u202eabc " + "x" * 100_000)

    monkeypatch.setattr(cli.COMMANDS["docs"], "execute", wrong)
    assert cli.main(["docs"]) == 2
    err = capsys.readouterr().err
    assert r"column \x1b]0;owned\x07 \u202eabc" in err
    assert err.rstrip("\n").isprintable()
    assert len(err) < MESSAGE + 100
