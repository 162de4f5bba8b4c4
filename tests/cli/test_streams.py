"""Output that the other side does not take: never a traceback, never a lost record, and the exit code says so."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ktnas.cli.main import main
from ktnas.cli.streams import Sheltered

FULL = Path("/dev/full")
TABLE = "arch,точность\n" + "".join(f"ж{a}|й{b},{2 * i}\n" for i, (a, b) in enumerate([(1, 1), (1, 2), (2, 1), (2, 2)]))
RUN = ["--space", "categorical", "--tasks", "точность", "--method", "random-search", "--budget", "3", "--out", "here"]


@pytest.fixture
def command(tmp_path):
    (tmp_path / "table.csv").write_text(TABLE, encoding="utf-8")
    return ["run", "--table", "table.csv", *RUN]


def started(command, tmp_path, **settings):
    environment = {**os.environ, "PYTHONWARNINGS": "error", **settings.pop("env", {})}
    return subprocess.run(
        [sys.executable, "-m", "ktnas", *command], cwd=tmp_path, env=environment, check=False, **settings
    )


class Refusing(io.StringIO):
    def __init__(self, error):
        super().__init__()
        self.refusal = error

    def write(self, text):
        raise self.refusal


class TestSheltered:
    @pytest.mark.parametrize(
        ("encoding", "shown"),
        [("ascii", "caf\\xe9 \\u5ea6"), ("cp1252", "café \\u5ea6"), ("utf-8", "café 度"), ("latin-1", "café \\u5ea6")],
    )
    def test_what_an_encoding_lacks_is_escaped(self, encoding, shown):
        raw = io.BytesIO()
        stream = Sheltered(io.TextIOWrapper(raw, encoding))
        assert stream.write("café 度") == 6
        stream.flush()
        assert raw.getvalue().decode(encoding) == shown
        assert stream.error is None

    def test_half_a_surrogate_from_a_file_name_is_escaped(self):
        raw = io.BytesIO()
        stream = Sheltered(io.TextIOWrapper(raw, "utf-8"))
        stream.write("x\udcff")
        stream.flush()
        assert raw.getvalue() == b"x\\udcff"

    def test_a_refusal_is_remembered_and_nothing_more_is_tried(self):
        error = OSError(28, "No space left on device")
        stream = Sheltered(Refusing(error))
        for _ in range(2):
            assert stream.write("text") == 4
        stream.end()
        assert stream.error is error

    def test_no_stream_at_all_takes_everything(self):
        stream = Sheltered(None)
        stream.write("text")
        stream.end()
        assert not stream.isatty()
        assert stream.error is None


@pytest.mark.parametrize(
    ("error", "code"), [(BrokenPipeError(), 1), (OSError(28, "No space left on device"), 2), (OSError(5, "I/O"), 2)]
)
def test_the_exit_code_says_that_the_report_was_not_taken(monkeypatch, tmp_path, capsys, command, error, code):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdout", Refusing(error))
    assert main(command) == code
    said = capsys.readouterr().err.splitlines()
    expected = [] if code == 1 else [f"ktnas: error: standard output cannot be written ({error.strerror}); what is "]
    assert [line[: len(text)] for line, text in zip(said[2:], expected, strict=True)] == expected
    assert (tmp_path / "here" / "summary.json").is_file()
    assert (tmp_path / "here" / "report.html").is_file()


def test_help_that_is_not_taken_is_no_success(monkeypatch):
    monkeypatch.setattr(sys, "stdout", Refusing(OSError(28, "No space left on device")))
    assert main(["--help"]) == 2


def test_progress_that_is_not_taken_costs_nothing(monkeypatch, tmp_path, capsys, command):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stderr", Refusing(OSError(28, "No space left on device")))
    assert main(command) == 0
    assert "recorded in here" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "koi8-r"])
def test_a_report_in_any_encoding_is_whole(tmp_path, command, encoding):
    done = started(command, tmp_path, env={"PYTHONIOENCODING": encoding}, capture_output=True)
    assert done.returncode == 0
    report = done.stdout.decode(encoding)
    shown = "точность".encode(encoding, "backslashreplace").decode(encoding)
    assert report.count(shown) >= 3
    assert report.splitlines()[-2:] == ["recorded in here", "to look at in a browser: here/report.html"]
    assert b"Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full")
def test_a_full_disk_is_one_line(tmp_path, command):
    with FULL.open("w") as full:
        done = started([*command, "--quiet"], tmp_path, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2
    assert done.stderr.decode().splitlines() == [
        "python -m ktnas: error: standard output cannot be written (No space left on device); what is recorded is "
        "complete"
    ]
    assert (tmp_path / "here" / "summary.json").is_file()


@pytest.mark.slow
def test_a_closed_pipe_is_silent(tmp_path, command):
    read, write = os.pipe()
    os.close(read)
    done = started([*command, "--quiet"], tmp_path, stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    assert (done.returncode, done.stderr) == (1, b"")
    assert (tmp_path / "here" / "summary.json").is_file()
