"""benchmarks/training_speed.py, as far as a user's mistakes go."""

import runpy
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "training_speed.py"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--data", "nosuch"), r"^training_speed\.py: error: unknown dataset 'nosuch'"),
        (("--epochs", "0", "--smoke"), r"^training_speed\.py: error: the recipe's epochs must be at least 1; got 0"),
    ],
)
def test_mistakes_are_told_in_a_line(arguments, message, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["training_speed.py", "--threads", "1", *arguments])
    with pytest.raises(SystemExit, match=message):
        runpy.run_path(str(SCRIPT), run_name="__main__")
