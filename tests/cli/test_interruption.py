"""Signals end a command as Ctrl-C does, and leave everything as it was."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ktnas.cli import main as module
from ktnas.cli.interruption import interruptible
from ktnas.errors import ConfigurationError

ROOT = Path(__file__).resolve().parents[2]

SIGNALS = [
    pytest.param(getattr(signal, name), code, id=name)
    for name, code in (("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129))
    if hasattr(signal, name)
]


@pytest.fixture(autouse=True)
def usual():
    """As in a process of its own: what runs in the background of a script inherits SIGINT ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def command(monkeypatch):
    """Makes `ktnas data` do something else."""

    def doing(execute):
        monkeypatch.setattr(module.data, "execute", execute)
        return lambda: module.main(["data"])

    return doing


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_signal_is_one_line_and_its_exit_code(command, capsys, number, code):
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    assert command(lambda options: signal.raise_signal(number))() == code
    assert capsys.readouterr().err == "ktnas: interrupted\n"
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == handlers


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_one_that_comes_while_source_text_is_executed_has_its_exit_code_too(tmp_path, number, code):
    """As dataclasses do while a library is imported: ``python -m`` would end by SIGINT."""
    (tmp_path / "interrupted.py").write_text(
        "import signal, sys\n"
        "from ktnas.cli import main as module\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"module.data.execute = lambda options: exec('signal.raise_signal({int(number)})', {{'signal': signal}})\n"
        "sys.exit(module.main(['data']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "interrupted"], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (code, "ktnas: interrupted\n")


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_command_that_ends_by_itself_has_the_code_of_the_signal(command, number, code):
    def execute(options):
        try:
            signal.raise_signal(number)
        except KeyboardInterrupt:
            return 130
        return 0

    assert command(execute)() == code


def test_one_that_has_done_what_was_asked_has_succeeded(command):
    def execute(options):
        try:
            signal.raise_signal(signal.SIGTERM)
        except KeyboardInterrupt:
            return 0
        return 1

    assert command(execute)() == 0


@pytest.mark.parametrize("made", [ImportError("half a module"), SystemError("NULL without an error")])
def test_whatever_a_library_makes_of_it_is_no_traceback(command, capsys, made):
    def execute(options):
        try:
            signal.raise_signal(signal.SIGTERM)
        except KeyboardInterrupt:
            raise made from None

    assert command(execute)() == 143
    assert capsys.readouterr().err == "ktnas: interrupted\n"
    with pytest.raises(type(made)):
        command(lambda options: raised(made))()


def raised(error):
    raise error


def test_an_error_after_it_is_still_told(command, capsys):
    def execute(options):
        try:
            signal.raise_signal(signal.SIGTERM)
        except KeyboardInterrupt:
            raise ConfigurationError("the disk is full") from None

    assert command(execute)() == 143
    assert capsys.readouterr().err == "ktnas: error: the disk is full\n"


def test_one_that_is_lost_in_a_destructor_comes_again(command):
    class Deaf:
        def __del__(self):
            signal.raise_signal(signal.SIGTERM)

    def execute(options):
        Deaf()
        time.sleep(60)

    began = time.monotonic()
    assert command(execute)() == 143
    assert time.monotonic() - began < 30


def test_what_is_ignored_stays_ignored():
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with interruptible() as interruption:
            signal.raise_signal(signal.SIGTERM)
        assert interruption.number is None
    finally:
        signal.signal(signal.SIGTERM, before)


def test_in_another_thread_nothing_is_changed(command):
    codes = []
    thread = threading.Thread(target=lambda: codes.append(command(lambda options: 0)()))
    thread.start()
    thread.join()
    assert codes == [0]
