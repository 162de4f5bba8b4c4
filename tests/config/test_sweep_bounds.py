"""Sweeps that would take all memory before their first run begins are refused at once."""

import pytest

from ktnas.config.sweep_file import read_sweep
from ktnas.errors import KtnasError

ARM = '[[arms]]\nmethod = "random-search"\n'
CASE = '[[cases]]\nsource = "cora"\ntarget = "cs"\nbudget = 3\n'
NUMBERS = ",".join(map(str, range(1, 1001)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"seeds = 1000000000\n{ARM}{CASE}", "1,000,000,000 seeds are too many; at most 10,000 are run"),
        (f"seeds = [{','.join(map(str, range(10_001)))}]\n{ARM}{CASE}", "10,001 seeds are too many"),
        (ARM * 1001 + CASE, "1,001 arms are too many"),
        (ARM + CASE * 1001, "1,001 cases are too many"),
        (
            f'[[arms]]\nmethod = "ktnas"\nfields = {{ offspring = [{NUMBERS}], migrants = [{NUMBERS}] }}\n{CASE}',
            "1,000,000 arms of arm 1",
        ),
        (".".join("a" * 100) + " = 1", "64 parts"),
        ("[" + ".".join(['"a b"'] * 100) + "]", "64 parts"),
        ("seeds = [" + "0.5," * 5000 + f"]\n{ARM}{CASE}", "whole numbers; got"),
    ],
)
def test_too_large(tmp_path, text, expected):
    path = tmp_path / "s.toml"
    path.write_text(text)
    with pytest.raises(KtnasError, match=expected) as caught:
        read_sweep(path)
    assert len(str(caught.value)) < 400


POINTS = "a." * 200


def test_keys_and_texts_with_points_are_no_deep_keys(tmp_path):
    path = tmp_path / "s.toml"
    points = ", ".join(["0.5"] * 200)
    path.write_text(f'fields = [{points}]\nname = "{POINTS}"\nbudget = "x"\n')
    with pytest.raises(KtnasError) as caught:
        read_sweep(path)
    assert "64 parts" not in str(caught.value)
