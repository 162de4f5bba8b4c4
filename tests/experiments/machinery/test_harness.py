"""The command line that the experiments share, and what is said of mistakes."""

from pathlib import Path

import pytest

from experiments.machinery import harness
from ktnas.errors import DataError


@pytest.mark.parametrize("arguments", [("--seeds", "1"), ("--jobs", "0")])
def test_mistakes_at_the_command_line(arguments, run, capsys):
    with pytest.raises(SystemExit) as exit_:
        run("paper.figures", *arguments)
    assert exit_.value.code == 2
    assert "at least" in capsys.readouterr().err


def test_what_is_missing_is_told_in_a_line(capsys):
    def main():
        raise DataError("no table of that name")

    with pytest.raises(SystemExit) as exit_:
        harness.start(main)
    assert exit_.value.code == 2
    assert capsys.readouterr().err.endswith("error: no table of that name\n")


def test_a_file_is_known_by_its_module():
    assert harness.module_of(str(Path(harness.__file__))) == "experiments.machinery.harness"
