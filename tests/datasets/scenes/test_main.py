import pytest

from ktnas.datasets.scenes.__main__ import main


def test_writes_a_png(tmp_path, capsys):
    out = tmp_path / "sheet.png"
    assert main(["--out", str(out), "--count", "1", "--size", "16", "--seed", "3"]) == 0
    assert out.read_bytes().startswith(b"\x89PNG")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--count", "0"], "--count must be 1 to 40; got 0"),
        (["--size", "4"], "size must be 16 to 512; got 4"),
        (["--out", "absent/sheet.png"], "cannot write absent/sheet.png: No such file or directory; name another file"),
    ],
)
def test_mistakes_are_one_line(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["--count", "1", "--size", "16", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("python -m ktnas.datasets.scenes: error: ")
    assert message in error
    assert error.count("\n") == 1
